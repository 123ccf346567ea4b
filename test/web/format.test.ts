import { expect, it } from 'vitest';
import { formatFor } from '../../src/web/format.ts';

it.each([
  ['tr', 'TRY', '₺1.234.567,89'],
  ['tr', 'USD', '$1.234.567,89'],
  ['tr', 'EUR', '€1.234.567,89'],
  ['en', 'TRY', '₺1,234,567.89'],
  ['en', 'USD', '$1,234,567.89'],
  ['en', 'EUR', '€1,234,567.89'],
] as const)('writes money as people of %s read it: %s', (locale, currency, text) => {
  expect(formatFor(locale).money(123_456_789, currency)).toBe(text);
});

it.each([
  [0, '₺0', '₺0'],
  [5_000_000, '₺50.000', '₺50,000'],
  [15_000_000, '₺150 B', '₺150k'],
  [250_000_000, '₺2,5 Mn', '₺2.5m'],
  [100_000_000_000, '₺1 Mr', '₺1bn'],
  [1_500_000_000_000, '₺15 Mr', '₺15bn'],
] as const)('writes money at the scale of a chart in few signs: %i', (minor, tr, en) => {
  const [turkish, english] = [formatFor('tr'), formatFor('en')].map(({ shortMoney }) =>
    shortMoney(minor, 'TRY').replaceAll('\u00a0', ' '),
  );
  expect([turkish, english]).toEqual([tr, en]);
});

it.each(['tr', 'en'] as const)('keeps each kuruş of the largest amounts, and signs: %s', (locale) => {
  const { money } = formatFor(locale);
  expect(money(9_007_199_254_740_991, 'TRY').replace(/\D/g, '')).toBe('9007199254740991');
  expect(money(-1, 'EUR')).toMatch(/^-€0[.,]01$/);
  expect(money(0, 'USD')).toMatch(/^\$0[.,]00$/);
});

it.each([
  ['en', 0, 17, '17 of 31 days × '],
  ['en', 1, 0, '1 month × '],
  ['en', 2, 3, '2 months and 3 of 31 days × '],
  ['en', 0, 0, '0 of 31 days × '],
  ['tr', 1, 0, '1 ay × '],
  ['tr', 1, 12, '1 ay ve 12/31 gün × '],
] as const)('says in %s for how long an upgrade is: %i months, %i days', (locale, months, days, text) => {
  const amounts = { price: 'a', credit: 'b', amount: 'c' };
  const value = formatFor(locale).t('prices.factUpgradeValue', { months, days, monthDays: 31, ...amounts });
  expect(value).toBe(`${text}(a − b) = c`);
});
