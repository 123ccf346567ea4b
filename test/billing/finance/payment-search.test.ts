import { expect, it } from 'vitest';
import { readPaymentSearch } from '../../../src/billing/finance/payment-search.ts';

it.each([
  ['yac0123456789abcdef', { number: 'YAC0123456789ABCDEF' }],
  ['YAC2026000000042', { number: 'YAC2026000000042' }],
  ['Ada@Example.com', { email: 'ada@example.com' }],
  ['455359******6747', { card: '4553596747' }],
  ['4553 59** **** 6747', { card: '4553596747' }],
  ['455359AAA6747', { card: '4553596747' }],
  ['f47ac10b-58cc-4372-a567-0e02b2c3d479', { uuid: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' }],
  ['499', { amountMinor: 49_900 }],
  ['1.499,00 TL 30.11.2026', { amountMinor: 149_900, currency: 'TRY', day: '2026-11-30' }],
  ['€45.00 2026-11-30', { amountMinor: 4500, currency: 'EUR', day: '2026-11-30' }],
  ['1/2/2026', { day: '2026-02-01' }],
])('reads what an operator looks for: %s', (text, search) => {
  expect(readPaymentSearch(text)).toEqual(search);
});

it.each([
  '4355084355084358',
  '4355 0843 5508 4358',
  '4355084355084358 30.11.2026',
  'EUR',
  'acme',
  '31.02.2026',
  '12 13',
  'ada bob@example.com',
])('does not guess: %s', (text) => {
  expect(readPaymentSearch(text)).toBeNull();
});
