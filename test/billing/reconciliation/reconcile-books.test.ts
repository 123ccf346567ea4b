import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { readMoneyTotals } from '../../../src/billing/finance/month-totals.ts';
import { reconcileBooks } from '../../../src/billing/reconciliation/reconcile-books.ts';
import { DAY_MS } from '../../../src/durations.ts';
import type { Transaction } from '../../../scripts/paytr-sandbox/transactions.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildRefund } from '../../evidence/support.ts';
import { buildReceipt } from '../legal-invoices/scene.ts';
import { contextAt, moneyState } from '../scene.ts';

const test = useTestApp();
let gateway: FakePaytr;
/** The moment of the gateway and of each run; tests only move it on. */
let now = new Date();
let order: { oid: string; companyId: number };

beforeAll(async () => {
  gateway = await startFakePaytr({ clock: () => now });
});
afterAll(() => gateway.close());

/** A new company's order, paid at the gateway; its notification is lost. */
async function pay(amountMinor = 149_900): Promise<{ oid: string; companyId: number }> {
  const companyId = (await buildCompany(test.db)).id;
  const user_id = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
  const asked = { amount_minor: amountMinor, test_mode: true, created_at: now, gateway_token: 'a-token' };
  const { merchant_oid: oid } = await buildPayment(test.db, { company_id: companyId, user_id, ...asked });
  const answer = await gateway.paytr.requestToken({
    ...{ merchantOid: oid, userIp: '203.0.113.10', email: 'ada@example.com', userName: 'Ada' },
    ...{ userAddress: 'Example Street 1', userPhone: '+90 312 000 00 00', amountMinor, currency: 'TRY' },
    basket: [{ name: 'Team', unitPriceMinor: amountMinor, quantity: 1 }],
    ...{ okUrl: 'https://shop.example.com/ok', failUrl: 'https://shop.example.com/fail' },
    ...{ locale: 'en', timeoutMinutes: 30 },
  });
  if (!answer.ok) throw new Error(answer.gatewayMessage);
  await gateway.sandbox.payNow(oid, 'approve');
  return { oid, companyId };
}

const run = (paytr: Partial<Paytr> = {}): ReturnType<typeof reconcileBooks> =>
  reconcileBooks(test.db, contextAt(now), { ...test.deps, paytr: { ...gateway.paytr, ...paytr } });

const later = (days: number): void => {
  now = new Date(now.getTime() + days * DAY_MS);
};

/** The open differences, as kind and about. */
const open = async (): Promise<string[]> => {
  const rows = await test
    .db('finance_differences')
    .whereNull('gone_at')
    .orderBy('id')
    .select<{ kind: string; about: string }[]>('kind', 'about');
  return rows.map(({ kind, about }) => `${kind} ${about}`);
};

/** The sandbox's orders. Its list is its own, so that a test can change it. */
const kept = (): Transaction[] => gateway.sandbox.transactions() as Transaction[];
const transaction = (oid: string): Transaction => {
  const found = kept().find(({ merchantOid }) => merchantOid === oid);
  if (found === undefined) throw new Error('no such order');
  return found;
};

beforeEach(async () => {
  order = await pay();
});

describe('the daily comparison with the gateway', () => {
  it('settles a charge whose notification was lost, with invoice and activation, and then agrees', async () => {
    expect(await run()).toMatchObject({ settled: 1 });
    const state = await moneyState(test.db, order.companyId, order.oid);
    expect(state.payment).toMatchObject({ status: 'success', charged_minor: 149_900 });
    expect(state.invoices).toHaveLength(1);
    later(3);
    expect(await run()).toMatchObject({ settled: 0 });
    expect(await open()).toEqual([]);
  });

  it('settles even an order that had run out, since the money is there', async () => {
    await test
      .db('payments')
      .where('merchant_oid', order.oid)
      .update({ status: 'expired', decided_at: now, gateway_token: null });
    await run();
    expect((await moneyState(test.db, order.companyId, order.oid)).payment.status).toBe('success');
  });

  it('does not settle by a list alone: without the answer about the order it stays a difference', async () => {
    const refuses: Partial<Paytr> = {
      queryStatus: () => Promise.resolve({ ok: false, reason: 'timeout', gatewayMessage: 'late' }),
    };
    expect(await run(refuses)).toMatchObject({ settled: 0 });
    expect(await open()).toContain(`charge_not_settled ${order.oid}`);
    await run();
    expect(await open()).toEqual([]);
  });

  it('books a refund of the gateway’s panel once', async () => {
    await run();
    transaction(order.oid).refunds.push({ amountMinor: 50_000, reference: '', at: now });
    expect(await run()).toMatchObject({ refundsFound: 1 });
    const refunds = await test.db('refunds').where('company_id', order.companyId);
    expect(refunds).toMatchObject([{ source: 'panel', state: 'done', amount_minor: 50_000 }]);
    expect(await test.db('reversals').where('company_id', order.companyId)).toHaveLength(1);
    expect(await run()).toMatchObject({ refundsFound: 0 });
    expect(await open()).toEqual([]);
  });

  it('finds a payment that the gateway does not list, once its day is over', async () => {
    await run();
    const unlisted = await pay();
    transaction(unlisted.oid).isUnlisted = true;
    const answer = await gateway.paytr.queryStatus(unlisted.oid);
    expect(answer.ok).toBe(true);
    await test
      .db('payments')
      .where('merchant_oid', unlisted.oid)
      .update({ status: 'success', paid_at: now, decided_at: now, charged_minor: 149_900 });
    await run();
    expect(await open()).not.toContain(`payment_not_listed ${unlisted.oid}`);
    later(3);
    await run();
    expect(await open()).toContain(`payment_not_listed ${unlisted.oid}`);
    transaction(unlisted.oid).isUnlisted = false;
    await run();
    expect(await open()).not.toContain(`payment_not_listed ${unlisted.oid}`);
  });

  it('finds another amount than was booked, and a sale that is nobody’s', async () => {
    await run();
    const other = await pay();
    await test
      .db('payments')
      .where('merchant_oid', other.oid)
      .update({ status: 'success', paid_at: now, decided_at: now, charged_minor: 140_000 });
    const stranger = { ...transaction(other.oid), merchantOid: 'NOTOURS1', refunds: [] };
    kept().push(stranger);
    await run();
    expect(await open()).toEqual(
      expect.arrayContaining([`amount_differs ${other.oid}`, 'sale_without_payment NOTOURS1']),
    );
    const difference = await test.db('finance_differences').where('about', other.oid).first();
    expect(difference).toMatchObject({ ours_minor: 140_000, theirs_minor: 149_900, currency: 'TRY' });
    later(1);
    await run();
    expect(await open()).toContain('payout_without_payment NOTOURS1');
    kept().splice(kept().indexOf(stranger), 1);
  });

  it('finds companies that paid and are not active, and the other way round', async () => {
    await run();
    const { subdomain } = await test.db('companies').where('id', order.companyId).first('subdomain');
    const paid = await test.db('subscriptions').where('company_id', order.companyId).first();
    await test
      .db('subscriptions')
      .where('company_id', order.companyId)
      .update({ period_started_at: null, period_ends_at: null });
    const idle = await buildCompany(test.db, { period_ends_at: new Date(now.getTime() + 5 * DAY_MS) });
    await run();
    expect(await open()).toEqual(
      expect.arrayContaining([`paid_not_active ${subdomain}`, `active_not_paid ${idle.subdomain}`]),
    );
    const { period_started_at, period_ends_at } = paid;
    await test
      .db('subscriptions')
      .where('company_id', order.companyId)
      .update({ period_started_at, period_ends_at });
    await test
      .db('subscriptions')
      .where('company_id', idle.id)
      .update({ period_started_at: null, period_ends_at: null });
    await run();
    expect(await open()).not.toContain(`paid_not_active ${subdomain}`);
    expect(await open()).not.toContain(`active_not_paid ${idle.subdomain}`);
  });

  describe('of what is paid and what is active', () => {
    const at = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
    const set = (change: Record<string, unknown>): Promise<unknown> =>
      test.db('subscriptions').where('company_id', order.companyId).update(change);
    const found = async (subdomain: string): Promise<string[]> => {
      await run();
      return (await open()).filter(
        (name) => /^\w+_(active|paid) /.test(name) && name.endsWith(` ${subdomain}`),
      );
    };

    it('counts a smaller plan that was paid ahead, and months that are counted from a day to come', async () => {
      await run();
      const { subdomain } = await test.db('companies').where('id', order.companyId).first('subdomain');
      await set({
        period_started_at: at(-31),
        plan: 'team',
        period_ends_at: at(-1),
        next_plan: 'starter',
        next_period_ends_at: at(29),
      });
      expect(await found(subdomain)).toEqual([]);
      await set({
        period_started_at: at(9),
        period_ends_at: at(40),
        next_plan: null,
        next_period_ends_at: null,
      });
      expect(await found(subdomain)).toEqual([]);
      later(35);
      expect((await found(subdomain))[0]).toMatch(/^active_not_paid/);
    });

    it('takes time that moved forward, since earlier time was given back, for paid', async () => {
      const company = await buildCompany(test.db, { plan: 'team', period_ends_at: at(29) });
      const { id: user_id } = await buildUser(test.db, { company_id: company.id, role: 'admin' });
      const payer = { company_id: company.id, user_id };
      const month = (start: number): Promise<{ payment_id: number }> =>
        buildReceipt(test.db, payer, {
          ...{ issued_at: at(-2), period_start: at(start), period_end: at(start + 30) },
        });
      const first = await month(-2);
      await month(28);
      const olivia = await buildUser(test.db, { role: 'operator' });
      await buildRefund(test.db, { olivia }, { id: first.payment_id }, { decided_at: at(-1) });
      expect(await found(company.subdomain)).toEqual([]);
      later(40);
      expect(await found(company.subdomain)).toEqual([]);
    });
  });

  it('goes on where it stopped after days without the gateway, and the schedule shows the failure', async () => {
    await run();
    const silent = { ok: false, reason: 'unreachable', gatewayMessage: 'refused' } as const;
    later(10);
    await expect(run({ listTransactions: () => Promise.resolve(silent) })).rejects.toThrow('unreachable');
    const late = await pay();
    later(7);
    await run();
    expect((await moneyState(test.db, late.companyId, late.oid)).payment.status).toBe('success');
    const asked = await test
      .db('gateway_reports')
      .where('kind', 'transactions')
      .whereRaw('to_day - from_day > 2');
    expect(asked).toEqual([]);
  });

  it('keeps each report once, with its bytes, and refuses to change it', async () => {
    await run();
    const before = await test.db('gateway_reports').count('* as count').first();
    const lines = await test.db('gateway_movements').count('* as count').first();
    await run();
    expect(await test.db('gateway_reports').count('* as count').first()).toEqual(before);
    expect(await test.db('gateway_movements').count('* as count').first()).toEqual(lines);
    await expect(test.db('gateway_reports').update({ row_count: 0 })).rejects.toThrow('kept as it came');
    await expect(test.db('gateway_movements').update({ paid_minor: 0 })).rejects.toThrow();
    await expect(test.db('gateway_payouts').delete()).rejects.toThrow();
  });

  describe('of the payouts', () => {
    type Payouts = Extract<Awaited<ReturnType<Paytr['listPayouts']>>, { ok: true }>;

    let first = '';
    beforeEach(() => {
      first = now.toISOString().slice(0, 10);
    });

    /** A run in which the list of payouts, or the orders in them, are others than the gateway's own. */
    const runWith = (
      change: (rows: Payouts['rows']) => Payouts['rows'],
      lines = gateway.paytr.listPayoutLines,
    ): ReturnType<typeof run> =>
      run({
        listPayoutLines: lines,
        listPayouts: async (days) => {
          const answer = await gateway.paytr.listPayouts(days);
          if (!answer.ok) return answer;
          const rows = change(answer.rows);
          return { ...answer, rows, body: JSON.stringify(rows) };
        },
      });
    /** Those of the differences about payouts, and what the finance page says was paid out. */
    const state = async (): Promise<{ differs: string[]; paidOut: number }> => {
      const [totals] = await readMoneyTotals(test.db, {
        from: new Date(0),
        to: new Date(now.getTime() + DAY_MS),
      });
      return {
        // Those of the tests before are about earlier days.
        differs: (await open()).filter(
          (line) => line.startsWith('payout_sum_differs') && line > `payout_sum_differs ${first}`,
        ),
        paidOut: totals?.paid_out_minor ?? 0,
      };
    };
    const asListed = (rows: Payouts['rows']): Payouts['rows'] => rows;

    it('finds one that is listed twice, and none when a day has two of them', async () => {
      later(2);
      await runWith(asListed);
      const before = await state();
      const [last] = (await allPayouts()).slice(-1);
      expect(before.differs).toEqual([]);
      later(1 / 24);
      await runWith((rows) => rows.flatMap((row) => (row.day === last?.day ? [row, row] : [row])));
      const twice = await state();
      expect(twice.differs).toEqual([`payout_sum_differs ${String(last?.day)} TRY`]);
      expect(twice.paidOut).toBe(before.paidOut + (last?.net_minor ?? 0));
      later(1 / 24);
      await runWith((rows) =>
        rows.flatMap((row) => {
          if (row.day !== last?.day) return [row];
          const part = { sales_minor: 1000, returns_minor: 0, net_minor: 900 };
          return [
            { ...row, ...part },
            { ...row, sales_minor: row.sales_minor - 1000, net_minor: row.net_minor - 900 },
          ];
        }),
      );
      expect(await state()).toEqual(before);
    });

    it('takes a corrected sum with its orders for the one before, and that again when it comes back', async () => {
      later(2);
      await runWith(asListed);
      const before = await state();
      const [last] = (await allPayouts()).slice(-1);
      const corrected = (rows: Payouts['rows']): Payouts['rows'] =>
        rows.map((row) =>
          row.day === last?.day
            ? { ...row, sales_minor: row.sales_minor + 500, net_minor: row.net_minor + 500 }
            : row,
        );
      later(1 / 24);
      await runWith(corrected, async (day) => {
        const answer = await gateway.paytr.listPayoutLines(day);
        if (!answer.ok || day !== last?.day) return answer;
        const rows = answer.rows.map((row, at) =>
          at === 0 ? { ...row, amount_minor: row.amount_minor + 500 } : row,
        );
        return { ...answer, rows, body: JSON.stringify(rows) };
      });
      expect(await state()).toEqual({ differs: [], paidOut: before.paidOut + 500 });
      later(1 / 24);
      await runWith(asListed);
      expect(await state()).toEqual(before);
    });

    it('finds one that was there and is missing, until it is there again', async () => {
      later(2);
      await runWith(asListed);
      const before = await state();
      const [last] = (await allPayouts()).slice(-1);
      later(1 / 24);
      await runWith((rows) => rows.filter(({ day }) => day !== last?.day));
      expect(await state()).toEqual({
        differs: [`payout_sum_differs ${String(last?.day)} TRY`],
        paidOut: before.paidOut - (last?.net_minor ?? 0),
      });
      later(1 / 24);
      await runWith(asListed);
      expect(await state()).toEqual(before);
    });

    it('finds a charge that was in none for 45 days, and not one that was given back', async () => {
      const held = (await pay()).oid;
      const givenBack = (await pay()).oid;
      await run();
      transaction(givenBack).refunds.push({ amountMinor: 149_900, reference: '', at: now });
      const without: Paytr['listPayoutLines'] = async (day) => {
        const answer = await gateway.paytr.listPayoutLines(day);
        if (!answer.ok) return answer;
        const rows = answer.rows.filter(({ merchant_oid }) => ![held, givenBack].includes(merchant_oid));
        return { ...answer, rows, body: JSON.stringify(rows) };
      };
      const notPaidOut = async (): Promise<string[]> =>
        (await open()).filter((line) => line.startsWith('charge_not_paid_out'));
      later(2);
      await runWith(asListed, without);
      later(43);
      await runWith(asListed, without);
      expect(await notPaidOut()).toEqual([]);
      later(1);
      await runWith(asListed, without);
      expect(await notPaidOut()).toEqual([`charge_not_paid_out ${held}`]);
    });

    /** The payouts that the gateway lists, oldest first. */
    async function allPayouts(): Promise<Payouts['rows']> {
      const day = (at: Date): string => at.toISOString().slice(0, 10);
      const from = day(new Date(now.getTime() - 20 * DAY_MS));
      const answer = await gateway.paytr.listPayouts({ from, to: day(now) });
      return answer.ok ? answer.rows.toSorted((a, b) => (a.day < b.day ? -1 : 1)) : [];
    }
  });

  it('counts two equal refunds of a day as two', async () => {
    await run();
    const { refunds } = transaction(order.oid);
    const equal = { amountMinor: 100, reference: '', at: now };
    refunds.push({ ...equal }, { ...equal });
    await run();
    const given = await test.db('gateway_movements').where({ merchant_oid: order.oid, kind: 'return' });
    expect(given.map(({ ordinal }) => ordinal as number).sort()).toEqual([1, 2]);
  });

  it('tells of rows that it cannot read, and keeps the others', async () => {
    const rows = { ok: true, rows: [], problems: ['row 1: islem_tutari is "x", no amount'], body: '{}' };
    await run({ listTransactions: () => Promise.resolve(rows as never) });
    expect((await open()).some((each) => each.startsWith('report_unreadable'))).toBe(true);
  });
});
