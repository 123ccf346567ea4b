import type { Knex } from 'knex';
import { beforeEach, describe, expect, it } from 'vitest';
import { settlePayment, type Settlement } from '../../../src/billing/settlement/settle-payment.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { readPaytrNotification } from '../../../src/billing/paytr/notification.ts';
import { auditOf, contextAt, moneyState, notify } from '../scene.ts';

const test = useTestApp();
let companyId: number;
let userId: number;

beforeEach(async () => {
  companyId = (await buildCompany(test.db)).id;
  userId = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
});

const istanbul = (text: string): Date => new Date(`${text}+03:00`);

async function order(overrides: Record<string, unknown> = {}): Promise<string> {
  return (await buildPayment(test.db, { company_id: companyId, user_id: userId, ...overrides })).merchant_oid;
}

function bodyFor(merchantOid: string, total = '149900', overrides = {}): string {
  return signedCallback({ merchant_oid: merchantOid, total_amount: total }, overrides);
}

async function settle(merchantOid: string, at: Date, overrides = {}): Promise<Settlement> {
  const rawBody = Buffer.from(bodyFor(merchantOid, '600000', overrides));
  const reading = readPaytrNotification(FAKE_STORE, rawBody);
  if (!reading.ok) throw new Error(reading.reason);
  const { notification } = reading;
  return settlePayment(test.db, contextAt(at), { notification, rawBody, config: test.config });
}

async function periods(): Promise<[Date, Date][]> {
  const rows = await test
    .db('invoices')
    .where('company_id', companyId)
    .orderBy('id')
    .select<{ period_start: Date; period_end: Date }[]>('period_start', 'period_end');
  return rows.map((row) => [row.period_start, row.period_end]);
}

interface SubscriptionRow {
  plan: string;
  billing_currency: string;
  period_started_at: Date | null;
  period_ends_at: Date | null;
}

async function subscription(): Promise<SubscriptionRow> {
  return test.db('subscriptions').where('company_id', companyId).first<SubscriptionRow>();
}

describe('the period a payment buys', () => {
  it('starts at the payment, lasts a calendar month, and is what the invoice says', async () => {
    const at = istanbul('2026-01-31T10:00:00');
    await settle(await order(), at);
    const end = istanbul('2026-02-28T10:00:00');
    expect(await periods()).toEqual([[at, end]]);
    expect(await subscription()).toMatchObject({ plan: 'team', period_started_at: at, period_ends_at: end });
  });

  it('follows the one before while that runs, and the paid time has no gap', async () => {
    const first = istanbul('2026-03-10T10:00:00');
    await settle(await order(), first);
    await settle(await order({ currency: 'EUR', amount_minor: 4500 }), istanbul('2026-03-12T09:00:00'), {
      currency: 'EUR',
    });
    expect(await periods()).toEqual([
      [first, istanbul('2026-04-10T10:00:00')],
      [istanbul('2026-04-10T10:00:00'), istanbul('2026-05-10T10:00:00')],
    ]);
    expect(await subscription()).toMatchObject({
      billing_currency: 'EUR',
      period_started_at: first,
      period_ends_at: istanbul('2026-05-10T10:00:00'),
    });
  });

  it('starts anew after a lapse: nobody pays for time that is over', async () => {
    await settle(await order(), istanbul('2026-03-10T10:00:00'));
    const back = istanbul('2026-07-01T08:00:00');
    await settle(await order(), back);
    expect((await periods())[1]).toEqual([back, istanbul('2026-08-01T08:00:00')]);
    expect((await subscription()).period_started_at).toEqual(back);
  });

  it('of a higher plan begins at once, with the rest of the lower one converted into days of it', async () => {
    await settle(await order({ plan: 'starter' }), istanbul('2026-03-10T10:00:00'));
    await settle(await order({ plan: 'enterprise' }), istanbul('2026-03-20T10:00:00'));
    // 21 days of 499 are 2.096 days of 4999; invoice, subscription and audit row tell the same period.
    const [start, end] = [istanbul('2026-03-20T10:00:00'), istanbul('2026-04-22T10:00:00')];
    expect((await periods())[1]).toEqual([start, end]);
    expect(await subscription()).toMatchObject({ plan: 'enterprise', period_ends_at: end });
    const change = (await auditOf(test.db, companyId)).filter(
      (row) => row.action_type === 'subscription_change',
    );
    expect(change[1]?.details).toMatchObject({
      plan_before: 'starter',
      plan_after: 'enterprise',
      paid_until_before: istanbul('2026-04-10T10:00:00').toISOString(),
      period_start: start.toISOString(),
      paid_until_after: end.toISOString(),
      converted_seconds: 21 * 86_400,
      converted_to_days: 2,
    });
    await settle(await order({ plan: 'enterprise' }), istanbul('2026-03-21T10:00:00'));
    expect((await periods())[2]).toEqual([end, istanbul('2026-05-22T10:00:00')]);
  });

  it('keeps the day it began on, over February', async () => {
    const at = istanbul('2026-01-31T10:00:00');
    for (let n = 0; n < 3; n += 1) await settle(await order(), at);
    expect((await periods()).map(([, end]) => end)).toEqual(
      ['2026-02-28', '2026-03-31', '2026-04-30'].map((day) => istanbul(`${day}T10:00:00`)),
    );
  });

  it('for a lower plan after a lapse puts the lower plan in force', async () => {
    await settle(await order({ plan: 'enterprise' }), istanbul('2026-03-10T10:00:00'));
    await settle(await order({ plan: 'starter' }), istanbul('2026-05-10T10:00:00'));
    expect((await subscription()).plan).toBe('starter');
  });
});

describe('an invoice', () => {
  it('is numbered without gaps within a year of Istanbul, which begins before that of UTC', async () => {
    const newYear = new Date('2040-12-31T21:00:00Z');
    await settle(await order(), new Date(newYear.getTime() - 2000));
    await settle(await order(), new Date(newYear.getTime() - 1000));
    await settle(await order(), newYear);
    const numbers = await test
      .db('invoices')
      .where('company_id', companyId)
      .orderBy('id')
      .pluck<string[]>('invoice_no');
    expect(numbers).toEqual(['YAC2040000000001', 'YAC2040000000002', 'YAC2041000000001']);
  });

  const issued = (): Promise<{ invoice_no: string; year: number; number: number; issued_at: Date }[]> =>
    test.db('invoices').where('company_id', companyId).orderBy('id').select('*');

  it.each([
    [
      'whose payment a job found that began an hour ago',
      () => [new Date(), new Date(Date.now() - 3_600_000)],
    ],
    ['whose request began before another one’s', () => ['2050-06-02T10:00:00Z', '2050-06-01T23:59:00Z']],
  ])('is never older than a lower number: %s', async (_, times) => {
    for (const at of times()) await settle(await order(), new Date(at));
    const [first, second] = await issued();
    expect(second?.number).toBe((first?.number ?? 0) + 1);
    expect(second?.issued_at.getTime()).toBeGreaterThanOrEqual(first?.issued_at.getTime() ?? Infinity);
  });

  it('of a payment from before New Year is numbered in the year in which it is issued', async () => {
    await settle(await order(), new Date(`${String(new Date().getUTCFullYear() - 1)}-12-31T20:59:59Z`));
    const [invoice] = await issued();
    const today = new Date(Date.now() + 3 * 3_600_000).toISOString();
    expect(invoice?.invoice_no.slice(3, 7)).toBe(today.slice(0, 4));
    expect(new Date((invoice?.issued_at.getTime() ?? 0) + 3 * 3_600_000).toISOString().slice(0, 4)).toBe(
      today.slice(0, 4),
    );
  });

  it('bears the time at which its number was given, not that at which it began to wait for it', async () => {
    await settle(await order(), new Date());
    const merchantOid = await order();
    const holder = await test.database.ownerDb.transaction();
    await holder('invoice_counters').forUpdate().select('year');
    const waiting = settle(merchantOid, new Date());
    await expect
      .poll(async () => {
        const waits = await test.database
          .ownerDb('pg_stat_activity')
          .where({ wait_event_type: 'Lock' })
          .whereRaw('datname = current_database()');
        return waits.length;
      })
      .toBeGreaterThan(0);
    const { rows } = await holder.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
    await holder.commit();
    await waiting;
    const invoice = (await issued()).at(-1);
    expect(invoice?.issued_at.getTime()).toBeGreaterThanOrEqual(rows[0]?.at.getTime() ?? Infinity);
  });

  it('holds up the other settlements, who wait for a number, by itself and its evidence alone', async () => {
    const merchantOid = await order();
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }): number => statements.push(sql.trim());
    test.db.on('query', note);
    await settle(merchantOid, new Date());
    test.db.removeListener('query', note);
    const numbered = statements.findIndex((sql) => sql.includes('insert into invoice_counters'));
    expect(statements[numbered]).toContain('insert into invoices');
    // The receipt names the number.
    expect(statements[numbered + 1]).toMatch(
      /^with "beside" as \(insert into "audit_logs".* insert into "mails"/,
    );
    expect(statements.slice(numbered + 2)).toEqual(['COMMIT;']);
    expect(statements).toHaveLength(6);
  });

  it('keeps buyer, seller, tax and rate as they were on that day', async () => {
    await test.db('billing_details').insert({
      company_id: companyId,
      billing_name: 'Acme A.Ş.',
      billing_address: 'Örnek Cad. 1, Ankara',
      billing_tax_office: 'Çankaya',
      billing_tax_number: '1234567890',
    });
    await settle(await order(), istanbul('2026-03-10T10:00:00'));
    await test.db('billing_details').where('company_id', companyId).update({ billing_name: 'Renamed' });
    const invoice = await test.db('invoices').where('company_id', companyId).first<Record<string, unknown>>();
    expect(invoice).toMatchObject({
      total_minor: 600_000,
      tax_minor: 100_000,
      tax_percent: '20.00',
      buyer: {
        name: 'Acme A.Ş.',
        address: 'Örnek Cad. 1, Ankara',
        taxOffice: 'Çankaya',
        taxNumber: '1234567890',
      },
      seller: { name: 'YouAreCoder' },
    });
  });

  it('names the company when it has given no billing details', async () => {
    await settle(await order(), istanbul('2026-03-10T10:00:00'));
    const invoice = await test
      .db('invoices')
      .where('company_id', companyId)
      .first<{ buyer: { name: string } }>();
    const company = await test.db('companies').where('id', companyId).first<{ name: string }>();
    expect(invoice.buyer.name).toBe(company.name);
  });
});

describe('notifications at the same moment', () => {
  it('50 identical ones activate once, with one invoice and one receipt', async () => {
    await test.forgetMails();
    const oid = await order();
    const responses = await Promise.all(Array.from({ length: 50 }, () => notify(test.app, bodyFor(oid))));
    expect(responses.map((response) => response.text)).toEqual(Array.from({ length: 50 }, () => 'OK'));
    const now = await moneyState(test.db, companyId, oid);
    expect(now.invoices).toHaveLength(1);
    expect(now.callbacks).toMatchObject([{ received_count: 50 }]);
    expect(now.actions.filter((action) => action === 'payment_callback_success')).toHaveLength(1);
    expect(now.actions.filter((action) => action === 'subscription_change')).toHaveLength(1);
    expect(await test.mails()).toHaveLength(1);
  });

  it('50 different ones of one company fill twelve months without a gap, and the rest is held for review', async () => {
    const oids: string[] = [];
    for (let n = 0; n < 50; n += 1) oids.push(await order());
    const responses = await Promise.all(oids.map((oid) => notify(test.app, bodyFor(oid))));
    expect(new Set(responses.map((response) => response.text))).toEqual(new Set(['OK']));
    await expectGaplessNumbers(test.db);
    const bought = (await periods()).sort(([a], [b]) => a.getTime() - b.getTime());
    expect(bought).toHaveLength(12);
    const held = await test.db('payments').whereIn('merchant_oid', oids).where('status', 'review');
    expect(new Set(held.map((payment: { review_reason: string }) => payment.review_reason))).toEqual(
      new Set(['too_far_ahead']),
    );
    expect(held).toHaveLength(38);
    for (const [index, [start]] of bought.entries()) {
      if (index > 0) expect(start).toEqual(bought[index - 1]?.[1]);
    }
    expect((await subscription()).period_ends_at).toEqual(bought.at(-1)?.[1]);
  });

  it('50 of 50 companies give one activation and one invoice each, numbers without a gap', async () => {
    const payments = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const company_id = (await buildCompany(test.db)).id;
        return buildPayment(test.db, { company_id, user_id: userId });
      }),
    );
    const responses = await Promise.all(
      payments.map((payment) => notify(test.app, bodyFor(payment.merchant_oid))),
    );
    expect(new Set(responses.map((response) => response.text))).toEqual(new Set(['OK']));
    const ids = payments.map((payment) => payment.id);
    const invoiced = await test.db('invoices').whereIn('payment_id', ids).pluck<number[]>('payment_id');
    expect(invoiced.sort()).toEqual(ids.sort());
    await expectGaplessNumbers(test.db);
  });

  it('two payments of one company settled together lose no month', async () => {
    const [one, two] = [await order(), await order()];
    await Promise.all([notify(test.app, bodyFor(one)), notify(test.app, bodyFor(two))]);
    const bought = (await periods()).sort(([a], [b]) => a.getTime() - b.getTime());
    expect(bought[1]?.[0]).toEqual(bought[0]?.[1]);
  });

  it('success and failure of one order end in success, whichever is first', async () => {
    const oids: string[] = [];
    for (let n = 0; n < 10; n += 1) oids.push(await order());
    const failure = (oid: string): string =>
      signedCallback({ merchant_oid: oid, status: 'failed', total_amount: '0', failed_reason_code: '6' });
    const responses = await Promise.all(
      oids.flatMap((oid) => [notify(test.app, failure(oid)), notify(test.app, bodyFor(oid))]),
    );
    expect(new Set(responses.map((response) => response.text))).toEqual(new Set(['OK']));
    const statuses = await test.db('payments').whereIn('merchant_oid', oids).pluck<string[]>('status');
    expect(new Set(statuses)).toEqual(new Set(['success']));
  });
});

describe('a settlement that the database loses with its number taken', () => {
  it('leaves no gap: the number goes to another one, and the repeated notification gets its own', async () => {
    const [lost, next] = [await order(), await order({ company_id: (await buildCompany(test.db)).id })];
    const holder = await test.database.ownerDb.transaction();
    await holder.raw('lock table mails in share mode');
    const response = notify(test.app, bodyFor(lost)).then(({ status }) => status);
    await expect
      .poll(async () => {
        const { rows } = await test.database.ownerDb.raw<{ rows: unknown[] }>(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
             and wait_event_type = 'Lock' and query like 'with "beside"%'`,
        );
        return rows.length;
      })
      .toBe(1);
    await holder.commit();
    expect(await response).toBe(503);
    expect((await notify(test.app, bodyFor(next))).text).toBe('OK');
    await expectGaplessNumbers(test.db);
    expect((await notify(test.app, bodyFor(lost))).text).toBe('OK');
    await expectGaplessNumbers(test.db);
    expect((await moneyState(test.db, companyId, lost)).invoices).toHaveLength(1);
  });
});

describe('a settlement whose audit row cannot be written', () => {
  it.each(['payment_callback_success', 'invoice_issued', 'subscription_change'])(
    'does not happen at all (%s), and happens when the gateway repeats it after the repair',
    async (action) => {
      await test.forgetMails();
      const oid = await order();
      const before = await moneyState(test.db, companyId, oid);
      const lastNumber = await lastNumbers(test.db);
      const constraint = `ck_broken check (action_type <> '${action}') not valid`;
      await test.database.ownerDb.raw(`alter table audit_logs add constraint ${constraint}`);
      try {
        const response = await notify(test.app, bodyFor(oid));
        expect(response.status).toBe(503);
        expect(response.text).not.toContain('OK');
        expect(response.text).not.toContain('ck_broken');
        expect(await moneyState(test.db, companyId, oid)).toEqual(before);
        expect(await lastNumbers(test.db)).toEqual(lastNumber);
        expect(await test.mails()).toEqual([]);
      } finally {
        await test.database.ownerDb.raw('alter table audit_logs drop constraint ck_broken');
      }
      expect((await notify(test.app, bodyFor(oid))).text).toBe('OK');
      expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('success');
      await expectGaplessNumbers(test.db);
      expect(await test.mails()).toHaveLength(1);
    },
  );

  it('does not mark a failure either', async () => {
    const oid = await order();
    await test.database.ownerDb.raw(
      `alter table audit_logs add constraint ck_broken check (action_type <> 'payment_callback_failure') not valid`,
    );
    const body = signedCallback({ merchant_oid: oid, status: 'failed', total_amount: '0' });
    const refused = await notify(test.app, body);
    await test.database.ownerDb.raw('alter table audit_logs drop constraint ck_broken');
    expect(refused.status).toBe(503);
    expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('pending');
    expect((await notify(test.app, body)).text).toBe('OK');
  });
});

async function lastNumbers(db: Knex): Promise<unknown[]> {
  return db('invoice_counters').orderBy('year').select<unknown[]>('year', 'last_number');
}

async function expectGaplessNumbers(db: Knex): Promise<void> {
  const year = new Date(Date.now() + 3 * 3_600_000).getUTCFullYear();
  const numbers = await db('invoices').where('year', year).orderBy('number').pluck<number[]>('number');
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
}
