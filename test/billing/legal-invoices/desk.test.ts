import { beforeAll, describe, expect, it } from 'vitest';
import { dueLegalInvoices } from '../../../src/billing/legal-invoices/due-legal-invoices.ts';
import { localDay } from '../../../src/local-calendar.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { tokenIn, type Visitor } from '../../support/visitor.ts';
import { auditOf, contextAt } from '../scene.ts';
import { buildLegalInvoice, buildReceipt, newEntry, postFile } from './scene.ts';

const DAY_MS = 86_400_000;
const PATH = '/admin/finance/invoices';
const test = useTestApp();
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

const rowOf = (id: number): Promise<Record<string, unknown>> =>
  test.db('legal_invoices').where({ id }).first<Record<string, unknown>>('*');

const actionsOf = async (id: number): Promise<string[]> =>
  (await auditOf(test.db, cast.acme.id))
    .filter((row) => row.resource_type === 'legal_invoice' && row.resource_id === String(id))
    .map((row) => row.action_type);

const taskOf = async (invoiceId: number): Promise<number> =>
  (await test.db('legal_invoices').where({ invoice_id: invoiceId }).first<{ id: number }>('id')).id;

const runJob = (at = new Date()): ReturnType<typeof dueLegalInvoices> =>
  dueLegalInvoices(test.db, contextAt(at), test.config);

describe('the legal invoice of a receipt', () => {
  it('is due seven days after the payment, entered with its file, mailed, and downloaded by the company', async () => {
    const receipt = await buildReceipt(test.db, payer);
    await runJob();
    const id = await taskOf(receipt.id);
    const due = await rowOf(id);
    expect(due).toMatchObject({ state: 'due', total_minor: 149_900, currency: 'TRY' });
    const issuedAt = await test
      .db('invoices')
      .where({ id: receipt.id })
      .first<{ issued_at: Date }>('issued_at');
    expect((due['due_at'] as Date).getTime() - issuedAt.issued_at.getTime()).toBe(7 * DAY_MS);
    expect((await alice.get('/billing')).text).toContain('Not issued yet');

    const page = await olivia.get(`${PATH}/${String(id)}`);
    expect(page.text).toContain(receipt.invoice_no);
    const content = Buffer.from('%PDF-1.7 the invoice of İğdır');
    const entry = newEntry();
    const fields = { ...entry, number: entry.number.toLowerCase() };
    const posted = await postFile(olivia, `${PATH}/${String(id)}/entry`, {
      fields,
      content,
      token: tokenIn(page)!,
    });
    expect(posted.status).toBe(303);
    expect(await rowOf(id)).toMatchObject({
      state: 'issued',
      issuer: 'none',
      number: entry.number,
      ettn: entry.ettn,
      type: 'SATIS',
      tax_minor: 24_983,
      issued_by: cast.olivia.id,
    });

    await test.forgetMails();
    expect((await olivia.post(`${PATH}/${String(id)}/delivery`, { how: 'mail' })).status).toBe(303);
    const [mail] = await test.mails();
    expect(mail?.to).toBe(cast.alice.email);
    expect(mail?.subject).toContain(entry.number);
    const billing = await alice.get('/billing');
    expect(billing.text).toContain(entry.number);
    const href = /href="(\/billing\/legal-invoices\/[^"]*)"/.exec(billing.text)?.[1] ?? '';
    const file = await alice.rawGet(href).responseType('blob');
    expect(file.body).toEqual(content);
    expect(file.headers['content-disposition']).toContain(`${entry.number}.pdf`);
    expect(await actionsOf(id)).toEqual([
      'legal_invoice_issued',
      'legal_invoice_file_added',
      'legal_invoice_delivered',
    ]);
  });

  it('is made due once, however often and by however many processes the job runs', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => buildReceipt(test.db, payer)));
    await Promise.all([runJob(), runJob(), runJob()]);
    await runJob(new Date(Date.now() + 9 * DAY_MS));
    const tasks = await test
      .db('legal_invoices')
      .whereIn(
        'invoice_id',
        receipts.map(({ id }) => id),
      )
      .select('id');
    expect(tasks).toHaveLength(3);
  });

  it('is not of a day before the order, nor a return of one before its sale', async () => {
    const day = localDay(new Date(Date.now() - DAY_MS));
    const entry = newEntry();
    const dayBefore = { ...entry, number: entry.number.replace(/20\d\d/, day.slice(0, 4)), issuedOn: day };
    const sale = await buildLegalInvoice(test.db, payer);
    const ofSale = await olivia.post(`${PATH}/${String(sale.id)}/entry`, dayBefore);
    expect([ofSale.status, ofSale.text.includes('before the order')]).toEqual([422, true]);
    expect(await rowOf(sale.id)).toMatchObject({ state: 'due' });
    const long = new Date(Date.now() - 40 * DAY_MS);
    const receipt = await buildReceipt(test.db, payer, { payment: { created_at: long } });
    const given = await buildLegalInvoice(test.db, payer, { receipt, isIssued: true });
    const returned = await buildLegalInvoice(test.db, payer, { receipt, returns_id: given.id });
    const ofReturn = await olivia.post(`${PATH}/${String(returned.id)}/entry`, dayBefore);
    expect([ofReturn.status, ofReturn.text.includes('issuedOn-error')]).toEqual([422, true]);
    // The day of the order itself will do.
    await olivia.post(`${PATH}/${String(sale.id)}/entry`, entry);
    expect(await rowOf(sale.id)).toMatchObject({ state: 'issued' });
  });

  it('tells the returns of one sale apart by their amounts', async () => {
    const sale = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const given = { receipt: sale.receipt, returns_id: sale.id };
    await buildLegalInvoice(test.db, payer, { ...given, total_minor: 50_000 });
    await buildLegalInvoice(test.db, payer, { ...given, total_minor: 12_345 });
    const page = (await olivia.get(`${PATH}/${String(sale.id)}`)).text;
    for (const amount of ['₺500.00', '₺123.45']) expect(page).toContain(`not issued yet, ${amount}`);
    expect(page).toContain('Return (IADE)');
  });

  it('of an exempt sale has no tax in it', async () => {
    const { id } = await buildLegalInvoice(test.db, payer);
    await olivia.post(`${PATH}/${String(id)}/entry`, { ...newEntry(), type: 'ISTISNA' });
    expect(await rowOf(id)).toMatchObject({ type: 'ISTISNA', tax_minor: 0, tax_percent: '0.00' });
  });

  it.each([
    [{ number: 'GIB202600000001' }, 'number-error', 'three letters or digits'],
    [{ number: 'GİB2026000000001' }, 'number-error', 'three letters or digits'],
    [{ ettn: 'not-a-uuid' }, 'ettn-error', 'ETTN as on the invoice'],
    [{ issuedOn: '' }, 'issuedOn-error', 'date of issue'],
    [{ issuedOn: '2025-02-30' }, 'issuedOn-error', 'date of issue'],
    [{ issuedOn: '2019-05-05' }, 'issuedOn-error', 'not the year of this date'],
    [{ number: 'GIB2099000000001', issuedOn: '2099-01-01' }, 'issuedOn-error', 'in the future'],
    [{ type: 'TEVKIFAT' }, 'type-error', 'kind of sale'],
  ])(
    'is not entered with %j: a message beside the field, and nothing typed is lost',
    async (wrong, field, text) => {
      const { id } = await buildLegalInvoice(test.db, payer);
      const typed = { ...newEntry(), ...wrong };
      const page = await olivia.post(`${PATH}/${String(id)}/entry`, typed);
      expect(page.status).toBe(422);
      expect(page.text).toContain(`id="${field}"`);
      expect(page.text).toContain(text);
      for (const value of [typed.number, typed.ettn]) expect(page.text).toContain(`value="${value}"`);
      expect(await rowOf(id)).toMatchObject({ state: 'due' });
    },
  );

  it('has a number and an ETTN of its own, and is entered once', async () => {
    const first = await buildLegalInvoice(test.db, payer);
    const second = await buildLegalInvoice(test.db, payer);
    const entry = newEntry();
    await olivia.post(`${PATH}/${String(first.id)}/entry`, entry);
    const sameNumber = await olivia.post(`${PATH}/${String(second.id)}/entry`, {
      ...newEntry(),
      number: entry.number,
    });
    expect(sameNumber.text).toContain('Another legal invoice has this number.');
    const sameEttn = await olivia.post(`${PATH}/${String(second.id)}/entry`, {
      ...newEntry(),
      ettn: entry.ettn,
    });
    expect(sameEttn.text).toContain('Another legal invoice has this ETTN.');
    const again = await olivia.post(`${PATH}/${String(first.id)}/entry`, newEntry());
    expect([sameNumber.status, sameEttn.status, again.status]).toEqual([422, 422, 422]);
    expect(again.text).toContain('somebody else has dealt with it');
    expect(await rowOf(second.id)).toMatchObject({ state: 'due', number: null });
  });

  it('takes no file that is neither PDF nor XML, none of more than 5 MB, and none from anybody else', async () => {
    const { id } = await buildLegalInvoice(test.db, payer);
    const path = `${PATH}/${String(id)}/entry`;
    const token = tokenIn(await olivia.get(`${PATH}/${String(id)}`))!;
    const fields = newEntry();
    const script = await postFile(olivia, path, { fields, content: Buffer.from('MZ\u0000 program'), token });
    expect([script.status, script.text]).toEqual([422, expect.stringContaining('neither a PDF nor an XML')]);
    const large = Buffer.concat([Buffer.from('%PDF-1.7'), Buffer.alloc(5 * 1024 * 1024)]);
    const tooLarge = await postFile(olivia, path, { fields, content: large, token });
    expect([tooLarge.status, tooLarge.text]).toEqual([422, expect.stringContaining('more than 5 MB')]);
    expect(tooLarge.text).toContain(fields.ettn);
    const hers = tokenIn(await alice.get('/billing'))!;
    const content = Buffer.from('%PDF-1.7');
    expect((await postFile(alice, path, { fields, content, token: hers })).status).toBe(403);
    expect((await postFile(olivia, path, { fields, content, token: 'forged' })).status).toBe(403);
    expect(await rowOf(id)).toMatchObject({ state: 'due' });
  });

  it('that was entered wrongly is withdrawn and entered again; one that was cancelled stays as it was', async () => {
    const { id, receipt } = await buildLegalInvoice(test.db, payer);
    const entry = newEntry();
    await olivia.post(`${PATH}/${String(id)}/entry`, entry);
    const end = { as: 'withdrawn', reason: 'A digit was wrong', again: 'on' };
    const ended = await olivia.post(`${PATH}/${String(id)}/end`, end);
    expect(ended.status).toBe(303);
    const [next] = await test
      .db('legal_invoices')
      .where({ invoice_id: receipt.id, state: 'due' })
      .select<{ id: number }[]>('id');
    // The number and the ETTN of an entry that stood for nothing are free again.
    await olivia.post(`${PATH}/${String(next!.id)}/entry`, entry);
    expect(await rowOf(next!.id)).toMatchObject({ state: 'issued', number: entry.number });
    await olivia.post(`${PATH}/${String(next!.id)}/end`, { as: 'cancelled', reason: 'Wrong buyer' });
    expect(await rowOf(next!.id)).toMatchObject({ state: 'cancelled', ended_reason: 'Wrong buyer' });
    const twice = await olivia.post(`${PATH}/${String(next!.id)}/end`, { as: 'cancelled', reason: 'Again' });
    expect(twice.text).toContain('It has ended already.');
    const billing = await alice.get('/billing');
    expect(billing.text).toContain(`${entry.number} (Cancelled)`);
    expect(await actionsOf(id)).toEqual(['legal_invoice_issued', 'legal_invoice_ended']);
    await expect(
      test.db('legal_invoices').where({ id: next!.id }).update({ ended_as: 'withdrawn' }),
    ).rejects.toThrow('keeps what is settled');
  });

  it('that was never issued cannot be cancelled or handed over, and none is mailed without a file', async () => {
    const { id } = await buildLegalInvoice(test.db, payer);
    const path = `${PATH}/${String(id)}`;
    const cancelled = await olivia.post(`${path}/end`, { as: 'cancelled', reason: 'No need' });
    const delivered = await olivia.post(`${path}/delivery`, { how: 'portal' });
    for (const page of [cancelled, delivered]) {
      expect(page.status).toBe(422);
      expect(page.text).toContain('It has not been issued, or has ended.');
    }
    const bare = await buildReceipt(test.db, payer);
    await runJob();
    const bareId = await taskOf(bare.id);
    await olivia.post(`${PATH}/${String(bareId)}/entry`, newEntry());
    const mailed = await olivia.post(`${PATH}/${String(bareId)}/delivery`, { how: 'mail' });
    expect(mailed.text).toContain('no file yet that the buyer could download');
  });

  it('that is given back in two parts ends as returned with the second', async () => {
    const sale = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const half = (total_minor: number): Promise<{ id: number }> =>
      buildLegalInvoice(test.db, payer, { receipt: sale.receipt, returns_id: sale.id, total_minor });
    const [first, second] = [await half(100_000), await half(49_900)];
    await olivia.post(`${PATH}/${String(first.id)}/entry`, newEntry());
    expect(await rowOf(first.id)).toMatchObject({ type: 'IADE', tax_minor: 16_667, tax_percent: '20.00' });
    expect(await rowOf(sale.id)).toMatchObject({ state: 'issued' });
    const withdrawn = await olivia.post(`${PATH}/${String(sale.id)}/end`, { as: 'withdrawn', reason: 'x' });
    expect(withdrawn.text).toContain('There is a return of it.');
    const entry = newEntry();
    await olivia.post(`${PATH}/${String(second.id)}/entry`, entry);
    expect(await rowOf(sale.id)).toMatchObject({
      state: 'returned',
      ended_reason: expect.stringContaining(entry.number),
    });
  });
});

describe('the desk', () => {
  it('shows what is late first, counts it, and has pages, states, companies and numbers to choose by', async () => {
    const late = await buildLegalInvoice(test.db, payer, { due_at: new Date(Date.now() - 40 * DAY_MS) });
    const issued = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const globex = { company_id: cast.globex.id, user_id: cast.charlie.id };
    const theirs = await buildLegalInvoice(test.db, globex);
    for (let count = 0; count < 26; count += 1) await buildLegalInvoice(test.db, payer);
    const page = await olivia.get(PATH);
    expect(page.text.indexOf(`${PATH}/`)).toBe(page.text.indexOf(`${PATH}/${String(late.id)}"`));
    expect(page.text).toMatch(/\d+ are due, 1 of them late\./);
    expect(page.text).toContain('next=');
    const next = /href="([^"]*next=\d+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await olivia.get(next)).text).not.toContain(`${PATH}/${String(late.id)}"`);
    expect((await olivia.get(`${PATH}?list=overdue`)).text.split('data-label="Due"')).toHaveLength(2);
    expect((await olivia.get(`${PATH}?list=issued`)).text).toContain(`${PATH}/${String(issued.id)}"`);
    const ofGlobex = await olivia.get(`${PATH}?company=${String(cast.globex.id)}`);
    expect(ofGlobex.text).toContain(`${PATH}/${String(theirs.id)}?company=`);
    expect(ofGlobex.text).not.toContain(late.receipt.invoice_no);
    const { number, ettn } = await rowOf(issued.id);
    for (const q of [String(number).toLowerCase(), String(ettn), issued.receipt.invoice_no]) {
      const found = await olivia.get(`${PATH}?list=all&q=${encodeURIComponent(q)}`);
      expect(found.text.split('data-label="Due"')).toHaveLength(2);
      expect(found.text).toContain(`${PATH}/${String(issued.id)}"`);
    }
    expect((await olivia.get(`${PATH}?q=nothing`)).text).toContain('Nothing here');
  });

  it('does not exist for others, and hides what belongs to another company than the chosen one', async () => {
    const { id, fileId } = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const other = `?company=${String(cast.globex.id)}`;
    for (const path of [PATH, `${PATH}/${String(id)}`]) expect((await alice.get(path)).status).toBe(404);
    expect((await olivia.get(`${PATH}/${String(id)}${other}`)).status).toBe(404);
    const charlie = await signIn(test.app, cast.charlie);
    const bob = await signIn(test.app, cast.bob);
    const path = `/billing/legal-invoices/${String(id)}/files/${String(fileId)}`;
    expect((await charlie.get(path)).status).toBe(404);
    expect((await bob.get(path)).status).toBe(403);
    expect((await alice.get(path)).status).toBe(200);
    expect((await alice.get(`${path}0`)).status).toBe(404);
  });

  it('lets a company see in its trail that an operator looked', async () => {
    const { id } = await buildLegalInvoice(test.db, payer);
    await olivia.get(`${PATH}/${String(id)}`);
    expect((await auditOf(test.db, cast.acme.id)).at(-1)).toMatchObject({
      action_type: 'operator_company_viewed',
      user_id: cast.olivia.id,
    });
  });
});

describe('a row of a legal invoice', () => {
  it('keeps its amounts, its issue and its files, whoever writes', async () => {
    const { id, fileId } = await buildLegalInvoice(test.db, payer, { isIssued: true });
    const owner = test.database.ownerDb;
    for (const change of [
      { total_minor: 1 },
      { due_at: new Date() },
      { number: 'GIB2026999999999' },
      { tax_minor: 0 },
    ])
      await expect(owner('legal_invoices').where({ id }).update(change)).rejects.toThrow(
        'keeps what is settled',
      );
    await expect(owner('legal_invoices').where({ id }).delete()).rejects.toThrow('append-only');
    await expect(
      owner('legal_invoice_files')
        .where({ id: fileId })
        .update({ content: Buffer.from('%PDF-') }),
    ).rejects.toThrow('append-only');
  });
});
