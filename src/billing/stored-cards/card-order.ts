import type { Payment } from '../queries.ts';

/**
 * The beginning of the order number of a charge to a stored card. The number of a person's order goes on with
 * a hexadecimal digit after `YAC`, so the two are told apart without a question to the database.
 */
export const CARD_ORDER_PREFIX = 'YACS';

/** True for the order of a charge to a stored card, which no person placed. */
export function isCardOrder({ merchant_oid }: Pick<Payment, 'merchant_oid'>): boolean {
  return merchant_oid.startsWith(CARD_ORDER_PREFIX);
}
