/** Card networks as notices name them; `other` for one that is none of these. */
export const networks = ['visa', 'mastercard', 'amex', 'troy', 'other'] as const;
export type Network = (typeof networks)[number];
