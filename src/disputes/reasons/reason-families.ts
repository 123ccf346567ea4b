/** Kinds of claims. Codes of one family are answered by the same defences, whatever the network. */
export const families = [
  'fraud',
  'unrecognized',
  'not_received',
  'not_as_described',
  'cancelled',
  'credit_not_processed',
  'duplicate',
  'amount',
  'authorization',
  'general',
] as const;
export type ReasonFamily = (typeof families)[number];
