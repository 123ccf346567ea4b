/**
 * The gateway's name for each currency we price in is mapped in billing/paytr.ts; here are ours (ISO 4217).
 */
export const currencies = ['TRY', 'USD', 'EUR'] as const;
export type Currency = (typeof currencies)[number];
