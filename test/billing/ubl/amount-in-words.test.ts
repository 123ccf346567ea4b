import { describe, expect, it } from 'vitest';
import { amountInWords } from '../../../src/billing/ubl/amount-in-words.ts';

describe('an amount in Turkish words', () => {
  it.each([
    [0, 'TRY', 'Yalnız sıfır Türk lirası'],
    [1, 'TRY', 'Yalnız sıfır Türk lirası bir kuruş'],
    [100, 'TRY', 'Yalnız bir Türk lirası'],
    [65_035, 'TRY', 'Yalnız altıyüzelli Türk lirası otuzbeş kuruş'],
    [10_000, 'TRY', 'Yalnız yüz Türk lirası'],
    [20_010, 'TRY', 'Yalnız ikiyüz Türk lirası on kuruş'],
    [100_000, 'TRY', 'Yalnız bin Türk lirası'],
    [149_900, 'TRY', 'Yalnız bindörtyüzdoksandokuz Türk lirası'],
    [200_199, 'EUR', 'Yalnız ikibinbir avro doksandokuz sent'],
    [1_100_000, 'USD', 'Yalnız onbirbin ABD doları'],
    [100_000_000, 'TRY', 'Yalnız birmilyon Türk lirası'],
    [100_100_100, 'TRY', 'Yalnız birmilyonbinbir Türk lirası'],
    [
      123_456_789_012_344,
      'TRY',
      'Yalnız birtrilyonikiyüzotuzdörtmilyarbeşyüzaltmışyedimilyonsekizyüzdoksanbinyüzyirmiüç Türk lirası kırkdört kuruş',
    ],
  ] as const)('%d %s is %s', (amount, currency, words) => {
    expect(amountInWords(amount, currency)).toBe(words);
  });
});
