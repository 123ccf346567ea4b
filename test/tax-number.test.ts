import { describe, expect, it } from 'vitest';
import { isMistypedTaxNumber, taxNumberKind } from '../src/tax-number.ts';

/** Numbers of taxpayers that stand on the internet. In the first, some w are 9 where the rest is 0. */
const vkns = [
  '4840847211',
  '8770013406',
  '8790017566',
  '0150015264',
  '4810058590',
  '9000068418',
  '1234567890',
];
/** The first is the one that public examples use. */
const tckns = ['10000000146', '11111111110', '12345678950'];

const withDigit = (number: string, place: number, digit: number): string =>
  number.slice(0, place) + String(digit) + number.slice(place + 1);

/** The number with another digit at one place, in every way. */
const mistyped = (number: string): string[] =>
  Array.from(number).flatMap((right, place) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
      .filter((digit) => digit !== Number(right))
      .map((digit) => withDigit(number, place, digit)),
  );

describe('a Turkish tax number', () => {
  it.each(vkns)('%s names a company, and nobody with another last digit', (number) => {
    expect(taxNumberKind(number)).toBe('vkn');
    for (const digit of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((other) => other !== Number(number[9])))
      expect(isMistypedTaxNumber(withDigit(number, 9, digit))).toBe(true);
  });

  it.each(tckns)('%s names a person, and nobody with one digit mistyped', (number) => {
    expect(taxNumberKind(number)).toBe('tckn');
    expect(mistyped(number).filter((other) => !isMistypedTaxNumber(other))).toEqual([]);
  });

  it.each(['0000000000', '1111111111', '2222222222', '11111111111', '01234567890', '1234567895'])(
    '%s names nobody',
    (number) => {
      expect(isMistypedTaxNumber(number)).toBe(true);
    },
  );

  it.each(['DE123456789', '12 345', '123456789', '123456789012', '12345-67890', '', '١٢٣٤٥٦٧٨٩٠'])(
    '%j may be one of another country',
    (number) => {
      expect([taxNumberKind(number), isMistypedTaxNumber(number)]).toEqual([null, false]);
    },
  );
});
