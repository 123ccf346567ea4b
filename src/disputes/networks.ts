/** Card networks as notices name them; `other` for one that is none of these. */
export const networks = ['visa', 'mastercard', 'amex', 'troy', 'other'] as const;
export type Network = (typeof networks)[number];

/** How an answer goes to the bank: PayTR's panel, a mail, registered mail (KEP), or another way. */
export const answerChannels = ['panel', 'mail', 'kep', 'other'] as const;
export type AnswerChannel = (typeof answerChannels)[number];
