import { z } from 'zod';
import { currencies, type Currency } from '../../currency.ts';
import { hideCardNumbers } from '../paytr/card-numbers.ts';
import { parseMajor } from '../paytr/minor-units.ts';

/** The parts of a text of the search box. A payment must fit each part that is there. */
export interface PaymentSearch {
  /** An order number, or that of an invoice or reversal, as typed in capitals. */
  number?: string;
  /** A universally unique number, as a legal invoice has one (ETTN). */
  uuid?: string;
  email?: string;
  /** The first six and last four digits of a card. */
  card?: string;
  amountMinor?: number;
  currency?: Currency;
  /** `2026-11-30`, in Istanbul. */
  day?: string;
}

const symbols: Record<string, Currency> = { '₺': 'TRY', TL: 'TRY', $: 'USD', '€': 'EUR' };

/**
 * Reads the search box: an e-mail address, a masked card, an ETTN, an amount with or without its currency, a
 * day, or a number of an order or document. Amount and day may stand together. Null when a word is none of
 * these, or when nothing is left to look for.
 */
export function readPaymentSearch(text: string): PaymentSearch | null {
  // A whole card number: nobody needs it here, and we keep none.
  if (/^[\d\s-]{12,}$/.test(text.trim()) || hideCardNumbers(text) !== text) return null;
  const card = readCard(text);
  if (card !== null) return { card };
  const search: PaymentSearch = {};
  for (const word of text
    .replace(/([₺$€])/g, ' $1 ')
    .split(/\s+/)
    .filter(Boolean)) {
    const part = readWord(word);
    // Two of a kind cannot both fit.
    if (part === null || Object.keys(part).some((name) => name in search)) return null;
    Object.assign(search, part);
  }
  // A currency alone is no search.
  return Object.keys(search).some((name) => name !== 'currency') ? search : null;
}

function readWord(word: string): PaymentSearch | null {
  const upper = word.toUpperCase();
  const currency = symbols[upper] ?? currencies.find((each) => each === upper);
  if (currency !== undefined) return { currency };
  if (word.includes('@')) return { email: word.toLowerCase() };
  if (z.guid().safeParse(word).success) return { uuid: word.toLowerCase() };
  const day = readDay(word);
  if (day !== null) return { day };
  const amountMinor = parseMajor(word);
  if (amountMinor !== null) return { amountMinor };
  return /^[A-Z0-9]{6,64}$/.test(upper) ? { number: upper } : null;
}

/** `455359******6747`, with any mark or blanks between the first six and the last four digits. */
function readCard(text: string): string | null {
  const digits = /^\s*(\d{4})\s?(\d{2})[\s*xX•.A-Z-]{2,14}?(\d{4})\s*$/.exec(text);
  return digits === null ? null : digits.slice(1).join('');
}

/** `2026-11-30`, `30.11.2026` or `30/11/2026`. */
function readDay(word: string): string | null {
  const turkish = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(word);
  const day =
    turkish === null
      ? word
      : `${turkish[3] ?? ''}-${(turkish[2] ?? '').padStart(2, '0')}-${(turkish[1] ?? '').padStart(2, '0')}`;
  return z.iso.date().safeParse(day).success ? day : null;
}
