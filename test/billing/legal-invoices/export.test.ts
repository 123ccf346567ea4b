import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, beforeAll, describe, expect, it } from 'vitest';
import { dueLegalInvoices } from '../../../src/billing/legal-invoices/due-legal-invoices.ts';
import { exportLegalInvoice } from '../../../src/billing/legal-invoices/issuing/export-legal-invoice.ts';
import { issueLegalInvoices } from '../../../src/billing/legal-invoices/issuing/issue-legal-invoices.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildCompany, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildRefund } from '../../evidence/support.ts';
import { BUYER, BUYER_FORM, buildBuyer } from '../order.ts';
import { auditOf, contextAt } from '../scene.ts';
import { brokenRules, officialPackage, readOfficialRules, schemaFaults } from '../ubl/schematron.ts';
import { buildLegalInvoice, buildReceipt, newEntry } from './scene.ts';

const MINUTE_MS = 60_000;
const PATH = '/admin/finance/invoices';
const test = useTestApp({
  env: {
    ...{ INVOICE_ISSUER: 'export', INVOICE_EXEMPT_ABROAD: '1', INVOICE_RETURNS: 'issued' },
    ...{ SELLER_TAX_NUMBER: '1234567890', SELLER_DISTRICT: 'Çankaya', SELLER_CITY: 'Ankara' },
  },
});
let cast: Cast;
let olivia: Visitor;
let alice: Visitor;
let payer: { company_id: number; user_id: number };

beforeAll(async () => {
  cast = await buildCast(test.db);
  payer = { company_id: cast.acme.id, user_id: cast.alice.id };
  olivia = await signIn(test.app, cast.olivia);
  alice = await signIn(test.app, cast.alice);
});

beforeEach(() => buildBuyer(test.db, cast.acme.id));

interface Row {
  state: string;
  number: string | null;
  ettn: string | null;
  issued_on: Date;
  problem: string | null;
  parties: unknown;
  rate: unknown;
}

type Issued = Row & { id: number; invoice_id: number };

const rowOf = (id: number): Promise<Row & Record<string, unknown>> =>
  test.db('legal_invoices').where({ id }).first<Row & Record<string, unknown>>('*');

const run = async (at = new Date()): ReturnType<typeof issueLegalInvoices> => {
  await dueLegalInvoices(test.db, contextAt(at), test.config);
  return issueLegalInvoices(test.db, contextAt(at), { config: test.config });
};

/** The legal invoice of a new receipt, after the jobs have run. */
async function issue(overrides: Parameters<typeof buildReceipt>[2] = {}): Promise<Issued> {
  const receipt = await buildReceipt(test.db, payer, overrides);
  await run();
  return test.db('legal_invoices').where({ invoice_id: receipt.id }).first<Issued>('*');
}

const xmlOf = async (id: number): Promise<string> =>
  (
    await test
      .db('legal_invoice_files')
      .where({ legal_invoice_id: id, kind: 'xml' })
      .first<{ content: Buffer }>('content')
  ).content.toString();

/** Writes the consent of an order with its buyer. */
const freezeBuyer = (paymentId: number, buyer: Record<string, unknown>): Promise<unknown> =>
  test.db('order_consents').insert({
    ...{ payment_id: paymentId, ...payer, customer_type: 'company', locale: 'tr', documents: '[]' },
    ...{ terms_text: 'x', terms_html: 'x', boxes: '[]', button: 'x', request_id: 'x' },
    ...{ accepted_at: new Date(), buyer: JSON.stringify(buyer) },
  });

/** Numbers of our series of a year, as given: each is one more than the one before. */
async function expectGaplessNumbers(prefix: string, year = new Date().getFullYear()): Promise<number[]> {
  const numbers = await test
    .db('legal_invoices')
    .where('number', 'like', `${prefix}${String(year)}%`)
    .orderBy('number')
    .pluck<string[]>('number');
  const counted = numbers.map((number) => Number(number.slice(-9)));
  expect(counted).toEqual(counted.map((_, index) => (counted[0] ?? 1) + index));
  return counted;
}

/** The rules of the tax administration, where its package is here. */
async function expectLawful(xml: string): Promise<void> {
  if (officialPackage === null) return;
  expect(await schemaFaults(officialPackage, xml)).toEqual([]);
  expect(brokenRules(readOfficialRules(officialPackage), xml)).toEqual([]);
}

describe('a legal invoice that the product writes', () => {
  it('gets number, ETTN and file within a minute, as UBL-TR, and keeps the parties of that day', async () => {
    const legal = await issue();
    expect(legal).toMatchObject({ state: 'issued', issuer: 'export', type: 'SATIS', tax_minor: 24_983 });
    const xml = await xmlOf(legal.id);
    for (const part of [legal.number, legal.ettn, '<cbc:ProfileID>EARSIVFATURA', '>1499.00<', '>249.83<'])
      expect(xml).toContain(part);
    expect(xml).toContain('Yalnız bindörtyüzdoksandokuz Türk lirası');
    await expectLawful(xml);
    await buildBuyer(test.db, cast.acme.id, { billing_address: 'Moved away' });
    expect((await rowOf(legal.id)).parties).toMatchObject({
      buyer: { address: 'Örnek Cad. 1, Ankara', city: 'Ankara', country: 'TR', taxNumber: '1234567890' },
      seller: { city: 'Ankara', taxNumber: '1234567890' },
    });
    const actions = (await auditOf(test.db, cast.acme.id))
      .filter((row) => row.resource_type === 'legal_invoice' && row.resource_id === String(legal.id))
      .map(({ action_type }) => action_type);
    expect(actions).toEqual(['legal_invoice_issued', 'legal_invoice_file_added']);
    expect((await alice.get('/billing')).text).toContain(legal.number);
    await run();
    expect(await rowOf(legal.id)).toMatchObject({ number: legal.number, ettn: legal.ettn });
  });

  it('has numbers without a gap: fifty at once, by many processes, with crashes between', async () => {
    const buyers = await Promise.all(Array.from({ length: 50 }, () => buildCompany(test.db)));
    const ids: number[] = [];
    for (const { id } of buyers) {
      await buildBuyer(test.db, id);
      ids.push((await buildLegalInvoice(test.db, { company_id: id, user_id: cast.alice.id })).id);
    }
    const broken = test.database.ownerDb.raw(
      `alter table audit_logs add constraint ck_broken check (resource_id is null or right(resource_id, 1) <> '7') not valid`,
    );
    await broken;
    const issueAll = (): Promise<unknown> =>
      Promise.allSettled(
        [...ids, ...ids].map((id) =>
          exportLegalInvoice(test.db, contextAt(new Date()), { id, config: test.config }),
        ),
      );
    await Promise.all([issueAll(), run().catch(() => null)]);
    await test.database.ownerDb.raw('alter table audit_logs drop constraint ck_broken');
    const waiting = await test.db('legal_invoices').whereIn('id', ids).where({ state: 'due' });
    expect(waiting.length).toBeGreaterThan(0);
    await expectGaplessNumbers('YCF');
    await issueAll();
    expect(await test.db('legal_invoices').whereIn('id', ids).where({ state: 'due' })).toEqual([]);
    await expectGaplessNumbers('YCF');
    const files = await test
      .db('legal_invoice_files')
      .whereIn('legal_invoice_id', ids)
      .where({ kind: 'xml' });
    expect(files).toHaveLength(50);
  });

  it('loses no number to a connection that dies while it has one', async () => {
    const { id } = await buildLegalInvoice(test.db, payer);
    const holder = await test.database.ownerDb.transaction();
    await holder.raw('lock table legal_invoice_files in share mode');
    const dying = exportLegalInvoice(test.db, contextAt(new Date()), { id, config: test.config });
    const died = expect(dying).rejects.toThrow();
    await expect
      .poll(async () => {
        const { rows } = await test.database.ownerDb.raw<{ rows: unknown[] }>(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
             and wait_event_type = 'Lock' and query like 'insert into "legal_invoice_files"%'`,
        );
        return rows.length;
      })
      .toBe(1);
    await holder.commit();
    await died;
    expect(await rowOf(id)).toMatchObject({ state: 'due', number: null });
    await issue();
    await expectGaplessNumbers('YCF');
  });

  it('begins at one in a new year, and is never of an earlier day than the number before', async () => {
    const future = { ...payer };
    const [first, second] = [
      await buildLegalInvoice(test.db, future),
      await buildLegalInvoice(test.db, future),
    ];
    const at = new Date('2031-01-01T00:00:01+03:00');
    for (const { id } of [first, second])
      await exportLegalInvoice(test.db, contextAt(at), { id, config: test.config });
    expect((await rowOf(first.id)).number).toBe('YCF2031000000001');
    expect((await rowOf(second.id)).number).toBe('YCF2031000000002');
    expect(await xmlOf(second.id)).toContain('<cbc:IssueDate>2031-01-01</cbc:IssueDate>');
  });

  it('goes on where somebody else began the series this year, and nobody enters a number of it', async () => {
    const began = await buildLegalInvoice(test.db, payer, { isIssued: true, number: 'ZZZ2026000000041' });
    const config = { ...test.config, legalInvoices: { ...test.config.legalInvoices, prefix: 'ZZZ' } };
    const { id } = await buildLegalInvoice(test.db, payer);
    await exportLegalInvoice(test.db, contextAt(new Date()), { id, config });
    expect(await rowOf(id)).toMatchObject({ number: 'ZZZ2026000000042' });
    expect(began.id).not.toBe(id);
    const task = await buildLegalInvoice(test.db, payer);
    for (const prefix of ['ZZZ', 'YCF']) {
      const entry = { ...newEntry(), number: `${prefix}2026999999999` };
      const page = await olivia.post(`${PATH}/${String(task.id)}/entry`, entry);
      expect([page.status, page.text]).toEqual([
        422,
        expect.stringContaining('The product gives the numbers'),
      ]);
    }
  });

  it('waits for a buyer who has not told where it is, says so to both, and goes on when it has', async () => {
    await buildBuyer(test.db, cast.acme.id, { billing_city: null as unknown as string });
    const legal = await issue();
    expect(legal).toMatchObject({ state: 'due', problem: 'buyer-place' });
    expect((await olivia.get(`${PATH}/${String(legal.id)}`)).text).toContain(
      'has not told address, district',
    );
    expect((await alice.get('/billing')).text).toContain('Your billing details lack something for it');
    for (const path of ['/billing', '/billing/details?plan=team&currency=TRY']) {
      const form = (await alice.get(path)).text;
      expect(form).toMatch(/for="billing_city">City<\/label>\s*<p[^>]*>The legal invoice needs it/);
    }
    await alice.post('/billing/details', BUYER_FORM);
    await run(new Date(Date.now() + 16 * MINUTE_MS));
    expect(await rowOf(legal.id)).toMatchObject({ state: 'issued', problem: null });
  });

  it('names the buyer who accepted the order, whatever the company is called and wherever it is by now', async () => {
    const receipt = await buildReceipt(test.db, payer);
    const ordered = { ...BUYER, name: 'Acme A.Ş.', billing_name: 'Acme Yazılım A.Ş.' };
    await freezeBuyer(receipt.payment_id, ordered);
    const abroad = { billing_country: 'DE', billing_city: 'Köln', billing_address: 'Domplatz 1' };
    await buildBuyer(test.db, cast.acme.id, {
      ...{ ...abroad, billing_name: 'Acme GmbH', customer_type: 'consumer' },
      billing_tax_number: 'DE123456789',
    });
    await run();
    const legal = await test.db('legal_invoices').where({ invoice_id: receipt.id }).first<Issued>('*');
    // Taxed as it was ordered: `INVOICE_EXEMPT_ABROAD` is on.
    expect(legal).toMatchObject({ state: 'issued', type: 'SATIS', tax_minor: 24_983 });
    expect(legal.parties).toMatchObject({
      buyer: {
        ...{ name: 'Acme Yazılım A.Ş.', country: 'TR', city: 'Ankara', taxNumber: '1234567890' },
        address: 'Örnek Cad. 1, Ankara',
      },
    });
  });

  it('takes the address of today while the country is the same, so that a wrong one can be mended', async () => {
    const receipt = await buildReceipt(test.db, payer);
    await freezeBuyer(receipt.payment_id, {
      ...{ ...BUYER, name: 'Acme A.Ş.', billing_district: null, billing_country: null },
      billing_tax_number: '111',
    });
    await buildBuyer(test.db, cast.acme.id, { billing_address: 'Yeni Cad. 2', billing_name: 'Other A.Ş.' });
    await run();
    const legal = await test.db('legal_invoices').where({ invoice_id: receipt.id }).first<Issued>('*');
    expect(legal.parties).toMatchObject({
      buyer: { name: 'Acme A.Ş.', address: 'Yeni Cad. 2', country: 'TR', taxNumber: '1234567890' },
    });
  });

  it('of a company bears a number that can be right; a consumer needs none', async () => {
    await buildBuyer(test.db, cast.acme.id, { billing_tax_number: 'DE123456' });
    const wrong = await issue();
    expect(wrong).toMatchObject({ state: 'due', problem: 'buyer-tax-number' });
    const person = { customer_type: 'consumer', billing_name: 'Ayşe Nur Öz' };
    await buildBuyer(test.db, cast.acme.id, { ...person, billing_tax_number: null as unknown as string });
    const legal = await issue();
    const xml = await xmlOf(legal.id);
    expect(xml).toContain('<cbc:ID schemeID="TCKN">11111111111</cbc:ID>');
    expect(xml).toContain('<cbc:FamilyName>Öz</cbc:FamilyName>');
    await expectLawful(xml);
  });

  it('for a buyer abroad is exempt where the seller says so, with rate and own number; without a rate it waits', async () => {
    const abroad = { billing_country: 'DE', billing_city: 'Köln', billing_tax_number: 'DE123456789' };
    await buildBuyer(test.db, cast.acme.id, abroad);
    const none = await issue({ currency: 'EUR', issued_at: new Date('2026-02-03T12:00:00Z') });
    expect(none).toMatchObject({ state: 'due', problem: 'no-rate' });
    await test.db('exchange_rates').insert({
      ...{ bulletin_date: '2026-02-04', bulletin_no: '2026/24', currency: 'EUR', unit: 1 },
      ...{ valid_for: '2026-02-05', forex_buying: '41.2345', file_sha256: 'a'.repeat(64) },
      fetched_at: new Date('2026-02-04T13:00:00Z'),
    });
    const legal = await issue({ currency: 'EUR', issued_at: new Date('2026-02-05T12:00:00Z') });
    expect(legal).toMatchObject({
      ...{ state: 'issued', type: 'ISTISNA', tax_minor: 0 },
      rate: { rate: '41.2345', bulletin_date: '2026-02-04', bulletin_no: '2026/24' },
    });
    const xml = await xmlOf(legal.id);
    for (const part of ['<cbc:CalculationRate>41.2345<', '>302<', 'DE123456789', '2222222222', '>Almanya<'])
      expect(xml).toContain(part);
    await expectLawful(xml);
  });

  it('gives a refund back as IADE, once, with the number and the buyer of its sale', async () => {
    const sale = await issue();
    const { payment_id } = await test
      .db('invoices')
      .where({ id: sale.invoice_id })
      .first<{ payment_id: number }>('payment_id');
    await buildRefund(test.db, cast, { id: payment_id });
    await buildBuyer(test.db, cast.acme.id, { billing_city: null as unknown as string });
    await run();
    await run();
    const returns = await test
      .db('legal_invoices')
      .where({ returns_id: sale.id })
      .select<(Row & { id: number })[]>('*');
    expect(returns).toMatchObject([
      { type: 'IADE', state: 'issued', tax_minor: 24_983, total_minor: 149_900 },
    ]);
    expect(await rowOf(sale.id)).toMatchObject({ state: 'returned', ended_reason: returns[0]?.number });
    const xml = await xmlOf(returns[0]!.id);
    expect(xml).toContain('<cbc:InvoiceTypeCode>IADE<');
    expect(xml).toContain(`<cbc:ID>${String(sale.number)}</cbc:ID>`);
    await expectLawful(xml);
    await expectGaplessNumbers('YCF');
  });

  it('is not given back when it was cancelled at the tax administration', async () => {
    const sale = await issue();
    await olivia.post(`${PATH}/${String(sale.id)}/end`, {
      as: 'cancelled',
      reason: 'Paid back on the same day',
    });
    const { payment_id } = await test
      .db('invoices')
      .where({ id: sale.invoice_id })
      .first<{ payment_id: number }>('payment_id');
    await buildRefund(test.db, cast, { id: payment_id });
    await run();
    expect(await test.db('legal_invoices').where({ invoice_id: sale.invoice_id })).toHaveLength(1);
  });
});

describe('the files of a month', () => {
  it('come as one ZIP with a list, for operators, with a row before and after', async () => {
    const legal = await issue();
    const month = (await xmlOf(legal.id)).match(/<cbc:IssueDate>(\d{4}-\d{2})/)?.[1] ?? '';
    const response = await olivia.rawGet(`${PATH}/month.zip?month=${month}`).responseType('blob');
    expect(response.headers['content-disposition']).toContain(`legal-invoices-${month}.zip`);
    const files = unzipSync(new Uint8Array(response.body as Buffer));
    expect(strFromU8(files[`${month}/${String(legal.number)}.xml`]!)).toBe(await xmlOf(legal.id));
    const lines = strFromU8(files[`${month}/list.csv`]!).trim().split('\r\n');
    const line = lines.find((each) => each.startsWith(String(legal.number)));
    expect(line).toContain(`${String(legal.ettn)},SATIS`);
    expect(line).toContain('TRY,1249.17,249.83,20.00,1499.00');
    expect(Object.keys(files).length).toBeGreaterThan(50);
    const readRows = async () =>
      test
        .db('audit_logs')
        .whereLike('action_type', 'legal_invoice_month%')
        .orderBy('id')
        .select('action_type', 'success', 'company_id', 'details');
    // The file is complete for its reader a moment before its end can be written down.
    await expect.poll(readRows).toHaveLength(2);
    expect(await readRows()).toMatchObject([
      { action_type: 'legal_invoice_month_exported', success: true, company_id: null, details: { month } },
      {
        action_type: 'legal_invoice_month_export_finished',
        success: true,
        details: { rows: lines.length - 1 },
      },
    ]);
  });

  it('list their amounts with the decimal comma of Turkish, or a spreadsheet finds dates and texts', async () => {
    const legal = await issue();
    const month = (await xmlOf(legal.id)).match(/<cbc:IssueDate>(\d{4}-\d{2})/)?.[1] ?? '';
    await test.db('users').where('id', cast.olivia.id).update({ locale: 'tr' });
    const response = await olivia.rawGet(`${PATH}/month.zip?month=${month}`).responseType('blob');
    await test.db('users').where('id', cast.olivia.id).update({ locale: 'en' });
    const files = unzipSync(new Uint8Array(response.body as Buffer));
    const list = Object.keys(files).find((name) => name.endsWith('.csv')) ?? '';
    expect(strFromU8(files[list]!)).toContain('TRY;"1249,17";"249,83";"20,00";"1499,00"');
  });

  it('keep the number of one that was exported: it is cancelled, never withdrawn, or the series had a gap', async () => {
    const { id, number } = await issue();
    const page = await olivia.get(`${PATH}/${String(id)}`);
    expect(page.text).toContain('value="cancelled"');
    expect(page.text).not.toContain('value="withdrawn"');
    const refused = await olivia.post(`${PATH}/${String(id)}/end`, { as: 'withdrawn', reason: 'mistake' });
    expect([refused.status, refused.text.includes('so it exists')]).toEqual([422, true]);
    expect(await rowOf(id)).toMatchObject({ state: 'issued', number });
    await olivia.post(`${PATH}/${String(id)}/end`, { as: 'cancelled', reason: 'mistake' });
    expect(await rowOf(id)).toMatchObject({ state: 'cancelled', number });
  });

  it('say when there are none, and have no file of an entry that stood for nothing', async () => {
    const empty = await olivia.get(`${PATH}/month.zip?month=2020-01`);
    expect(empty.status).toBe(303);
    expect((await olivia.follow(empty)).text).toContain('No legal invoice was issued in 2020-01.');
    const entered = await buildLegalInvoice(test.db, payer, {
      ...{ isIssued: true, issued_on: '2021-05-06', number: 'GIB2021000000001' },
    });
    await olivia.post(`${PATH}/${String(entered.id)}/end`, { as: 'withdrawn', reason: 'wrong' });
    expect((await olivia.get(`${PATH}/month.zip?month=2021-05`)).status).toBe(303);
  });
});
