import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseBulletin } from '../../../src/billing/rates/parse-bulletin.ts';

const file = readFileSync(new URL('files/20112026.xml', import.meta.url), 'utf8');
const parse = (text: string): ReturnType<typeof parseBulletin> => parseBulletin(Buffer.from(text));

/** The file with a part replaced, which must be there. */
function changed(part: string, by: string): string {
  expect(file).toContain(part);
  return file.replace(part, by);
}

describe('a bulletin of the central bank', () => {
  it('is read with its day, its number, and every rate with its digits and its unit', () => {
    const reading = parse(file);
    if (!reading.ok) throw new Error(reading.problem);
    const { day, number, lines } = reading.bulletin;
    expect({ day, number }).toEqual({ day: '2026-11-20', number: '2026/221' });
    expect(lines.map(({ currency }) => currency)).toEqual(['USD', 'AUD', 'EUR', 'JPY', 'XDR']);
    expect(lines[2]).toEqual({
      ...{ currency: 'EUR', unit: 1, forex_buying: '54.9210', forex_selling: '55.0200' },
      ...{ banknote_buying: '54.8826', banknote_selling: '55.1025' },
    });
    expect(lines[3]).toMatchObject({ currency: 'JPY', unit: 100, forex_buying: '31.0611' });
    expect(lines[4]).toMatchObject({ forex_buying: '63.9031', forex_selling: null, banknote_buying: null });
  });

  it('is read in the encoding of old files as well', () => {
    const old = Buffer.from(changed('UTF-8', 'ISO-8859-9').replaceAll('İ', 'I'), 'latin1');
    expect(parseBulletin(old)).toMatchObject({ ok: true, bulletin: { day: '2026-11-20' } });
  });

  it.each([
    ['a decimal comma', '54.9210', '54,9210', /comma/],
    ['a thousands point', '54.9210', '5.492.100', /EUR ForexBuying/],
    ['an exponent', '54.9210', '5e1', /EUR ForexBuying/],
    ['a sign', '54.9210', '-54.9210', /EUR ForexBuying/],
    ['a rate of nothing', '54.9210', '0.0000', /EUR ForexBuying/],
    ['a unit of nothing', '<Unit>100<', '<Unit>0<', /JPY: a unit/],
    ['a unit with decimals', '<Unit>100<', '<Unit>1.5<', /JPY: a unit/],
    ['no unit', '<Unit>100</Unit>', '', /JPY: a unit/],
    ['a currency twice', 'CurrencyCode="AUD"', 'CurrencyCode="USD"', /USD twice/],
    ['a currency without a code', 'CurrencyCode="AUD"', '', /without a code/],
    ['the lira in terms of itself', 'CurrencyCode="AUD"', 'CurrencyCode="TRY"', /without a code/],
    ['two days', 'Date="11/20/2026"', 'Date="11/23/2026"', /days that do not agree/],
    [
      'a day that does not exist',
      'Tarih="20.11.2026" Date="11/20/2026"',
      'Tarih="31.11.2026" Date="11/31/2026"',
      /no day/,
    ],
    ['the number of another year', '2026/221', '2025/221', /no number of that year/],
    ['no number', 'Bulten_No="2026/221"', '', /no number of that year/],
    ['another root', 'Tarih_Date Tarih', 'Rates Tarih', /a file of Rates|no XML/],
    ['an element that does not end', '</Tarih_Date>', '', /no XML/],
    ['an entity of its own', '<Isim>ABD DOLARI', '<Isim>&xxe;', /no XML/],
    ['an encoding that nobody knows', 'UTF-8', 'UTF-7', /an encoding of UTF-7/],
  ])('is not taken with %s', (_, part, by, problem) => {
    const reading = parse(changed(part, by));
    expect(reading.ok ? '' : reading.problem).toMatch(problem);
  });

  it.each([
    '',
    '<html><body>404</body></html>',
    '{}',
    '\u0000',
    `<Tarih_Date Tarih="20.11.2026" Date="11/20/2026" Bulten_No="2026/1"/>`,
  ])('is not %j', (text) => {
    expect(parse(text)).toMatchObject({ ok: false });
  });

  it('does not open what a declaration names', () => {
    const withDoctype = changed(
      '<Tarih_Date ',
      '<!DOCTYPE Tarih_Date [<!ENTITY a "46"><!ENTITY f SYSTEM "file:///etc/passwd">]><Tarih_Date ',
    );
    expect(parse(withDoctype.replace('46.8612', '&a;.8612'))).toMatchObject({ ok: false });
    expect(parse(withDoctype.replace('46.8612', '&f;'))).toMatchObject({ ok: false });
  });
});
