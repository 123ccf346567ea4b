import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from '../../scripts/paytr-sandbox/transactions.ts';
import { paidMinor, refundedMinor } from '../../scripts/paytr-sandbox/transactions.ts';
import { readMoneyTotals } from '../../src/billing/finance/month-totals.ts';
import { useTestDatabase } from '../support/database.ts';
import { liveAYear, type LivedYear } from './year/live-a-year.ts';

/** Another seed lives another year: `YEAR_SEED=7 npm run test:faults -- year`. */
const SEED = Number(process.env['YEAR_SEED'] ?? 20_270_104);
/** Fewer companies live a shorter year: `YEAR_COMPANIES=20`. */
const COMPANIES = Number(process.env['YEAR_COMPANIES'] ?? 200);
const KILLS = 40;

const database = useTestDatabase();
let year: LivedYear;

beforeAll(async () => {
  const { db, ownerUrl: databaseUrl } = database;
  year = await liveAYear({ databaseUrl, db, seed: SEED, companies: COMPANIES, days: 365, kills: KILLS });
  process.stdout.write(`${JSON.stringify(year.counts)}\n`);
}, 600_000);
afterAll(() => year.close());

/** The gateway's own books: every charge that it made. */
function charges(): Transaction[] {
  return year.gateway.sandbox.transactions().filter(({ outcome }) => outcome?.status === 'success');
}

const rowsOf = async <Row>(sql: string): Promise<Row[]> => (await database.db.raw<{ rows: Row[] }>(sql)).rows;

describe(`a year of ${String(COMPANIES)} companies in which ${String(KILLS)} processes die`, () => {
  it('had everything in it that goes wrong', () => {
    expect(year.kills).toBe(KILLS);
    for (const what of [
      ...['declined', 'left open', 'callback late', 'callback lost', 'callback doubled', 'callback repeat'],
      ...['refund asked for', 'refunded in the panel', 'other plan wished', 'cancelled', 'day off'],
      'order refused: not-offered',
    ])
      expect(year.counts[what] ?? 0, what).toBeGreaterThan(0);
    expect(year.counts['paid']).toBeGreaterThan(COMPANIES * 9);
  });

  it('ends with the books that the gateway has, to the kuruş', async () => {
    const ours = await rowsOf<{ merchant_oid: string; charged_minor: number; returned_minor: number }>(
      `select merchant_oid, charged_minor, coalesce((
         select sum(amount_minor) from refunds where payment_id = payments.id and state = 'done'), 0)::bigint as returned_minor
       from payments where charged_minor is not null order by merchant_oid`,
    );
    const theirs = charges()
      .map((charge) => ({
        merchant_oid: charge.merchantOid,
        charged_minor: paidMinor(charge),
        returned_minor: refundedMinor(charge),
      }))
      .sort((a, b) => (a.merchant_oid < b.merchant_oid ? -1 : 1));
    expect(ours).toEqual(theirs);
    const totals = await readMoneyTotals(database.db, { from: new Date(0), to: year.end });
    const sum = (of: (charge: Transaction) => number): number =>
      charges().reduce((total, charge) => total + of(charge), 0);
    expect(totals.reduce((total, { charged }) => total + charged.minor, 0)).toBe(sum(paidMinor));
    expect(totals.reduce((total, { returned }) => total + returned.minor, 0)).toBe(sum(refundedMinor));
  });

  it('left nothing that does not add up, nothing undecided and nothing unknown', async () => {
    // Only the invoices of returns wait: a person issues them elsewhere.
    expect(
      await rowsOf(
        `select kind, about from finance_differences
         where gone_at is null and not (kind = 'paid_without_legal_invoice' and about like '% #%')`,
      ),
    ).toEqual([]);
    expect(
      await rowsOf(`select merchant_oid, status from payments where status in ('pending', 'review')`),
    ).toEqual([]);
    expect(
      await rowsOf(`select id, state from refunds where state not in ('done', 'refused', 'withdrawn')`),
    ).toEqual([]);
  });

  it('gave numbers without a gap, in the order of time', async () => {
    for (const table of ['invoices', 'reversals']) {
      const gaps = await rowsOf(
        `select year, number from (
           select year, number, issued_at, row_number() over (partition by year order by number) as nth,
             lag(issued_at) over (partition by year order by number) as before from ${table}) as numbered
         where number <> nth or issued_at < before`,
      );
      expect(gaps, table).toEqual([]);
    }
    const [counted] = await rowsOf<{ invoices: number; charges: number }>(
      `select (select count(*) from invoices)::int as invoices,
         (select count(*) from payments where status = 'success')::int as charges`,
    );
    expect(counted?.invoices).toBe(counted?.charges);
  });

  it('sold no time twice and left none out', async () => {
    // Left out: a refund that ends paid time moves later months, and whoever cancels at once gives time up.
    const twice = await rowsOf(
      `select one.invoice_no, other.invoice_no as other
       from invoices as one
         join invoices as other on other.company_id = one.company_id and other.id > one.id
         join payments as p1 on p1.id = one.payment_id join payments as p2 on p2.id = other.payment_id
       where tstzrange(one.period_start, one.period_end) && tstzrange(other.period_start, other.period_end)
         and p2.price_facts -> 'upgrade' is null
         and not exists (
           select from refunds where company_id = one.company_id and state = 'done' and ends_paid_time
             and decided_at <= p2.paid_at)
         and not exists (
           select from audit_logs where action_type = 'subscription_change' and company_id = one.company_id
             and details ->> 'change' = 'cancelled' and timestamp between p1.paid_at and p2.paid_at)`,
    );
    expect(twice).toEqual([]);
    const skipped = await rowsOf(
      `select invoice_no, period_start, paid_at from invoices join payments on payments.id = invoices.payment_id
       where period_start > paid_at and not exists (
         select from invoices as before
         where before.company_id = invoices.company_id and before.period_end = invoices.period_start
           and before.id < invoices.id)
         and period_start <> (select trial_ends_at from subscriptions where company_id = invoices.company_id)`,
    );
    expect(skipped).toEqual([]);
    expect(await rowsOf('select invoice_no from invoices where period_end <= period_start')).toEqual([]);
  });

  it('has for every activation what its buyer accepted, both mails and every audit row', async () => {
    const without = await rowsOf(
      `select merchant_oid,
         exists (select from order_consents where payment_id = payments.id) as consent,
         (select count(*) from mails where cause_type = 'payment' and cause_id = payments.id::text)::int as mails,
         (select array_agg(distinct action_type order by action_type) from audit_logs
          where details ->> 'merchant_oid' = merchant_oid
            and action_type in ('payment_initiated', 'payment_callback_success', 'payment_reconciled', 'invoice_issued')
         ) as actions
       from payments where status = 'success'`,
    );
    const incomplete = (without as { consent: boolean; mails: number; actions: string[] }[]).filter(
      ({ consent, mails, actions }) =>
        !consent ||
        mails < 2 ||
        !actions.includes('invoice_issued') ||
        !actions.some((each) => ['payment_callback_success', 'payment_reconciled'].includes(each)),
    );
    expect(incomplete).toEqual([]);
  });

  it('told each end of time once, and did not flood anybody after two days off', async () => {
    const flooded = await rowsOf(
      `select user_id, date_trunc('day', created_at) as day, count(*) from mails
       where template like 'subscription%' group by 1, 2 having count(*) > 3`,
    );
    expect(flooded).toEqual([]);
  });
});
