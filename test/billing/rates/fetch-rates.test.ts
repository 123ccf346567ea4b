import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { newestPossibleBulletin } from '../../../src/billing/rates/bulletin-days.ts';
import { fetchRates } from '../../../src/billing/rates/fetch-rates.ts';
import { listRatesOn } from '../../../src/billing/rates/queries.ts';
import { useTestDatabase } from '../../support/database.ts';
import { contextAt } from '../scene.ts';

const database = useTestDatabase();
const read = (name: string): Buffer => readFileSync(new URL(`files/${name}`, import.meta.url));
const friday = read('20112026.xml');
const monday = read('23112026.xml');
const config = {
  rateMaxAgeDays: 5,
  tcmb: { baseUrl: 'https://bank.example', timeoutSeconds: 5, always: false },
};

/** The bank: its files by address, and what was asked for. A number is an answer with that status. */
let files: Record<string, Buffer | number>;
let asked: string[];
const bank = ((url: string) => {
  const path = new URL(url).pathname.replace('/kurlar/', '');
  asked.push(path);
  const file = files[path] ?? 404;
  if (file === 0) return Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }));
  return Promise.resolve(
    typeof file === 'number'
      ? new Response('<h1>…</h1>', { status: file })
      : new Response(new Uint8Array(file)),
  );
}) as typeof fetch;

const run = (at: string): ReturnType<typeof fetchRates> =>
  fetchRates(database.db, contextAt(new Date(`${at}+03:00`)), { config, fetch: bank });

/** The euro's bulletin that counts on a day. */
const euroOn = async (day: string): Promise<string | undefined> =>
  (await listRatesOn(database.db, { day, currencies: ['EUR'] }))[0]?.bulletin_no;

beforeEach(() => {
  files = {};
  asked = [];
  return () =>
    database.ownerDb.raw(
      'begin; set local session_replication_role = replica; delete from exchange_rates; commit',
    );
});

describe('exchange rates', () => {
  it('are kept as they came, with the file’s hash, and count from the day after on', async () => {
    files = { 'today.xml': friday };
    expect(await run('2026-11-20T15:45:00')).toMatchObject({ fetchedBulletin: '2026/221' });
    const [euro, yen] = await listRatesOn(database.db, { day: '2026-11-21', currencies: ['EUR', 'JPY'] });
    expect(euro).toEqual({
      ...{ currency: 'EUR', bulletin_date: '2026-11-20', bulletin_no: '2026/221', valid_for: '2026-11-21' },
      ...{ unit: 1, forex_buying: '54.9210', forex_selling: '55.0200' },
      ...{ banknote_buying: '54.8826', banknote_selling: '55.1025' },
      file_sha256: createHash('sha256').update(friday).digest('hex'),
      fetched_at: new Date('2026-11-20T12:45:00Z'),
    });
    expect(yen).toMatchObject({ unit: 100, forex_buying: '31.0611' });
    expect(await euroOn('2026-11-20')).toBeUndefined();
  });

  it('of Friday count over the weekend and on Monday, and Monday’s own only from Tuesday on', async () => {
    files = { 'today.xml': friday };
    await run('2026-11-20T15:45:00');
    files = { 'today.xml': monday };
    await run('2026-11-23T15:45:00');
    const days = ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'];
    expect(await Promise.all(days.map(euroOn))).toEqual(['2026/221', '2026/221', '2026/221', '2026/222']);
  });

  it('of 31 December count on New Year’s Day, which has no bulletin, and for as long as there is no other', async () => {
    files = { 'today.xml': read('31122026.xml') };
    await run('2026-12-31T16:00:00');
    expect([await euroOn('2026-12-31'), await euroOn('2027-01-01'), await euroOn('2027-01-03')]).toEqual([
      ...[undefined, '2026/249', '2026/249'],
    ]);
    // On the holiday itself the bank is asked again and shows the old file.
    expect(await run('2027-01-01T16:00:00')).toEqual({ newestBulletin: '2026/249' });
  });

  it('are not asked for while the newest there can be is here: before 15:30, over the weekend', async () => {
    files = { 'today.xml': friday };
    await run('2026-11-20T15:45:00');
    asked = [];
    for (const at of [
      '2026-11-20T18:00:00',
      '2026-11-21T12:00:00',
      '2026-11-22T23:00:00',
      '2026-11-23T15:29:00',
    ])
      expect(await run(at)).toEqual({ newestBulletin: '2026/221' });
    expect(asked).toEqual([]);
    await run('2026-11-23T15:31:00');
    expect(asked).toEqual(['today.xml']);
  });

  it('of days that were missed are fetched with the next new bulletin; a day without a file is a holiday', async () => {
    files = { 'today.xml': monday, '202611/20112026.xml': friday };
    expect(await run('2026-11-23T16:00:00')).toEqual({ fetchedBulletin: '2026/222', missedBulletins: 1 });
    expect(asked).toEqual(['today.xml', '202611/18112026.xml', '202611/19112026.xml', '202611/20112026.xml']);
    expect(await euroOn('2026-11-21')).toBe('2026/221');
    asked = [];
    expect(await run('2026-11-24T16:00:00')).toEqual({ newestBulletin: '2026/222' });
    expect(asked).toEqual(['today.xml']);
  });

  it.each([
    ['that cannot be reached', 0, /ECONNREFUSED/],
    ['in trouble', 503, /HTTP 503/],
    ['that sends elsewhere', 302, /HTTP 302/],
    ['without today’s file', 404, /there is none/],
    ['that sends something else', Buffer.from('<html>'), /not taken: a file of html/],
    ['with a decimal comma', Buffer.from(friday.toString().replace('54.9210', '54,9210')), /decimal comma/],
    ['that sends far too much', Buffer.alloc(600_000, 32), /too long/],
  ])('are not made up for a bank %s', async (_, file, problem) => {
    files = { 'today.xml': file };
    await expect(run('2026-11-20T16:00:00')).rejects.toThrow(problem);
    expect(await database.db('exchange_rates').select('id')).toEqual([]);
  });

  it('of another day than was asked for, or of the future, are not taken', async () => {
    files = { 'today.xml': monday, '202611/20112026.xml': monday };
    await expect(run('2026-11-22T16:00:00')).rejects.toThrow('in the future');
    expect(await run('2026-11-23T16:00:00')).toEqual({ fetchedBulletin: '2026/222', missedBulletins: 0 });
    expect(await euroOn('2026-11-23')).toBeUndefined();
  });

  it('of a bulletin that the bank corrected count from then on, and the first stay', async () => {
    files = { 'today.xml': friday };
    await run('2026-11-20T15:45:00');
    files = { 'today.xml': Buffer.from(friday.toString().replaceAll('54.9210', '54.9310')) };
    // On Monday, a holiday, the file of Friday is still the newest.
    expect(await run('2026-11-23T16:00:00')).toMatchObject({ fetchedBulletin: '2026/221' });
    const [euro] = await listRatesOn(database.db, { day: '2026-11-24', currencies: ['EUR'] });
    expect(euro).toMatchObject({ bulletin_no: '2026/221', forex_buying: '54.9310' });
    expect(await database.db('exchange_rates').where('currency', 'EUR').pluck('forex_buying')).toEqual([
      ...['54.9210', '54.9310'],
    ]);
  });

  it('stay as they are: nobody changes or deletes them', async () => {
    files = { 'today.xml': friday };
    await run('2026-11-20T15:45:00');
    await expect(database.db('exchange_rates').update({ unit: 100 })).rejects.toThrow('permission denied');
    await expect(database.ownerDb('exchange_rates').update({ unit: 100 })).rejects.toThrow('append-only');
    await expect(database.ownerDb('exchange_rates').delete()).rejects.toThrow('append-only');
  });
});

describe('the newest bulletin that there can be', () => {
  it.each([
    ['2026-11-20T15:29:59', '2026-11-19'],
    ['2026-11-20T15:30:00', '2026-11-20'],
    ['2026-11-21T12:00:00', '2026-11-20'],
    ['2026-11-22T23:59:59', '2026-11-20'],
    ['2026-11-23T00:00:00', '2026-11-20'],
    ['2026-11-23T15:30:00', '2026-11-23'],
    // Midnight in Istanbul is nine in the evening in UTC.
    ['2027-01-01T00:00:00', '2026-12-31'],
  ])('at %s in Istanbul is of %s', (at, day) => {
    expect(newestPossibleBulletin(new Date(`${at}+03:00`))).toBe(day);
  });
});
