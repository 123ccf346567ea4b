import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { RateSide } from '../price-facts.ts';

/** The line of a bulletin about one currency. A side is null where the bulletin has none. */
interface BulletinLine extends Record<RateSide, string | null> {
  currency: string;
  /** Liras are for so many of the currency. */
  unit: number;
}

/** A bulletin of the Turkish central bank. The day is a text as `2026-11-30`. */
interface Bulletin {
  day: string;
  /** As `2026/221`. */
  number: string;
  lines: BulletinLine[];
}

type BulletinReading = { ok: true; bulletin: Bulletin } | { ok: false; problem: string };

/** The elements of a currency that we read, and the columns that they become. */
const SIDES: Record<string, RateSide> = {
  ForexBuying: 'forex_buying',
  ForexSelling: 'forex_selling',
  BanknoteBuying: 'banknote_buying',
  BanknoteSelling: 'banknote_selling',
};

/**
 * Reads the file of a bulletin (`kurlar/today.xml`), or says why it is not taken. A file is taken whole or
 * not at all: whatever does not look as the bank writes it may mean another number than we think.
 *
 * 1. Both writings of the day, `Tarih` and `Date`, say the same, and the number is of that year.
 * 2. Rates have a point. `42,3553` is refused: it could be read as 423 553.
 * 3. A rate of 0 and a currency that comes twice are refused.
 */
export function parseBulletin(file: Uint8Array): BulletinReading {
  try {
    return { ok: true, bulletin: readFile(decode(file)) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The file names its encoding: UTF-8 now, ISO-8859-9 in old ones. */
function decode(file: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(file.subarray(0, 100));
  const encoding = /^[^>]*encoding="([\w-]+)"/.exec(head)?.[1] ?? 'utf-8';
  if (!/^(utf-8|iso-8859-9)$/i.test(encoding)) throw new Error(`an encoding of ${encoding}`);
  return new TextDecoder(encoding, { fatal: true }).decode(file);
}

/** The element of a currency while its children are read. */
interface OpenCurrency {
  code: string;
  texts: Record<string, string>;
}

function readFile(xml: string): Bulletin {
  const parser = new SaxesParser();
  const path: string[] = [];
  const lines: BulletinLine[] = [];
  let heading: Omit<Bulletin, 'lines'> | undefined;
  let open: OpenCurrency | undefined;
  let text = '';
  parser.on('error', (error) => {
    throw new Error(`no XML: ${error.message}`);
  });
  parser.on('opentag', (tag) => {
    path.push(tag.name);
    text = '';
    if (path.length === 1) heading = readHeading(tag);
    if (path.length === 2 && tag.name === 'Currency')
      open = { code: tag.attributes.CurrencyCode ?? '', texts: {} };
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('closetag', ({ name }) => {
    if (path.length === 3 && open !== undefined) open.texts[name] = text.trim();
    if (path.length === 2 && open !== undefined) {
      lines.push(readLine(open, lines));
      open = undefined;
    }
    path.pop();
  });
  parser.write(xml).close();
  if (heading === undefined || lines.length === 0) throw new Error('no currency');
  return { ...heading, lines };
}

function readHeading({ name, attributes }: SaxesTagPlain): Omit<Bulletin, 'lines'> {
  if (name !== 'Tarih_Date') throw new Error(`a file of ${name}`);
  const [, day = '', month = '', year = ''] =
    /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(attributes.Tarih ?? '') ?? [];
  if (attributes.Date !== `${month}/${day}/${year}`) throw new Error('days that do not agree');
  const text = `${year}-${month}-${day}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new Error(`no day: ${text}`);
  const number = attributes.Bulten_No ?? '';
  if (!/^\d{4}\/\d{1,4}$/.test(number) || !number.startsWith(`${year}/`))
    throw new Error('no number of that year');
  return { day: text, number };
}

function readLine({ code, texts }: OpenCurrency, before: BulletinLine[]): BulletinLine {
  if (!/^[A-Z]{3}$/.test(code) || code === 'TRY') throw new Error('a currency without a code');
  if (before.some(({ currency }) => currency === code)) throw new Error(`${code} twice`);
  const unit = texts.Unit ?? '';
  if (!/^[1-9]\d{0,6}$/.test(unit)) throw new Error(`${code}: a unit of "${unit}"`);
  const line: BulletinLine = {
    ...{ currency: code, unit: Number(unit) },
    ...{ forex_buying: null, forex_selling: null, banknote_buying: null, banknote_selling: null },
  };
  for (const [name, side] of Object.entries(SIDES))
    line[side] = readRate(`${code} ${name}`, texts[name] ?? '');
  return line;
}

function readRate(name: string, text: string): string | null {
  if (text === '') return null;
  if (text.includes(',')) throw new Error(`${name}: a decimal comma in "${text.slice(0, 20)}"`);
  if (!/^\d{1,9}(\.\d{1,8})?$/.test(text) || !/[1-9]/.test(text))
    throw new Error(`${name}: "${text.slice(0, 20)}"`);
  return text;
}
