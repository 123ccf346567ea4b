import { describe, expect, it } from 'vitest';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { startCheckout, type Checkout } from '../../../src/billing/checkout/start-checkout.ts';
import { useTestApp } from '../../support/app.ts';
import { acceptTerms, buildBuyer } from '../order.ts';
import { buildCompany, buildUser } from '../../support/programs/build.ts';
import { contextAt } from '../scene.ts';

const test = useTestApp();

async function buyer(): Promise<(paytr: Partial<Paytr>) => Promise<Checkout>> {
  const company = await buildCompany(test.db);
  const user = await buildUser(test.db, { company_id: company.id, role: 'admin' });
  await buildBuyer(test.db, company.id);
  const person = {
    id: user.id,
    companyId: company.id,
    email: user.email,
    fullName: 'Ada',
    locale: 'en',
  } as const;
  const wish = { plan: 'team', currency: 'TRY', person, config: test.config } as const;
  return async (paytr) =>
    startCheckout(test.db, contextAt(new Date()), {
      ...wish,
      accepted: await acceptTerms(test.db, wish, new Date()),
      itemName: 'Team',
      paytr: { ...test.deps.paytr, ...paytr },
    });
}

describe('placing an order', () => {
  it('ten times in the same instant gives one order and asks the gateway once', async () => {
    // Every connection of the pool is open, so that nothing but the lock can put the ten in a row.
    await Promise.all(Array.from({ length: 10 }, () => test.db.raw('select pg_sleep(0.05)')));
    const buy = await buyer();
    let calls = 0;
    const requestToken: Paytr['requestToken'] = () => {
      calls += 1;
      return Promise.resolve({ ok: true, token: 'a-token' });
    };
    const placed = await Promise.all(Array.from({ length: 10 }, () => buy({ requestToken })));
    expect(new Set(placed.map((checkout) => 'merchantOid' in checkout && checkout.merchantOid)).size).toBe(1);
    expect(calls).toBe(1);
  });

  it('holds no transaction open while the gateway is asked, and the order is committed by then', async () => {
    const buy = await buyer();
    let seen: { open: number; orders: number } | undefined;
    const checkout = await buy({
      requestToken: async (order) => {
        const { rows } = await test.database.ownerDb.raw<{ rows: { count: number }[] }>(
          `select count(*) from pg_stat_activity
           where datname = current_database() and state like 'idle in transaction%'`,
        );
        const orders = await test
          .db('payments')
          .where('merchant_oid', order.merchantOid)
          .pluck<string[]>('status');
        seen = { open: rows[0]?.count ?? -1, orders: orders.length };
        return { ok: true, token: 'a-token' };
      },
    });
    expect(checkout.ok).toBe(true);
    expect(seen).toEqual({ open: 0, orders: 1 });
  });

  it('does not undo a notification that was faster than the gateway’s own answer', async () => {
    const buy = await buyer();
    let oid = '';
    await buy({
      requestToken: async (order) => {
        oid = order.merchantOid;
        await test
          .db('payments')
          .where('merchant_oid', oid)
          .update({ status: 'success', paid_at: new Date(), charged_minor: 149_900 });
        return { ok: false, reason: 'timeout', gatewayMessage: 'No answer' };
      },
    });
    const payment = await test.db('payments').where('merchant_oid', oid).first<{ status: string }>('status');
    expect(payment.status).toBe('success');
  });
});
