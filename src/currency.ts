/**
 * The currencies that we price in, by their ISO 4217 codes. billing/paytr/currency.ts has the gateway's names
 * for them.
 */
export const currencies = ['TRY', 'USD', 'EUR'] as const;
export type Currency = (typeof currencies)[number];

/** Minor units as `1249.17`: from the digits, since a division would go through a float. */
export function majorText(amountMinor: number): string {
  const digits = Math.abs(amountMinor).toString().padStart(3, '0');
  return `${amountMinor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
