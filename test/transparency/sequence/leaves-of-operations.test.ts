import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Knex } from 'knex';
import { systemContext } from '../../../src/audit/request-context.ts';
import { receiveNotice } from '../../../src/disputes/cases/receive-notice.ts';
import { checkLogs } from '../../../src/transparency/check/check-logs.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner, type LogSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { buildBuyer, orderPlan } from '../../billing/order.ts';
import { contextAt, notify } from '../../billing/scene.ts';
import { chargedPayment } from '../../disputes/build.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

let gateway: FakePaytr;
let app: TestApp;
let cast: Cast;
const signer = (): LogSigner => logSigner(app.config);
const keep = (): Promise<unknown> =>
  keepLogs(app.db, { at: new Date() }, { signer: signer(), publishSeconds: 0 });

beforeAll(async () => {
  gateway = await startFakePaytr();
  app = await createTestApp({ env: { PAYTR_BASE_URL: gateway.url }, deps: { paytr: gateway.paytr } });
  cast = await buildCast(app.db);
});
afterAll(async () => {
  await app.close();
  await gateway.close();
});

/** The number of the newest row of a table, in the company's or any. */
async function newestId(table: string, where: Record<string, unknown> = {}): Promise<number> {
  const row = await app.db(table).where(where).max<{ id: number | null }[]>('id as id');
  return row[0]?.id ?? 0;
}

/** The companies in whose published logs the rows of a kind above a number stand, each row once. */
async function companiesOfLeaves(type: string, table: string, above: number): Promise<(number | null)[]> {
  await keep();
  return app
    .db(table)
    .leftJoin('log_leaves as leaf', (on) => {
      on.on('leaf.record_id', `${table}.id`).andOnVal('leaf.type', type);
    })
    .leftJoin('transparency_logs as log', 'log.id', 'leaf.log_id')
    .where(`${table}.id`, '>', above)
    .orderBy(`${table}.id`)
    .select<{ company: number | null; is_published: boolean | null }[]>([
      'log.company_id as company',
      app.db.raw('leaf.leaf_index < log.published as is_published'),
    ])
    .then((rows) => {
      expect(rows.map(({ is_published }) => is_published)).toEqual(rows.map(() => true));
      return rows.map(({ company }) => company);
    });
}

/** The kinds of fault that a check finds after somebody with every right changed a row, which is undone. */
async function faultsAfter(table: string, change: Record<string, unknown>): Promise<unknown[]> {
  const undone = new Error('undone');
  let found: unknown[] = [];
  await app.database.ownerDb
    .transaction(async (trx: Knex.Transaction) => {
      await trx.raw('set local session_replication_role = replica');
      const newest = trx(table).max('id');
      expect(await trx(table).where('id', newest).update(change)).toBe(1);
      const context = systemContext({ name: 'check', at: new Date(), log: app.deps.log });
      found = (await checkLogs(trx, context, { signer: signer() })).faults.map(({ fault, type }) => [
        fault,
        type,
      ]);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return found;
}

describe('a mail', () => {
  it('about a forgotten password is a leaf of its reader’s company, and a word changed in it is found', async () => {
    const before = await newestId('mails');
    await new Visitor(app.app).post('/auth/forgot', { email: cast.bob.email });
    await app.handleResets();
    expect(await companiesOfLeaves('mail', 'mails', before)).toEqual([cast.acme.id]);
    for (const change of [
      { subject: 'Another subject' },
      { recipient: 'somebody@example.com' },
      { kept_sha256: 'a'.repeat(64) },
      { kept: Buffer.from('Subject: Another mail\r\n\r\nSay that you never had the other one.\r\n') },
    ])
      expect(await faultsAfter('mails', change), Object.keys(change)[0]).toEqual([['changed', 'mail']]);
  });
});

describe('a hold', () => {
  it('that an operator places is a leaf of the company, and its reason cannot be another afterwards', async () => {
    const before = await newestId('legal_holds');
    const olivia = await signIn(app.app, cast.olivia);
    const placed = await olivia.post(`/admin/holds?company=${String(cast.acme.id)}`, {
      kind: 'legal-hold',
      reference: 'COURT-1',
      person: cast.bob.email,
      reason: 'the court asks for proof',
    });
    expect(placed.status).toBe(303);
    expect(await companiesOfLeaves('hold', 'legal_holds', before)).toEqual([cast.acme.id]);
    for (const change of [{ reason: 'nobody asked' }, { user_id: cast.alice.id }, { reference: 'COURT-2' }])
      expect(await faultsAfter('legal_holds', change), Object.keys(change)[0]).toEqual([['changed', 'hold']]);
  });

  it('that a notice of a bank brings about is a leaf as well; its end changes no leaf', async () => {
    const before = await newestId('legal_holds');
    const { merchant_oid } = await chargedPayment(app.db, cast);
    const notice = {
      merchantOid: merchant_oid,
      reference: 'BANK-1',
      kind: 'dispute' as const,
      receivedAt: new Date(),
    };
    expect(await receiveNotice(app.db, contextAt(new Date()), { notice, answerDays: 7 })).toMatchObject({
      ok: true,
    });
    expect(await companiesOfLeaves('hold', 'legal_holds', before)).toEqual([cast.acme.id]);
    const change = { placed_at: new Date('2026-01-01T00:00:00Z') };
    expect(await faultsAfter('legal_holds', change)).toEqual([['changed', 'hold']]);
    const end = { released_at: new Date(), released_by: cast.olivia.id, release_note: 'won' };
    expect(await faultsAfter('legal_holds', end)).toEqual([]);
  });
});

describe('what is accepted', () => {
  it('at the registration of a company are leaves of its own new log, by the text that was shown', async () => {
    const before = await newestId('legal_acceptances');
    const visitor = new Visitor(app.app);
    await visitor.get('/auth/register');
    const registered = await visitor.post('/auth/register', {
      companyName: 'Örnek Yazılım A.Ş.',
      subdomain: 'ornek-yazilim',
      fullName: 'Çağrı Öztürk',
      email: 'cagri@example.com',
      password: 'dört ayaklı mavi sandalye',
      acceptTerms: 'on',
      acceptPrivacy: 'on',
    });
    expect(registered.status).toBe(303);
    const company = await app
      .db('companies')
      .where({ subdomain: 'ornek-yazilim' })
      .first<{ id: number }>('id');
    expect(await companiesOfLeaves('legal_acceptance', 'legal_acceptances', before)).toEqual([
      company.id,
      company.id,
    ]);
    const other = app
      .db('legal_documents')
      .where('id', '<>', app.db.raw('legal_acceptances.document_id'))
      .min('id');
    for (const change of [
      { document_id: other },
      { accepted_at: new Date('2026-01-01T00:00:00Z') },
      { ip_address: '203.0.113.77' },
    ])
      expect(await faultsAfter('legal_acceptances', change), Object.keys(change)[0]).toEqual([
        ['changed', 'legal_acceptance'],
      ]);
  });

  it('with an order is a leaf, with the exact text and the ticked boxes', async () => {
    await buildBuyer(app.db, cast.acme.id, { customer_type: 'consumer', billing_name: 'Ada Lovelace' });
    const before = await newestId('order_consents');
    const alice = await signIn(app.app, cast.alice);
    await orderPlan(alice);
    expect(await companiesOfLeaves('order_consent', 'order_consents', before)).toEqual([cast.acme.id]);
    for (const change of [
      { terms_text: 'Other terms' },
      { terms_html: '<p>Other terms</p>' },
      { boxes: JSON.stringify([]) },
      { button: 'Look' },
      { browser_session: 'another' },
    ])
      expect(await faultsAfter('order_consents', change), Object.keys(change)[0]).toEqual([
        ['changed', 'order_consent'],
      ]);
  });
});

describe('a notification of the payment service', () => {
  it('is a leaf by its hash, and other words in what was kept of it are found', async () => {
    const before = await newestId('payment_callbacks');
    const order = await app
      .db('payments')
      .where({ company_id: cast.acme.id, status: 'pending' })
      .first<{ merchant_oid: string; amount_minor: number }>('merchant_oid', 'amount_minor');
    const told = {
      merchant_oid: order.merchant_oid,
      total_amount: String(order.amount_minor),
      utoken: 'u'.repeat(40),
      ctoken: 'c'.repeat(40),
    };
    await notify(app.app, signedCallback(told));
    // With the tokens of a card cut out what was kept has another hash than what came.
    expect(await companiesOfLeaves('payment_callback', 'payment_callbacks', before)).toEqual([cast.acme.id]);
    expect(await faultsAfter('payment_callbacks', { received_count: 2 })).toEqual([]);
    await notify(app.app, signedCallback({ ...told, utoken: '', ctoken: '' }));
    expect(await companiesOfLeaves('payment_callback', 'payment_callbacks', before)).toHaveLength(2);
    expect(await faultsAfter('payment_callbacks', { body: Buffer.from('status=failed') })).toEqual([
      ['changed', 'payment_callback'],
    ]);
  });
});
