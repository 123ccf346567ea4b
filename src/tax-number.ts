/** A Turkish number that names a taxpayer: 10 digits (VKN) for companies, 11 (TCKN) for persons. */
type TaxNumberKind = 'vkn' | 'tckn';

/**
 * Says which Turkish number this is by its length and check digits. Null when it is neither: a mistyped one,
 * or a number of another country. Source of both rules: the tax administration's published algorithms.
 */
export function taxNumberKind(text: string): TaxNumberKind | null {
  if (isVkn(text)) return 'vkn';
  return isTckn(text) ? 'tckn' : null;
}

/** True for 10 or 11 digits whose check digits are wrong: nobody has such a number in Türkiye. */
export function isMistypedTaxNumber(text: string): boolean {
  return /^\d{10,11}$/.test(text) && taxNumberKind(text) === null;
}

/**
 * For the digits d1 to d9, v = (d + 10 − place) mod 10 and w = v · 2^(10 − place) mod 9, where 9 takes the
 * place of 0 unless v is 0. The last digit brings the sum of all w to a multiple of 10.
 */
function isVkn(text: string): boolean {
  if (!/^\d{10}$/.test(text)) return false;
  const digits = Array.from(text, Number);
  const sum = digits.slice(0, 9).reduce((total, digit, index) => {
    const v = (digit + 9 - index) % 10;
    const w = (v * 2 ** (9 - index)) % 9;
    return total + (v !== 0 && w === 0 ? 9 : w);
  }, 0);
  return digits[9] === (10 - (sum % 10)) % 10;
}

/** d10 = (7 · (d1 + d3 + d5 + d7 + d9) − (d2 + d4 + d6 + d8)) mod 10, and d11 = (d1 + … + d10) mod 10. */
function isTckn(text: string): boolean {
  if (!/^[1-9]\d{10}$/.test(text)) return false;
  const digits = Array.from(text, Number);
  const sum = (places: number[]): number =>
    places.reduce((total, place) => total + (digits[place - 1] ?? 0), 0);
  // The digits that are taken away make 36 at most: with 40 more the rest of the division is not negative.
  const tenth = (7 * sum([1, 3, 5, 7, 9]) - sum([2, 4, 6, 8]) + 40) % 10;
  return digits[9] === tenth && digits[10] === sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 10;
}
