import { beforeAll, beforeEach, expect, it } from 'vitest';
import { findDifferences } from '../../../src/billing/reconciliation/find-differences.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { buildLegalInvoice } from '../legal-invoices/scene.ts';

const test = useTestApp();
/** The lists of the first days of November were fetched when those days were over. */
const now = new Date('2026-11-20T09:00:00Z');
const day = '2026-11-10';
const at = new Date(`${day}T09:00:00Z`);
let cast: Cast;
let reportId: number;
let payoutsId: number;
let linesId: number;
let payment: { id: number; merchant_oid: string };

beforeAll(async () => {
  cast = await buildCast(test.db);
  const bytes = {
    body: Buffer.from('{}'),
    row_count: 1,
    problems: '[]',
    fetched_at: now,
    last_fetched_at: now,
  };
  const [report] = await test
    .db('gateway_reports')
    .insert({ kind: 'transactions', from_day: '2026-11-08', to_day: '2026-11-12', ...bytes })
    .returning<{ id: number }[]>('id');
  reportId = report?.id ?? 0;
  const ids = await test
    .db('gateway_reports')
    .insert(['payouts', 'payout_lines'].map((kind) => ({ kind, from_day: day, to_day: day, ...bytes })))
    .returning<{ id: number }[]>('id');
  [payoutsId = 0, linesId = 0] = ids.map(({ id }) => id);
});

/** A charge of ₺1,499.00 that the gateway lists as well. */
beforeEach(async () => {
  const charged = { status: 'success', created_at: at, decided_at: at, paid_at: at, charged_minor: 149_900 };
  payment = await buildPayment(test.db, {
    ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...charged },
  });
  await listed('sale', 149_900);
});

async function listed(kind: 'sale' | 'return', paid_minor: number, currency = 'TRY'): Promise<void> {
  await test.db('gateway_movements').insert({
    ...{ report_id: reportId, kind, day, ordinal: 1, amount_minor: paid_minor, paid_minor, currency },
    ...{ merchant_oid: payment.merchant_oid, payment_id: payment.id },
  });
}

async function refunded(amount_minor: number): Promise<void> {
  await test.db('refunds').insert({
    ...{ payment_id: payment.id, company_id: cast.acme.id, source: 'panel', currency: 'TRY', amount_minor },
    ...{ state: 'done', requested_at: at, decided_at: at, ends_paid_time: false },
  });
}

/** The differences of the payment, as kind, ours and theirs. */
async function found(about = payment.merchant_oid, production = false): Promise<unknown[]> {
  const all = await findDifferences(test.db, { at: now, production });
  return all
    .filter((each) => each.about === about)
    .map(({ kind, ours_minor, theirs_minor }) => [kind, ours_minor, theirs_minor]);
}

it('finds nothing where the books and the lists agree', async () => {
  await refunded(50_000);
  await listed('return', 50_000);
  expect(await found()).toEqual([]);
});

it('finds money that the gateway gave back and our books do not have', async () => {
  await refunded(20_000);
  await listed('return', 50_000);
  expect(await found()).toEqual([['return_not_booked', 20_000, 50_000]]);
});

it('finds money that our books gave back and the gateway does not list', async () => {
  await refunded(50_000);
  expect(await found()).toEqual([['refund_not_listed', 50_000, 0]]);
});

it('finds a charge that the gateway lists in another currency', async () => {
  await listed('sale', 0, 'USD');
  expect(await found()).toMatchObject([['amount_differs', 149_900, 149_900]]);
});

it('finds nothing where a charge was listed in the currency that it was made in, whatever was ordered', async () => {
  const charged = { created_at: at, decided_at: at, charged_minor: 149_900, charged_currency: 'USD' };
  payment = await buildPayment(test.db, {
    ...{ company_id: cast.acme.id, user_id: cast.alice.id, ...charged },
    ...{ status: 'review', review_reason: 'currency_mismatch' },
  });
  await listed('sale', 149_900, 'USD');
  expect(await found()).toEqual([]);
});

it('finds a payout whose orders are not its sum, before or after the commission', async () => {
  const payout = { report_id: payoutsId, day, iban: 'TR00', returns_minor: 0, ordinal: 1 };
  const lines = (minor: number): Promise<unknown> =>
    test.db('gateway_payout_lines').insert({
      ...{ report_id: linesId, day, currency: 'TRY', ordinal: 1, amount_minor: minor },
      ...{ merchant_oid: payment.merchant_oid, payment_id: payment.id },
    });
  await test
    .db('gateway_payouts')
    .insert({ ...payout, currency: 'TRY', sales_minor: 149_900, net_minor: 146_302 });
  expect(await found(`${day} TRY`)).toEqual([['payout_sum_differs', 0, 149_900]]);
  await lines(146_302);
  expect(await found(`${day} TRY`)).toEqual([]);
  await lines(3598);
  expect(await found(`${day} TRY`)).toEqual([]);
  await lines(1);
  expect(await found(`${day} TRY`)).toEqual([['payout_sum_differs', 149_901, 149_900]]);
});

it('finds a legal invoice that is late, and none before it is', async () => {
  const acme = { company_id: cast.acme.id, user_id: cast.alice.id };
  const dueIn = async (ms: number): Promise<string> => {
    const due_at = new Date(now.getTime() + ms);
    const { receipt } = await buildLegalInvoice(test.db, acme, { created_at: at, due_at });
    return receipt.invoice_no;
  };
  expect(await found(await dueIn(DAY_MS))).toEqual([]);
  expect(await found(await dueIn(-1))).toEqual([['paid_without_legal_invoice', 149_900, null]]);
});

it('expects no test payment in the lists of production', async () => {
  const charged = { status: 'success', created_at: at, decided_at: at, paid_at: at, charged_minor: 149_900 };
  const of = { company_id: cast.acme.id, user_id: cast.alice.id, test_mode: true };
  const unlisted = await buildPayment(test.db, { ...of, ...charged });
  expect(await found(unlisted.merchant_oid, true)).toEqual([]);
  expect(await found(unlisted.merchant_oid)).toEqual([['payment_not_listed', 149_900, null]]);
});
