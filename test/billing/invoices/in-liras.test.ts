import { beforeAll, describe, expect, it } from 'vitest';
import type { RateFacts } from '../../../src/billing/price-facts.ts';
import { useTestApp } from '../../support/app.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildReceipt } from '../legal-invoices/scene.ts';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;
let olivia: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
  olivia = await signIn(test.app, cast.olivia);
});

/** A line of a bulletin of 2026 as the job stores it, which counts from the day after on. */
const keepRate = (
  day: string,
  rates: { forex_buying: string | null },
  overrides: Record<string, unknown> = {},
): Promise<unknown> =>
  test.db('exchange_rates').insert({
    ...{ bulletin_date: day, bulletin_no: '2026/100', currency: 'EUR', unit: 1 },
    valid_for: new Date(new Date(`${day}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10),
    ...{ forex_buying: rates.forex_buying, forex_selling: '99.9999', file_sha256: sha(day) },
    fetched_at: new Date(`${day}T15:45:00+03:00`),
    ...overrides,
  });

/** A hash that no other file of the test has. */
const sha = (text: string): string => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);

const convertedBy = (rates: RateFacts[]): { price_list_id: number; price_facts: string } => ({
  price_list_id: 1,
  price_facts: JSON.stringify({
    ...{ list_version: 1, kind: 'converted', currency: 'EUR', margin_bps: 0 },
    prices: { starter: 1000, team: 149_900, enterprise: 3000 },
    base: { currency: 'TRY', prices: { starter: 1000, team: 2000, enterprise: 3000 } },
    rates,
    rounding: { step_minor: 1, mode: 'nearest' },
  }),
});

/** The texts of page and PDF without white space. */
async function readBoth(
  overrides: Parameters<typeof buildReceipt>[2],
): Promise<{ page: string; pdf: string }> {
  const { id } = await buildReceipt(test.db, { company_id: cast.acme.id, user_id: cast.alice.id }, overrides);
  const path = `/billing/invoices/${String(id)}`;
  const page = (await alice.get(path)).text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s/g, '');
  const response = await alice.rawGet(`${path}/receipt.pdf`).responseType('blob');
  return { page, pdf: await readPdfText(response.body as Buffer) };
}

/** 1,499.00 euros with 249.83 of tax in it, on a day in Istanbul. */
const euros = (time: string): { currency: string; issued_at: Date } => ({
  currency: 'EUR',
  issued_at: new Date(`${time}+03:00`),
});

const none = 'norateoftheTurkishcentralbankforthisdaywasherewhenthiswaswritten';

describe('a receipt in another currency', () => {
  it('says what it is worth in liras by the buying rate that counts on its day, and which bulletin that is', async () => {
    await keepRate('2026-03-05', { forex_buying: '40.0000' });
    await keepRate('2026-03-06', { forex_buying: '41.2345' }, { bulletin_no: '2026/45' });
    // Saturday, Sunday and Monday take the bulletin of Friday, and Monday's own counts on Tuesday.
    await keepRate('2026-03-09', { forex_buying: '50.0000' });
    for (const day of ['2026-03-07T00:00:01', '2026-03-08T12:00:00', '2026-03-09T23:59:59']) {
      const both = await readBoth(euros(day));
      for (const text of Object.values(both)) {
        expect(text).toContain('₺61,810.52,ofwhichVAT₺10,301.62');
        expect(text).toContain('1EUR=41.2345TRY');
        expect(text).toContain('foreignexchangebuying,bulletin2026/45of6March2026');
      }
    }
    const before = await readBoth(euros('2026-03-06T18:00:00'));
    for (const text of Object.values(before)) expect(text).toContain('1EUR=40.0000TRY');
  });

  it('of a rate for several units divides by them', async () => {
    await keepRate('2026-04-02', { forex_buying: '4123.45' }, { unit: 100 });
    const both = await readBoth(euros('2026-04-03T12:00:00'));
    for (const text of Object.values(both)) expect(text).toContain('₺61,810.52');
  });

  it('says the same for ever: a bulletin that came or was corrected later changes nothing', async () => {
    const written = new Date('2026-05-05T09:00:00+03:00');
    const none1 = await readBoth({ currency: 'EUR', issued_at: written });
    for (const text of Object.values(none1)) expect(text).toContain(none);
    await keepRate(
      '2026-05-04',
      { forex_buying: '44' },
      { fetched_at: new Date('2026-05-05T09:00:01+03:00') },
    );
    for (const text of Object.values(await readBoth({ currency: 'EUR', issued_at: written })))
      expect(text).toContain(none);
    const later = await readBoth(euros('2026-05-05T09:00:02'));
    for (const text of Object.values(later)) expect(text).toContain('1EUR=44TRY');
    const corrected = { file_sha256: sha('corrected'), fetched_at: new Date('2026-05-06T09:00:00+03:00') };
    await keepRate('2026-05-04', { forex_buying: '45' }, corrected);
    for (const text of Object.values(await readBoth(euros('2026-05-05T09:00:02'))))
      expect(text).toContain('1EUR=44TRY');
  });

  it('never makes a rate up: without one, with an old one and without a buying rate it says so', async () => {
    await keepRate('2026-07-01', { forex_buying: '42' });
    for (const text of Object.values(await readBoth(euros('2026-07-11T12:00:00'))))
      expect(text).toContain('1EUR=42TRY');
    await keepRate('2026-08-03', { forex_buying: null });
    for (const day of ['2026-07-12T12:00:00', '2026-08-04T12:00:00', '2020-01-05T12:00:00'])
      for (const text of Object.values(await readBoth(euros(day)))) {
        expect(text).toContain(none);
        expect(text).not.toContain('₺');
      }
  });

  it('is worth what its price was made from, where a rate made it', async () => {
    const agreed: RateFacts = {
      ...{ currency: 'EUR', bulletin_date: '2026-03-06', bulletin_no: '2026/45', valid_for: '2026-03-07' },
      ...{ side: 'forex_selling', unit: 1, rate: '30.5', file_sha256: sha('x') },
    };
    const both = await readBoth({ ...euros('2026-03-08T12:00:00'), payment: convertedBy([agreed]) });
    for (const text of Object.values(both)) {
      expect(text).toContain('₺45,719.50,ofwhichVAT₺7,619.82');
      expect(text.split('1EUR=')).toHaveLength(2);
      expect(text).toContain('1EUR=30.5TRY');
    }
  });

  it('in liras needs no rate and says nothing of one', async () => {
    for (const text of Object.values(await readBoth({ issued_at: new Date() })))
      expect(text).not.toContain('InTurkishliras');
  });
});

describe('the CSV of a month', () => {
  const columns = [
    'receipt_rate',
    'receipt_rate_unit',
    'receipt_rate_date',
    'receipt_total_try',
    'receipt_tax_try',
  ];
  const owner = (): { company_id: number; user_id: number } => ({
    company_id: cast.acme.id,
    user_id: cast.alice.id,
  });

  /** What it says in liras of each document of the month, by the document's number. */
  const lirasOf = async (month: string): Promise<Record<string, (string | undefined)[]>> => {
    const [head = '', ...lines] = (await olivia.get(`/admin/finance.csv?month=${month}`)).text.split('\r\n');
    const names = head.split(',');
    const rows = lines.filter(Boolean).map((line) => line.split(','));
    return Object.fromEntries(
      rows.map((cells) => [
        cells[names.indexOf('document')] ?? '',
        columns.map((name) => cells[names.indexOf(name)]),
      ]),
    );
  };

  it('says of each document what it is worth in liras, as the receipt prints it', async () => {
    await keepRate('2026-10-01', { forex_buying: '41.2345' });
    await keepRate('2026-10-05', { forex_buying: '50.5' });
    const agreed: RateFacts = {
      ...{ currency: 'EUR', bulletin_date: '2026-10-01', bulletin_no: '2026/185', valid_for: '2026-10-02' },
      ...{ side: 'forex_selling', unit: 1, rate: '30.5', file_sha256: sha('y') },
    };
    const receipts = [
      await buildReceipt(test.db, owner(), euros('2026-10-02T12:00:00')),
      await buildReceipt(test.db, owner(), euros('2026-10-06T12:00:00')),
      await buildReceipt(test.db, owner(), {
        ...euros('2026-10-07T12:00:00'),
        payment: convertedBy([agreed]),
      }),
      // Eleven days after the last bulletin none counts, and the receipt says so.
      await buildReceipt(test.db, owner(), euros('2026-10-17T12:00:00')),
      await buildReceipt(test.db, owner(), { issued_at: new Date('2026-10-08T12:00:00+03:00') }),
    ];
    const told = await lirasOf('2026-10');
    expect(receipts.map(({ invoice_no }) => told[invoice_no])).toEqual([
      ['41.2345', '1', '2026-10-01', '61810.52', '10301.62'],
      ['50.5', '1', '2026-10-05', '75699.50', '12616.42'],
      ['30.5', '1', '2026-10-01', '45719.50', '7619.82'],
      ['', '', '', '', ''],
      ['', '', '', '1499.00', '249.83'],
    ]);
    for (const { id, invoice_no } of receipts.slice(0, 3)) {
      const page = (await alice.get(`/billing/invoices/${String(id)}`)).text.replaceAll(/<[^>]*>|\s|,/g, '');
      const [rate = '', , , total = '', tax = ''] = told[invoice_no] ?? [];
      expect(page).toContain(`1EUR=${rate}TRY`);
      expect(page).toContain(`₺${total}ofwhichVAT₺${tax}`);
    }
    expect((await olivia.get('/admin/finance?month=2026-10')).text).toContain('receipt_tax_try');
  });

  it('takes for a reversal the rate of the receipt that it takes back', async () => {
    const issued = new Date('2026-10-02T12:00:00+03:00');
    const reversed = new Date('2026-11-06T12:00:00+03:00');
    await keepRate('2026-11-05', { forex_buying: '60' });
    const sale = await buildReceipt(test.db, owner(), { currency: 'EUR', issued_at: issued });
    const { company_id, payment_id } = sale;
    const [refund] = await test
      .db('refunds')
      .insert({
        ...{ payment_id, company_id, source: 'panel', currency: 'EUR', amount_minor: 60_000, state: 'done' },
        ...{ requested_at: reversed, decided_at: reversed },
      })
      .returning<{ id: number }[]>('id');
    await test.db('reversals').insert({
      ...{ payment_id, company_id, invoice_id: sale.id, refund_id: refund?.id, year: 2026, number: 1 },
      ...{ reversal_no: 'TSR2026000000001', invoice_no: sale.invoice_no, issued_at: reversed, plan: 'team' },
      ...{ period_start: issued, period_end: reversed, currency: 'EUR', tax_percent: 20 },
      ...{ buyer: '{}', seller: '{}', total_minor: 60_000, tax_minor: 10_000 },
    });
    expect((await lirasOf('2026-11'))['TSR2026000000001']).toEqual([
      ...['41.2345', '1', '2026-10-01', '24740.70', '4123.45'],
    ]);
  });
});
