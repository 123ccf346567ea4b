import { beforeEach, describe, expect, it } from 'vitest';
import type { Currency } from '../../../src/currency.ts';
import { readPaytrNotification } from '../../../src/billing/paytr/notification.ts';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { addMonths } from '../../../src/billing/period.ts';
import { pricesOf, type PriceFacts } from '../../../src/billing/price-facts.ts';
import { type Plan, type PaidPlan, paidPlans } from '../../../src/plan.ts';
import { settlePayment, type Settlement } from '../../../src/billing/settlement/settle-payment.ts';
import { startCheckout, type Checkout } from '../../../src/billing/checkout/start-checkout.ts';
import { useTestApp } from '../../support/app.ts';
import { acceptTerms, buildBuyer } from '../order.ts';
import { buildCompany, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { auditOf, contextAt, moneyState, seededRandom } from '../scene.ts';

const test = useTestApp();
const DAY_MS = 86_400_000;
let companyId: number;
let admins: { id: number; email: string }[];

beforeEach(async () => {
  companyId = (await buildCompany(test.db)).id;
  await buildBuyer(test.db, companyId);
  const admin = (): Promise<{ id: number; email: string }> =>
    buildUser(test.db, { company_id: companyId, role: 'admin' });
  admins = [await admin(), await admin()];
});

const requestToken: Paytr['requestToken'] = () => Promise.resolve({ ok: true, token: 'a-token' });

/** Opens a payment page for one of the admins. */
async function open(plan: PaidPlan, at: Date, who = 0, currency: Currency = 'TRY'): Promise<Checkout> {
  const admin = admins[who];
  if (admin === undefined) throw new Error('no such admin');
  const person = { id: admin.id, companyId, email: admin.email, fullName: 'Ada', locale: 'en' } as const;
  const wish = { plan, currency, person, config: test.config };
  return startCheckout(test.db, contextAt(at), {
    ...wish,
    accepted: await acceptTerms(test.db, wish, at),
    itemName: plan,
    paytr: { ...test.deps.paytr, requestToken },
  });
}

async function openOrder(plan: PaidPlan, at: Date, who = 0): Promise<string> {
  const checkout = await open(plan, at, who);
  if (!checkout.ok) throw new Error(checkout.reason);
  return checkout.merchantOid;
}

/** The gateway reports that an order was paid, as much as was asked. */
async function pay(merchantOid: string, at: Date): Promise<Settlement> {
  const asked = await test
    .db('payments')
    .where('merchant_oid', merchantOid)
    .first<{ amount_minor: number }>();
  const rawBody = Buffer.from(
    signedCallback({ merchant_oid: merchantOid, total_amount: String(asked.amount_minor) }),
  );
  const reading = readPaytrNotification(FAKE_STORE, rawBody);
  if (!reading.ok) throw new Error(reading.reason);
  return settlePayment(test.db, contextAt(at), {
    notification: reading.notification,
    rawBody,
    config: test.config,
  });
}

const buy = async (plan: PaidPlan, at: Date): Promise<Settlement> => pay(await openOrder(plan, at), at);

interface InForce {
  plan: Plan;
  period_ends_at: Date | null;
}
const inForce = (): Promise<InForce> =>
  test.db('subscriptions').where('company_id', companyId).first<InForce>('plan', 'period_ends_at');

const openOrders = (): Promise<string[]> =>
  test
    .db('payments')
    .where({ company_id: companyId, status: 'pending', superseded_at: null })
    .pluck<string[]>('merchant_oid');

describe('a payment page that was opened earlier', () => {
  const start = new Date('2027-03-10T10:00:00Z');
  const later = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

  it('for the large plan does not lift eleven months of the small one that were bought since', async () => {
    await buy('starter', start);
    const page = await openOrder('enterprise', later(1));
    for (let n = 0; n < 11; n += 1) await buy('starter', later(2 + n));
    const settlement = await pay(page, later(20));
    expect(settlement).toEqual({ outcome: 'review', reason: 'paid_time_changed' });
    expect(await inForce()).toEqual({ plan: 'starter', period_ends_at: addMonths(start, 12) });
    const now = await moneyState(test.db, companyId, page);
    expect(now.payment).toMatchObject({ status: 'review' });
    expect(now.invoices).toHaveLength(12);
    const row = (await auditOf(test.db, companyId)).find(
      ({ error_message }) => error_message === 'paid_time_changed',
    );
    expect(row).toMatchObject({ action_type: 'payment_callback_failure', actor_type: 'gateway' });
    expect(row?.details).toMatchObject({
      fits_from: null,
      plans_that_fit: [],
    });
  });

  it('for the large plan converts the month of the small one that was bought since', async () => {
    const page = await openOrder('enterprise', start);
    await buy('starter', later(1));
    expect(await pay(page, later(2))).toMatchObject({ outcome: 'paid' });
    const end = new Date(addMonths(later(2), 1).getTime() + 3 * DAY_MS);
    expect(await inForce()).toEqual({ plan: 'enterprise', period_ends_at: end });
    expect(await pay(page, later(3))).toEqual({ outcome: 'repeat' });
    expect((await inForce()).period_ends_at).toEqual(end);
  });

  it('on trial does not either', async () => {
    const page = await openOrder('enterprise', start);
    for (let n = 0; n < 11; n += 1) await buy('starter', later(1 + n));
    expect(await pay(page, later(20))).toMatchObject({ outcome: 'review', reason: 'upgrade_ahead' });
    expect((await inForce()).plan).toBe('starter');
  });

  it('for a smaller plan gives no month of the larger one that was bought since', async () => {
    const page = await openOrder('starter', start);
    await buy('enterprise', later(1));
    expect(await pay(page, later(2))).toMatchObject({ outcome: 'review', reason: 'lower_plan' });
    expect(await inForce()).toEqual({ plan: 'enterprise', period_ends_at: addMonths(later(1), 1) });
  });

  it('does not reach beyond twelve months', async () => {
    const page = await openOrder('team', start);
    await buy('starter', later(1));
    await buy('team', later(2));
    for (let n = 0; n < 11; n += 1) await buy('team', later(3 + n));
    expect(await pay(page, later(20))).toMatchObject({ outcome: 'review', reason: 'too_far_ahead' });
    expect((await inForce()).period_ends_at).toEqual(addMonths(later(1), 12));
  });

  it('and still fits is honoured: the card was charged for exactly that', async () => {
    const page = await openOrder('team', start);
    await openOrder('starter', later(1));
    expect(await pay(page, later(2))).toMatchObject({ outcome: 'paid' });
    expect(await inForce()).toEqual({ plan: 'team', period_ends_at: addMonths(later(2), 1) });
  });

  it('is ended by the payment that leaves no room for it, and is not handed out again', async () => {
    const first = await openOrder('enterprise', start);
    const second = await openOrder('starter', later(1));
    expect(await openOrders()).toEqual([second]);
    await pay(first, later(2));
    expect(await openOrders()).toEqual([]);
    expect(await open('starter', later(3))).toMatchObject({ ok: false, reason: 'lower-plan' });
    const ended = (await auditOf(test.db, companyId)).filter(
      ({ action_type }) => action_type === 'payment_superseded',
    );
    expect(ended.map(({ details }) => [details.merchant_oid, details.reason, details.superseded_by])).toEqual(
      [
        [first, 'newer-order', second],
        [second, 'no-longer-fits', null],
      ],
    );
  });

  it('that does not fit any more is another order when it is asked for again, though nothing has ended it', async () => {
    const page = await openOrder('enterprise', start);
    // As a row of an older release: the page is open, and months of the small plan were paid since.
    await test
      .db('subscriptions')
      .where('company_id', companyId)
      .update({
        plan: 'starter',
        period_started_at: start,
        period_ends_at: addMonths(start, 11),
      });
    const upgrade = await openOrder('enterprise', start);
    expect(upgrade).not.toBe(page);
    expect(await openOrders()).toEqual([upgrade]);
    const { payment } = await moneyState(test.db, companyId, upgrade);
    expect(payment.amount_minor).toBe(11 * (499_900 - 49_900));
  });
});

describe('the open order of a company', () => {
  it('is one, also when two admins order at the same moment', async () => {
    const at = new Date();
    const placed = await Promise.all(
      Array.from({ length: 8 }, (_, n) => open(n < 4 ? 'team' : 'starter', at, n % 2)),
    );
    expect(placed.every((checkout) => checkout.ok)).toBe(true);
    expect(await openOrders()).toHaveLength(1);
  });

  it('is one in the database, whoever writes', async () => {
    await openOrder('team', new Date());
    const row = await test.db('payments').where('company_id', companyId).first<Record<string, unknown>>();
    const copy = { ...row, merchant_oid: `${String(row.merchant_oid)}2` };
    await expect(
      test.db('payments').insert(Object.fromEntries(Object.entries(copy).filter(([name]) => name !== 'id'))),
    ).rejects.toThrow('uq_payments_open_order');
  });

  it('does not deadlock with charges that arrive while it is replaced', async () => {
    const at = new Date();
    const pages: string[] = [];
    for (let n = 0; n < 6; n += 1) pages.push(await openOrder(n % 2 === 0 ? 'team' : 'starter', at, n % 2));
    const done = await Promise.allSettled([
      ...pages.map((page) => pay(page, at)),
      ...pages.map((_, n) => open('team', at, n % 2)),
    ]);
    expect(done.filter(({ status }) => status === 'rejected')).toEqual([]);
  });
});

describe('whatever is opened and paid in whatever order', () => {
  it.each([3, 4, 5])('gives no more than it cost (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    let at = new Date('2027-01-29T08:00:00Z');
    const pages: string[] = [];
    const seen: ({ at: Date } & InForce)[] = [];
    for (let step = 0; step < 36; step += 1) {
      at = new Date(at.getTime() + Math.floor(random() * (random() < 0.1 ? 25 * DAY_MS : 60_000)));
      if (pages.length === 0 || random() < 0.55) {
        const checkout = await open(random() < 0.6 ? 'starter' : pick(paidPlans), at, pick([0, 1]));
        if (checkout.ok && !pages.includes(checkout.merchantOid)) pages.push(checkout.merchantOid);
      } else {
        const [page] = pages.splice(Math.floor(random() * pages.length), 1);
        await pay(page ?? '', at);
      }
      seen.push({ at, ...(await inForce()) });
    }
    const { received, paid } = await weigh(seen);
    expect(paid).toBeGreaterThan(0);
    expect(received).toBeLessThanOrEqual(paid);
  });
});

/** The plans in force and the months bought, each as its time × the list price of its plan's month. */
async function weigh(seen: ({ at: Date } & InForce)[]): Promise<{ received: number; paid: number }> {
  const worth = (plan: Plan): number =>
    plan === 'trial' ? 0 : pricesOf({ currency: 'TRY', price_facts: null })[plan];
  let received = 0;
  for (const [index, state] of seen.entries()) {
    const until = Math.min(seen[index + 1]?.at.getTime() ?? Infinity, state.period_ends_at?.getTime() ?? 0);
    received += worth(state.plan) * Math.max(0, until - state.at.getTime());
  }
  const changes = (await auditOf(test.db, companyId)).filter(
    ({ action_type }) => action_type === 'subscription_change',
  );
  const upgraded = await test
    .db('payments')
    .whereRaw("price_facts -> 'upgrade' is not null")
    .select<{ id: number; price_facts: PriceFacts }[]>('id', 'price_facts');
  const paid = changes.map(({ details }) => {
    const facts = upgraded.find(({ id }) => id === details.payment_id)?.price_facts;
    const from = facts?.upgrade?.parts[0]?.plan ?? 'trial';
    const [start, end] = [details.period_start, details.paid_until_after].map((at) => Date.parse(String(at)));
    const month = (end ?? NaN) - (start ?? NaN) - Number(details.converted_to_days ?? 0) * DAY_MS;
    return (worth(details.plan_bought as Plan) - worth(from)) * month;
  });
  return { received, paid: paid.reduce((sum, each) => sum + each, 0) };
}
