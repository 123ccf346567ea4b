import { beforeEach, describe, expect, it } from 'vitest';
import { readPaytrNotification } from '../../../src/billing/paytr/notification.ts';
import { settlePayment } from '../../../src/billing/settlement/settle-payment.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../../support/fake-paytr.ts';
import { contextAt } from '../scene.ts';

const test = useTestApp();
const at = new Date('2027-03-10T10:00:00Z');
const end = new Date('2027-03-20T10:00:00Z');
let companyId: number;
let userId: number;

beforeEach(async () => {
  companyId = (await buildCompany(test.db)).id;
  userId = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
});

async function payFor(plan: string, change: Record<string, unknown> = {}): Promise<void> {
  const owner = { company_id: companyId, user_id: userId };
  const { merchant_oid } = await buildPayment(test.db, { ...owner, plan, ...change });
  const rawBody = Buffer.from(signedCallback({ merchant_oid, total_amount: '600000' }));
  const reading = readPaytrNotification(FAKE_STORE, rawBody);
  if (!reading.ok) throw new Error(reading.reason);
  const { notification } = reading;
  const paid = await settlePayment(test.db, contextAt(at), { notification, rawBody, config: test.config });
  expect(paid).toEqual({ outcome: 'paid' });
}

const has = (columns: Record<string, unknown>): Promise<unknown> =>
  test.db('subscriptions').where('company_id', companyId).update(columns);
const subscription = (): Promise<unknown> => test.db('subscriptions').where('company_id', companyId).first();

describe('a month', () => {
  it('of a smaller plan follows the larger one, which ends when it would have', async () => {
    await has({ plan: 'team', period_started_at: new Date('2027-02-20T10:00:00Z'), period_ends_at: end });
    await has({ wanted_plan: 'starter' });
    await payFor('starter');
    const monthLater = new Date('2027-04-20T10:00:00Z');
    expect(await subscription()).toMatchObject({
      ...{ plan: 'team', period_ends_at: end, next_plan: 'starter', next_period_ends_at: monthLater },
      ...{ wanted_plan: null },
    });
  });

  it('of the larger plan stays behind an upgrade to it', async () => {
    const ahead = new Date('2027-04-20T10:00:00Z');
    await has({ plan: 'starter', period_started_at: new Date('2027-02-20T10:00:00Z'), period_ends_at: end });
    await has({ next_plan: 'team', next_period_ends_at: ahead });
    const part = { plan: 'starter', until: end.toISOString(), months: 0, days: 10, month_days: 28 };
    const upgrade = { parts: [{ ...part, credit_minor: 1, amount_minor: 100 }], amount_minor: 100 };
    const prices = { starter: 1, team: 2, enterprise: 3 };
    const price_facts = { list_version: 1, kind: 'fixed', currency: 'TRY', prices, upgrade };
    await payFor('team', { price_list_id: 1, price_facts: JSON.stringify(price_facts) });
    expect(await subscription()).toMatchObject({ plan: 'team', period_ends_at: ahead, next_plan: null });
  });

  it('after a cancellation at once goes on with the paid time that was given up, and follows it', async () => {
    await has({ plan: 'team', period_started_at: new Date('2027-02-20T10:00:00Z'), period_ends_at: end });
    await has({ cancel_requested_at: at, cancels_at: at });
    await payFor('team');
    const monthLater = new Date('2027-04-20T10:00:00Z');
    expect(await subscription()).toMatchObject({
      ...{ plan: 'team', period_ends_at: monthLater, cancels_at: null, cancel_requested_at: null },
    });
  });

  it('after a refund that ended the paid time begins at its payment: nothing is left', async () => {
    await has({ plan: 'team', period_started_at: new Date('2027-02-20T10:00:00Z'), period_ends_at: at });
    await has({ cancel_requested_at: at, cancels_at: at });
    await payFor('team');
    expect(await subscription()).toMatchObject({ period_ends_at: new Date('2027-04-10T10:00:00Z') });
  });

  it('a few hours of a larger plan bring no days of grace of it, and its first whole month does', async () => {
    const start = new Date('2027-02-10T20:00:00Z');
    const soon = new Date('2027-03-10T20:00:00Z');
    await has({ plan: 'starter', period_started_at: start, period_ends_at: soon });
    const part = { plan: 'starter', until: soon.toISOString(), months: 0, days: 0, month_days: 28 };
    const upgrade = { parts: [{ ...part, credit_minor: 1, amount_minor: 0 }], amount_minor: 100 };
    const prices = { starter: 1, team: 2, enterprise: 3 };
    const price_facts = { list_version: 1, kind: 'fixed', currency: 'TRY', prices, upgrade };
    await payFor('team', { price_list_id: 1, price_facts: JSON.stringify(price_facts) });
    expect(await subscription()).toMatchObject({ plan: 'team', grace_plan: 'starter' });
    await payFor('team');
    expect(await subscription()).toMatchObject({ plan: 'team', grace_plan: null });
  });
});
