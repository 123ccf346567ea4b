import { Temporal } from 'temporal-polyfill';

/** A made-up bulletin of the Turkish central bank in the form of the real ones. */
export interface Bulletin {
  day: Temporal.PlainDate;
  number: number;
  lines: Line[];
}

/** Rates in ten-thousandths of a lira, so that no fraction is ever a float. */
interface Line {
  code: string;
  order: number;
  unit: number;
  nameTr: string;
  nameEn: string;
  buying: number;
  /** Null: the bank quotes no banknotes. */
  banknoteBuying: number | null;
}

/** Rates on 1 January 2026, and by how much they rise in a day. */
const CURRENCIES = [
  { code: 'USD', unit: 1, nameTr: 'ABD DOLARI', nameEn: 'US DOLLAR', start: 429_000, rise: 170 },
  { code: 'EUR', unit: 1, nameTr: 'EURO', nameEn: 'EURO', start: 503_000, rise: 200 },
  { code: 'GBP', unit: 1, nameTr: 'İNGİLİZ STERLİNİ', nameEn: 'POUND STERLING', start: 577_000, rise: 230 },
  { code: 'JPY', unit: 100, nameTr: 'JAPON YENİ', nameEn: 'JAPENESE YEN', start: 273_000, rise: 110 },
  {
    code: 'XDR',
    unit: 1,
    nameTr: 'ÖZEL ÇEKME HAKKI (SDR)',
    nameEn: 'SPECIAL DRAWING RIGHT (SDR)',
    start: 588_000,
    rise: 230,
  },
];

/** Holidays with a fixed day, as month and day. */
const FIXED_HOLIDAYS = ['01-01', '04-23', '05-01', '05-19', '07-15', '08-30', '10-29'];

/** Religious holidays, first and last day: Ramazan and Kurban. */
const FEASTS: [string, string][] = [
  ['2026-03-20', '2026-03-22'],
  ['2026-05-27', '2026-05-30'],
  ['2027-03-09', '2027-03-11'],
  ['2027-05-16', '2027-05-19'],
  ['2028-02-26', '2028-02-28'],
  ['2028-05-05', '2028-05-08'],
];

/** Whether the bank publishes no rates on a day. */
function isClosed(day: Temporal.PlainDate): boolean {
  const text = day.toString();
  return (
    day.dayOfWeek > 5 ||
    FIXED_HOLIDAYS.includes(text.slice(5)) ||
    FEASTS.some(([first, last]) => first <= text && text <= last)
  );
}

/** The bulletin of a day; the same each time. Undefined on a weekend or holiday. */
export function bulletinOf(day: Temporal.PlainDate): Bulletin | undefined {
  if (isClosed(day)) return undefined;
  const days = Temporal.PlainDate.from('2026-01-01').until(day).days;
  return {
    day,
    number: numberOf(day),
    lines: CURRENCIES.map(({ start, rise, ...currency }, order) => {
      // Some days are lower than the day before, as real rates are.
      const buying = Math.max(10_000, start + rise * days + (((days * 7919) % 13) - 6) * 40);
      const banknoteBuying = currency.code === 'XDR' ? null : buying - Math.round(buying / 1430);
      return { ...currency, order, buying, banknoteBuying };
    }),
  };
}

/** Counts the bulletins of the year up to a day. */
function numberOf(day: Temporal.PlainDate): number {
  let number = 0;
  for (let each = day.with({ month: 1, day: 1 }); !each.equals(day); each = each.add({ days: 1 }))
    if (!isClosed(each)) number += 1;
  return number + 1;
}

/** A bulletin as the bank writes it. */
export function toXml({ day, number, lines }: Bulletin): string {
  const [year = '', month = '', date = ''] = day.toString().split('-');
  const heading = `Tarih="${date}.${month}.${year}" Date="${month}/${date}/${year}"  Bulten_No="${year}/${String(number)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<?xml-stylesheet type="text/xsl" href="isokur.xsl"?>',
    `<Tarih_Date ${heading} >`,
    ...lines.map(toElement),
    '</Tarih_Date>',
    '',
  ].join('\r\n');
}

function toElement({ code, order, unit, nameTr, nameEn, buying, banknoteBuying }: Line): string {
  const selling = buying + Math.round(buying / 555);
  const banknoteSelling = banknoteBuying === null ? null : selling + Math.round(selling / 666);
  return [
    `\t<Currency CrossOrder="${String(order)}" Kod="${code}" CurrencyCode="${code}">`,
    `\t\t<Unit>${String(unit)}</Unit>`,
    `\t\t<Isim>${nameTr}</Isim>`,
    `\t\t<CurrencyName>${nameEn}</CurrencyName>`,
    `\t\t<ForexBuying>${decimal(buying)}</ForexBuying>`,
    code === 'XDR' ? '\t\t<ForexSelling/>' : `\t\t<ForexSelling>${decimal(selling)}</ForexSelling>`,
    `\t\t<BanknoteBuying>${decimal(banknoteBuying)}</BanknoteBuying>`,
    `\t\t<BanknoteSelling>${decimal(banknoteSelling)}</BanknoteSelling>`,
    '\t\t<CrossRateUSD/>',
    '\t\t<CrossRateOther/>',
    '\t</Currency>',
  ].join('\r\n');
}

function decimal(tenThousandths: number | null): string {
  if (tenThousandths === null) return '';
  const digits = String(tenThousandths).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
