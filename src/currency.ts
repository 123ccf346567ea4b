/**
 * The currencies that we price in, by their ISO 4217 codes. billing/paytr/currency.ts has the gateway's names
 * for them.
 */
export const currencies = ['TRY', 'USD', 'EUR'] as const;
export type Currency = (typeof currencies)[number];
