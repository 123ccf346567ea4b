import type { Currency } from '../../currency.ts';

const ONES = ['', 'bir', 'iki', 'üç', 'dört', 'beş', 'altı', 'yedi', 'sekiz', 'dokuz'];
const TENS = ['', 'on', 'yirmi', 'otuz', 'kırk', 'elli', 'altmış', 'yetmiş', 'seksen', 'doksan'];
/** A group of three digits, from the right. */
const GROUPS = ['', 'bin', 'milyon', 'milyar', 'trilyon', 'katrilyon'];

const MONEY: Record<Currency, { major: string; minor: string }> = {
  TRY: { major: 'Türk lirası', minor: 'kuruş' },
  USD: { major: 'ABD doları', minor: 'sent' },
  EUR: { major: 'avro', minor: 'sent' },
};

/**
 * An amount in Turkish words as a note of an invoice has it. On commercial papers a number is one word, so
 * that nothing can be put between (TDK, Sayıların Yazılışı): `Yalnız altıyüzelli Türk lirası otuzbeş kuruş`.
 */
export function amountInWords(amountMinor: number, currency: Currency): string {
  const { major, minor } = MONEY[currency];
  const whole = Math.floor(amountMinor / 100);
  const rest = amountMinor % 100;
  return `Yalnız ${numberInWords(whole)} ${major}${rest === 0 ? '' : ` ${numberInWords(rest)} ${minor}`}`;
}

function numberInWords(number: number): string {
  if (number === 0) return 'sıfır';
  let words = '';
  for (let group = 0, left = number; left > 0; group += 1, left = Math.floor(left / 1000)) {
    const value = left % 1000;
    // A thousand is "bin", never "birbin"; a million is "birmilyon".
    const count = group === 1 && value === 1 ? '' : hundredsInWords(value);
    if (value > 0) words = `${count}${GROUPS[group] ?? ''}${words}`;
  }
  return words;
}

function hundredsInWords(value: number): string {
  const hundreds = Math.floor(value / 100);
  const hundred = hundreds === 0 ? '' : `${hundreds === 1 ? '' : (ONES[hundreds] ?? '')}yüz`;
  return `${hundred}${TENS[Math.floor(value / 10) % 10] ?? ''}${ONES[value % 10] ?? ''}`;
}
