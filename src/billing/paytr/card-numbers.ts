/** A whole number of 13 to 19 digits by itself, alone or in groups of four, as on a card. */
const LIKE_A_CARD = /(?<![\w.,])(?:\d{13,19}|\d{4}(?:[ -]\d{4}){3})(?![\w]|[.,]\d)/g;

const SHOWN_FIRST = 6;
const SHOWN_LAST = 4;

/**
 * The text with each whole card number reduced to its first six and last four digits, as PayTR shows it.
 * PayTR masks cards itself; should it ever forget, no whole number may reach our database, logs or pages. A
 * number counts as a card's when its check digit is right (ISO/IEC 7812-1).
 */
export function hideCardNumbers(text: string): string {
  return text.replace(LIKE_A_CARD, (found) => {
    const digits = found.replace(/\D/g, '');
    if (!hasCardCheckDigit(digits)) return found;
    const hidden = '*'.repeat(digits.length - SHOWN_FIRST - SHOWN_LAST);
    return digits.slice(0, SHOWN_FIRST) + hidden + digits.slice(-SHOWN_LAST);
  });
}

/** From the right, each second digit counts twice, digit by digit; all together divide by ten. */
function hasCardCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number).reduceRight((total, digit, index) => {
    const value = digit * ((digits.length - 1 - index) % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum > 0 && sum % 10 === 0;
}
