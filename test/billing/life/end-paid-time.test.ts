import { beforeEach, describe, expect, it } from 'vitest';
import { endPaidTime } from '../../../src/billing/life/end-paid-time.ts';
import { paidTimeWithout } from '../../../src/billing/life/paid-time-without.ts';
import { findSubscription, type Subscription } from '../../../src/billing/queries.ts';
import { subscriptionState } from '../../../src/billing/subscription-state.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { auditOf, contextAt } from '../scene.ts';

const database = useTestDatabase();
const DAY_MS = 86_400_000;
const at = new Date('2027-03-10T10:00:00Z');
const inDays = (days: number): Date => new Date(at.getTime() + days * DAY_MS);
const paid = (change: Partial<Subscription> = {}): Subscription => ({
  company_id: 1,
  plan: 'team',
  billing_currency: 'TRY',
  paid_prices: null,
  trial_ends_at: inDays(-90),
  period_started_at: inDays(-20),
  period_ends_at: inDays(10),
  next_plan: null,
  next_period_ends_at: null,
  usual_currency: null,
  wanted_plan: null,
  grace_plan: null,
  cancel_requested_at: null,
  cancels_at: null,
  ...change,
});

describe('paid time without the period of one payment', () => {
  it('is over at once when that was the only one: cancelled, and without days of grace', () => {
    const after = paidTimeWithout(paid(), { start: inDays(-20), end: inDays(10) }, at);
    expect(after).toMatchObject({ period_ends_at: at, cancels_at: at });
    expect(subscriptionState(after ?? paid(), at).state).toBe('cancelled');
  });

  it('keeps the months of other payments in full', () => {
    const two = paid({ period_ends_at: inDays(40) });
    const running = { start: inDays(-20), end: inDays(10) };
    const ahead = { start: inDays(10), end: inDays(40) };
    expect(paidTimeWithout(two, running, at)).toMatchObject({ period_ends_at: inDays(30), cancels_at: null });
    expect(paidTimeWithout(two, ahead, at)).toMatchObject({ period_ends_at: inDays(10), cancels_at: null });
  });

  it('goes on with a smaller plan that is paid ahead, or without it when that one is taken back', () => {
    const both = paid({ next_plan: 'starter', next_period_ends_at: inDays(40) });
    expect(paidTimeWithout(both, { start: inDays(-20), end: inDays(10) }, at)).toMatchObject({
      plan: 'starter',
      period_started_at: at,
      period_ends_at: inDays(30),
      next_plan: null,
      next_period_ends_at: null,
      cancels_at: null,
    });
    expect(paidTimeWithout(both, { start: inDays(10), end: inDays(40) }, at)).toMatchObject({
      plan: 'team',
      period_ends_at: inDays(10),
      next_plan: null,
      next_period_ends_at: null,
    });
  });

  it('is over when the smaller plan that runs by now is taken back: no days of grace follow', () => {
    const both = paid({ period_ends_at: inDays(-5), next_plan: 'starter', next_period_ends_at: inDays(25) });
    const after = paidTimeWithout(both, { start: inDays(-5), end: inDays(25) }, at);
    expect(after).toMatchObject({ period_ends_at: at, next_plan: null, cancels_at: at });
    expect(subscriptionState(after ?? paid(), at).state).toBe('cancelled');
  });

  it('is cancelled when the shorter time ends, if it was to be at the end of the longer one', () => {
    const wish = { cancel_requested_at: inDays(-1), cancels_at: inDays(40) };
    const two = paid({ period_ends_at: inDays(40), ...wish });
    const after = paidTimeWithout(two, { start: inDays(10), end: inDays(40) }, at);
    expect(after).toMatchObject({ period_ends_at: inDays(10), ...wish, cancels_at: inDays(10) });
    const both = paid({ next_plan: 'starter', next_period_ends_at: inDays(40), ...wish });
    expect(paidTimeWithout(both, { start: inDays(-20), end: inDays(10) }, at)).toMatchObject({
      ...{ plan: 'starter', period_ends_at: inDays(30), cancels_at: inDays(30) },
    });
  });

  it('stays cancelled from when on somebody cancelled it, in their words', () => {
    const wish = { cancel_requested_at: inDays(-2), cancels_at: inDays(-2) };
    const after = paidTimeWithout(paid(wish), { start: inDays(-20), end: inDays(10) }, at);
    expect(after).toMatchObject({ period_ends_at: at, ...wish });
  });

  it('leaves a trial that still runs its time', () => {
    const early = paid({ trial_ends_at: inDays(3) });
    const after = paidTimeWithout(early, { start: inDays(-20), end: inDays(10) }, at);
    expect(subscriptionState(after ?? paid(), at)).toMatchObject({ state: 'trial', opensUntil: inDays(3) });
  });

  it.each([
    ['it is used up', paid(), { start: inDays(-50), end: inDays(-20) }],
    ['the paid time is over', paid({ period_ends_at: inDays(-1) }), { start: inDays(-20), end: inDays(10) }],
    ['nothing was paid', paid({ plan: 'trial', period_ends_at: null }), { start: at, end: inDays(10) }],
  ])('does not change when %s', (_, before, bought) => {
    expect(paidTimeWithout(before, bought, at)).toBeNull();
  });
});

describe('ending the paid time of a payment', () => {
  let companyId: number;
  let userId: number;

  beforeEach(async () => {
    const company = await buildCompany(database.db, { plan: 'team', period_ends_at: inDays(10) });
    companyId = company.id;
    await database
      .db('subscriptions')
      .where('company_id', companyId)
      .update({ trial_ends_at: inDays(-90) });
    userId = (await buildUser(database.db, { company_id: companyId, role: 'admin' })).id;
  });

  const end = (payment: { id: number; merchant_oid: string }, when = at): Promise<Date | null> =>
    database.db.transaction((trx) =>
      endPaidTime(trx, contextAt(when), {
        payment: { ...payment, company_id: companyId, user_id: userId },
        cause: 'refunded',
      }),
    );

  it('changes the subscription as the rule says, and tells in its audit row of which payment', async () => {
    const payment = await paidPayment();
    expect(await end(payment)).toEqual(at);
    expect(await findSubscription(database.db, companyId)).toMatchObject({
      period_ends_at: at,
      cancels_at: at,
    });
    expect(await auditOf(database.db, companyId)).toMatchObject([
      {
        action_type: 'subscription_change',
        user_id: userId,
        details: {
          change: 'ended',
          cause: 'refunded',
          payment_id: payment.id,
          state_before: 'active',
          state_after: 'cancelled',
          paid_until_before: inDays(10).toISOString(),
          paid_until_after: at.toISOString(),
        },
      },
    ]);
    // A second refund of the same payment finds nothing left.
    expect(await end(payment)).toBeNull();
  });

  it('does nothing for a payment that never bought any', async () => {
    const payment = await buildPayment(database.db, {
      company_id: companyId,
      user_id: userId,
      status: 'review',
      review_reason: 'amount_below_order',
    });
    expect(await end(payment)).toBeNull();
    expect(await auditOf(database.db, companyId)).toEqual([]);
  });

  it('of a month that moved forward by another refund takes what is unused of it, and no day of a third one', async () => {
    await database
      .db('subscriptions')
      .where('company_id', companyId)
      .update({ period_ends_at: inDays(70) });
    const first = await paidPayment();
    const second = await paidPayment({ start: inDays(10), end: inDays(40) });
    const third = await paidPayment({ start: inDays(40), end: inDays(70) });
    // Ten days of the first month are left: the second one runs from now on, and the third one after it.
    expect(await end(first)).toEqual(inDays(60));
    // Twenty days later ten days of the second month are left.
    expect(await end(second, inDays(20))).toEqual(inDays(50));
    expect(await end(third, inDays(25))).toEqual(inDays(25));
  });

  it('of a month that moved forward is possible also when a smaller plan follows it by now', async () => {
    await database
      .db('subscriptions')
      .where('company_id', companyId)
      .update({ period_ends_at: inDays(40) });
    const first = await paidPayment();
    const second = await paidPayment({ start: inDays(10), end: inDays(40) });
    expect(await end(first)).toEqual(inDays(30));
    const ahead = { next_plan: 'starter', next_period_ends_at: inDays(60) };
    await database.db('subscriptions').where('company_id', companyId).update(ahead);
    await paidPayment({ plan: 'starter', start: inDays(30), end: inDays(60), issuedAt: inDays(1) });
    expect(await end(second, inDays(5))).toEqual(inDays(35));
  });

  async function paidPayment({
    plan = 'team',
    start = inDays(-20),
    end: periodEnd = inDays(10),
    issuedAt = inDays(-20),
  } = {}): Promise<{ id: number; merchant_oid: string }> {
    const payment = await buildPayment(database.db, {
      company_id: companyId,
      user_id: userId,
      status: 'success',
      paid_at: issuedAt,
      plan,
    });
    await database.db('invoices').insert({
      payment_id: payment.id,
      company_id: companyId,
      year: 2027,
      number: payment.id,
      invoice_no: `T${String(payment.id)}`,
      issued_at: issuedAt,
      plan,
      period_start: start,
      period_end: periodEnd,
      currency: 'TRY',
      total_minor: 149_900,
      tax_minor: 24_983,
      tax_percent: 20,
      buyer: '{}',
      seller: '{}',
    });
    return payment;
  }
});
