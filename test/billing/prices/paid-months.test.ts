import { beforeEach, describe, expect, it } from 'vitest';
import { readPaytrNotification } from '../../../src/billing/paytr/notification.ts';
import { listPaidMonths } from '../../../src/billing/prices/paid-months.ts';
import { findSubscription } from '../../../src/billing/queries.ts';
import { settlePayment } from '../../../src/billing/settlement/settle-payment.ts';
import { buildRefund } from '../../evidence/support.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { signIn } from '../../support/sign-in.ts';
import { buildBuyer } from '../order.ts';
import { contextAt } from '../scene.ts';

const test = useTestApp();
const CHEAP = { starter: 19_900, team: 59_900, enterprise: 199_900 };
const DEAR = { starter: 49_900, team: 149_900, enterprise: 499_900 };
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(test.db);
  await buildBuyer(test.db, cast.acme.id);
});

/** A month of Starter, or the order with these facts, paid now. */
async function pay(prices: typeof CHEAP, change: Record<string, unknown> = {}): Promise<{ id: number }> {
  const { plan = 'starter', upgrade } = change;
  const price_facts = { list_version: 1, kind: 'fixed', currency: 'TRY', prices, upgrade };
  const payment = await buildPayment(test.db, {
    ...{ company_id: cast.acme.id, user_id: cast.alice.id, plan, amount_minor: 10_000 },
    ...{ price_list_id: 1, price_facts: JSON.stringify(price_facts) },
  });
  const rawBody = Buffer.from(signedCallback({ merchant_oid: payment.merchant_oid, total_amount: '10000' }));
  const reading = readPaytrNotification(FAKE_STORE, rawBody);
  if (!reading.ok) throw new Error(reading.reason);
  const { notification } = reading;
  const settled = { notification, rawBody, config: test.config };
  expect(await settlePayment(test.db, contextAt(new Date()), settled)).toEqual({ outcome: 'paid' });
  return payment;
}

const listed = async (): Promise<unknown[]> => {
  const subscription = await findSubscription(test.db, cast.acme.id);
  if (subscription === undefined) throw new Error('no subscription');
  const months = await listPaidMonths(test.db, subscription, new Date());
  return months.map(({ plan, prices, months: count }) => [plan, prices.starter, count]);
};

describe('an upgrade of months that were paid by several prices', () => {
  it('credits each with what it cost, not all with the newest price', async () => {
    for (const prices of [CHEAP, CHEAP, DEAR]) await pay(prices);
    const alice = await signIn(test.app, cast.alice);
    const page = await alice.get('/billing/order/team?currency=TRY');
    expect(page.status).toBe(200);
    // Prices are those of DEAR now: a whole month of it costs 1,000.00, and more of one that was cheap.
    expect(page.text).toContain('₺199.00');
    expect(page.text).toContain('₺499.00');
    const total = Number(
      /₺([\d,]+\.\d\d)/.exec(/<button[^>]*>[^<]*₺[^<]*/.exec(page.text)?.[0] ?? '')?.[1]?.replaceAll(',', ''),
    );
    expect(total).toBeGreaterThan(1000 + 1300);
    expect(total).toBeLessThanOrEqual(1000 + 2 * 1300);
  });

  it('leaves out time that was taken back, and counts an upgrade for the months that it was of', async () => {
    await pay(CHEAP);
    const { id } = await pay(DEAR);
    expect(await listed()).toEqual([
      ['starter', DEAR.starter, 1],
      ['starter', CHEAP.starter, 1],
    ]);
    await buildRefund(test.db, { olivia: cast.olivia }, { id });
    expect(await listed()).toEqual([['starter', CHEAP.starter, 1]]);
    const { period_ends_at: end } = (await findSubscription(test.db, cast.acme.id)) ?? {};
    const part = { plan: 'starter', until: end?.toISOString(), months: 1, days: 29, month_days: 30 };
    const upgrade = { parts: [{ ...part, credit_minor: 1, amount_minor: 1 }], amount_minor: 100 };
    await pay(DEAR, { plan: 'team', upgrade });
    expect((await listed())[0]).toEqual(['team', DEAR.starter, 2]);
  });

  it('has nothing to credit while no paid time is left', async () => {
    await pay(CHEAP);
    await test
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({ cancels_at: new Date(), cancel_requested_at: new Date() });
    // The payment after a cancellation goes on with the time that is left.
    expect(await listed()).toHaveLength(1);
    await test.db('subscriptions').where('company_id', cast.acme.id).update({ period_ends_at: new Date() });
    expect(await listed()).toEqual([]);
  });
});
