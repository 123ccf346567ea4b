import { IntlMessageFormat } from 'intl-messageformat';
import { majorText } from '../currency.ts';
import { TIME_ZONE } from '../local-calendar.ts';
import { catalogues, type Locale, type TextKey } from './locales/catalogues.ts';

type Params = Record<string, string | number | boolean | Date | null | undefined>;
type DateStyle = 'datetime' | 'date' | 'day' | 'time' | 'relative' | 'utc';

/** The only functions a template may call, for one locale and one time zone. */
export interface Format {
  locale: Locale;
  /** The zone in which `when` tells the time, as the IANA database names it. */
  timeZone: string;
  /** A text of the catalogue. ICU placeholders and plurals are filled from `params`. */
  t(key: TextKey, params?: Params): string;
  /**
   * The same text in pieces: the parts between the placeholders, and for each placeholder its object from
   * `params`.
   */
  parts<Piece extends object>(
    key: TextKey,
    params: Record<string, Params[string] | Piece>,
  ): (string | Piece)[];
  /** Minor units as an amount of money: `money(12050, 'TRY')` is `₺120,50`. */
  money(amountMinor: number, currency: string): string;
  /** The same for the scale of a chart, whose margin is narrow: `₺50,000`, then `₺1.5m` and `₺2.5bn`. */
  shortMoney(amountMinor: number, currency: string): string;
  /**
   * A time for people, in their own zone. `utc` says it in UTC, and `day` the date in the calendar by which
   * days are counted and invoices issued. Null gives an en dash.
   */
  when(date: Date | string | null | undefined, style?: DateStyle): string;
  /** A time for `<time datetime>`: ISO 8601, UTC. */
  iso(date: Date | string | null | undefined): string;
  /** Seconds as hours and minutes. */
  duration(seconds: number | null | undefined): string;
  /** A whole or decimal number. */
  number(value: number, maximumFractionDigits?: number): string;
}

/** From a hundred thousand on an amount is longer than the margin of a chart on a phone. */
const SHORT_FROM_MINOR = 10_000_000;
const DIGITS: Intl.NumberFormatOptions = { minimumFractionDigits: 0, maximumFractionDigits: 2 };

const formats = new Map<string, Format>();
const allMessages = new Map<Locale, Map<TextKey, IntlMessageFormat>>();

/** The format of a locale in a time zone; made once, since Intl objects are slow to make. */
export function formatFor(locale: Locale, timeZone: string = TIME_ZONE): Format {
  const name = `${locale} ${timeZone}`;
  const found = formats.get(name) ?? createFormat(locale, timeZone);
  formats.set(name, found);
  return found;
}

function createFormat(locale: Locale, timeZone: string): Format {
  const messages = messagesOf(locale);
  const language = locale === 'tr' ? 'tr-TR' : 'en-GB';
  const messageOf = (key: TextKey): IntlMessageFormat => {
    const message =
      messages.get(key) ??
      new IntlMessageFormat(lookUp(locale, key), language, undefined, { ignoreTag: true });
    messages.set(key, message);
    return message;
  };
  const dates = dateFormats(language, timeZone);
  const amounts = new Map<string, Intl.NumberFormat>();
  const amountsIn = (currency: string, shape: Intl.NumberFormatOptions = {}): Intl.NumberFormat => {
    const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...shape } as const;
    const name = `${currency} ${JSON.stringify(shape)}`;
    const found = amounts.get(name) ?? new Intl.NumberFormat(language, options);
    amounts.set(name, found);
    return found;
  };
  return {
    locale,
    timeZone,
    t: (key, params) => String(messageOf(key).format(params)),
    parts: <Piece extends object>(key: TextKey, params: Record<string, Params[string] | Piece>) =>
      messageOf(key)
        .formatToParts<Piece>(params)
        .map(({ value }) => value),
    // Intl takes a decimal text exactly.
    money: (amountMinor, currency) => amountsIn(currency).format(majorText(amountMinor) as unknown as number),
    shortMoney: (amountMinor, currency) =>
      amountsIn(
        currency,
        Math.abs(amountMinor) < SHORT_FROM_MINOR ? DIGITS : { ...DIGITS, notation: 'compact' },
      ).format(majorText(amountMinor) as unknown as number),
    when: (date, style = 'datetime') => {
      if (date === null || date === undefined) return '–';
      return style === 'relative' ? relative(language, new Date(date)) : dates[style].format(new Date(date));
    },
    iso: (date) => (date === null || date === undefined ? '' : new Date(date).toISOString()),
    duration: (seconds) => duration(language, seconds ?? 0),
    number: (value, maximumFractionDigits = 1) =>
      new Intl.NumberFormat(language, { maximumFractionDigits }).format(value),
  };
}

/** The texts of a language, which people in all time zones share. */
function messagesOf(locale: Locale): Map<TextKey, IntlMessageFormat> {
  const messages = allMessages.get(locale) ?? new Map<TextKey, IntlMessageFormat>();
  allMessages.set(locale, messages);
  return messages;
}

function lookUp(locale: Locale, key: string): string {
  const [section = '', ...rest] = key.split('.');
  const texts = catalogues[locale][section as keyof (typeof catalogues)['en']] as
    Record<string, string> | undefined;
  const text = texts?.[rest.join('.')];
  if (text === undefined) throw new Error(`no text for "${key}" in ${locale}`);
  return text;
}

function dateFormats(
  language: string,
  timeZone: string,
): Record<Exclude<DateStyle, 'relative'>, Intl.DateTimeFormat> {
  const make = (options: Intl.DateTimeFormatOptions, zone = timeZone): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
  return {
    datetime: make({ dateStyle: 'medium', timeStyle: 'short' }),
    date: make({ dateStyle: 'long' }),
    day: make({ dateStyle: 'long' }, TIME_ZONE),
    time: make({ timeStyle: 'medium' }),
    utc: make({ dateStyle: 'medium', timeStyle: 'medium' }, 'UTC'),
  };
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

function relative(language: string, date: Date): string {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return step === undefined
    ? format.format(0, 'minute')
    : format.format(Math.trunc(seconds / step[1]), step[0]);
}

function duration(language: string, seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  return hours === 0 ? unit(minutes, 'minute') : `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`;
}
