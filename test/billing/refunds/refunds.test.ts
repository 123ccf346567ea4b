import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RefundGuard } from '../../../src/billing/guards/refund-guard.ts';
import { createPaytr, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import { expirePendingPayments } from '../../../src/billing/settlement/expire-pending-payments.ts';
import { confirmRefund } from '../../../src/billing/refunds/confirm-refund.ts';
import { closeRefund, decideEffect, withdrawRefund } from '../../../src/billing/refunds/end-refund.ts';
import { reconcileRefunds } from '../../../src/billing/refunds/reconcile-refunds.ts';
import { requestRefund, type RefundWish } from '../../../src/billing/refunds/request-refund.ts';
import type { SentRefund } from '../../../src/billing/refunds/send-refund.ts';
import { findSubscription } from '../../../src/billing/queries.ts';
import { settleRefunds } from '../../../src/billing/refunds/settle-refunds.ts';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { startFakeMerchant, type FakeMerchant } from '../../support/sandbox-checkout.ts';
import { auditOf, contextAt, moneyState, notify } from '../scene.ts';
import { charge, chargeAndSettle, counting, givenBack } from './scene.ts';

const HOUR_MS = 3_600_000;
const PRICE = 149_900;

const test = useTestApp();
let gateway: FakePaytr;
let merchant: FakeMerchant;
let companyId: number;
let userId: number;
let operatorId: number;

beforeAll(async () => {
  merchant = await startFakeMerchant();
  gateway = await startFakePaytr({ callbackUrl: merchant.url });
  operatorId = (await buildUser(test.db, { role: 'operator', full_name: 'Olivia' })).id;
});
afterAll(async () => {
  await gateway.close();
  merchant.close();
});
beforeEach(async () => {
  companyId = (await buildCompany(test.db)).id;
  userId = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
  await test.forgetMails();
});

const later = (ms: number): Date => new Date(Date.now() + ms);

function asOlivia(at = new Date()): RequestContext {
  return { ...contextAt(at), actorType: 'operator', userId: operatorId };
}

const paid = (overrides = {}, charged: Record<string, string> = {}): Promise<string> =>
  chargeAndSettle(
    test.app,
    test.db,
    gateway,
    { company_id: companyId, user_id: userId, ...overrides },
    charged,
  );

interface Options {
  paytr?: Paytr;
  guards?: readonly RefundGuard[];
  at?: Date;
}

async function ask(merchantOid: string, wish: Partial<RefundWish> = {}, options: Options = {}) {
  const { paytr = gateway.paytr, guards = [], at } = options;
  return requestRefund(test.db, asOlivia(at), {
    merchantOid,
    amountMinor: null,
    policy: 'goodwill',
    reason: 'The service was away for a day',
    endsPaidTime: true,
    operatorId,
    ...wish,
    paytr,
    guards,
  });
}

async function confirm(merchantOid: string, refundId: number, options: Options = {}): Promise<SentRefund> {
  const { paytr = gateway.paytr, guards = [], at } = options;
  const parts = { paytr, guards, config: test.config, merchantOid, refundId, operatorId };
  const sent = await confirmRefund(test.db, asOlivia(at), parts);
  if (sent === undefined) throw new Error('no such refund');
  return sent;
}

/** Both steps. */
async function giveBack(merchantOid: string, wish: Partial<RefundWish> = {}, options: Options = {}) {
  const asked = await ask(merchantOid, wish, options);
  if (asked?.ok !== true) throw new Error(asked?.reason);
  return { id: asked.refund.id, sent: await confirm(merchantOid, asked.refund.id, options) };
}

const runJob = (at: Date, paytr: Paytr = gateway.paytr, guards: readonly RefundGuard[] = []) =>
  settleRefunds(test.db, contextAt(at), { paytr, guards, config: test.config });

/** A payment that put the larger plan in the place of the smaller one, until its end. */
async function upgraded(): Promise<string> {
  const { period_ends_at: end } = (await findSubscription(test.db, companyId)) ?? {};
  const part = { months: 1, days: 0, month_days: 30, credit_minor: 49_900, amount_minor: 100_000 };
  const price_facts = {
    ...{ list_version: 1, kind: 'fixed', currency: 'TRY' },
    prices: { starter: 49_900, team: PRICE, enterprise: 499_900 },
    upgrade: {
      parts: [{ ...part, plan: 'starter', until: end?.toISOString() ?? '' }],
      amount_minor: part.amount_minor,
    },
  };
  const price_list_id = test.db('price_lists').where('version', 1).select('id');
  const priced = { price_list_id, price_facts: JSON.stringify(price_facts) };
  return paid({ plan: 'team', amount_minor: part.amount_minor, ...priced });
}

const impatient = (): Paytr =>
  createPaytr({ ...FAKE_STORE, baseUrl: gateway.url, testMode: true, refundTimeoutSeconds: 0.3 });

const refundRow = (id: number) => test.db('refunds').where({ id }).first<Record<string, unknown>>();
const refundsOf = (merchantOid: string) =>
  test
    .db('refunds')
    .whereIn('payment_id', test.db('payments').where({ merchant_oid: merchantOid }).select('id'))
    .orderBy('id')
    .select<Record<string, unknown>[]>('source', 'state', 'amount_minor', 'reference_no', 'ends_paid_time');
const reversalsOf = () =>
  test
    .db('reversals')
    .where('company_id', companyId)
    .orderBy('id')
    .select<Record<string, unknown>[]>('reversal_no', 'total_minor', 'tax_minor', 'invoice_no');
const actionsSince = async (count: number): Promise<string[]> =>
  (await auditOf(test.db, companyId)).slice(count).map(({ action_type }) => action_type);

describe('a refund of everything', () => {
  it('in two steps: nothing is sent by the first, and by the second money, time, books, mail and evidence agree', async () => {
    const oid = await paid();
    await test.forgetMails();
    const before = (await auditOf(test.db, companyId)).length;
    const asked = await ask(oid);
    if (asked?.ok !== true) throw new Error(asked?.reason);
    expect(asked.refund).toMatchObject({ state: 'requested', amount_minor: PRICE, times_sent: 0 });
    expect(givenBack(gateway, oid)).toEqual([]);
    const at = new Date();
    expect(await confirm(oid, asked.refund.id, { at })).toMatchObject({ ok: true, state: 'done' });
    expect(givenBack(gateway, oid)).toEqual([[PRICE, asked.refund.reference_no]]);
    expect(await refundRow(asked.refund.id)).toMatchObject({
      state: 'done',
      requested_by: operatorId,
      confirmed_by: operatorId,
      times_sent: 1,
      decided_at: at,
    });
    const { payment, subscription, invoices } = await moneyState(test.db, companyId, oid);
    expect(payment.status).toBe('success');
    expect(subscription.period_ends_at).toEqual(at);
    const year = at.toLocaleDateString('en-US', { timeZone: 'Europe/Istanbul', year: 'numeric' });
    expect(await reversalsOf()).toEqual([
      {
        reversal_no: expect.stringMatching(new RegExp(`^YAR${year}\\d{9}$`)) as string,
        total_minor: PRICE,
        tax_minor: 24_983,
        invoice_no: invoices[0]?.invoice_no,
      },
    ]);
    const [mail, ...more] = await test.mails();
    expect(more).toEqual([]);
    expect(mail?.text).toContain('₺1,499.00');
    expect(mail?.text).toContain(String((await reversalsOf())[0]?.reversal_no));
    expect(mail?.text).toContain('the subscription of your company is cancelled');
    const rows = (await auditOf(test.db, companyId)).slice(before);
    expect(rows.map(({ action_type, actor_type, user_id }) => [action_type, actor_type, user_id])).toEqual(
      ['refund_requested', 'refund_sent', 'refund_completed', 'subscription_change', 'reversal_issued'].map(
        (action) => [action, 'operator', operatorId],
      ),
    );
    expect(rows[1]?.details).toMatchObject({
      merchant_oid: oid,
      amount_minor: PRICE,
      currency: 'TRY',
      reference_no: asked.refund.reference_no,
      policy: 'goodwill',
      refund_reason: 'The service was away for a day',
      ends_paid_time: true,
      on_behalf_of_company: companyId,
    });
    expect(rows[3]?.details).toMatchObject({
      change: 'ended',
      cause: 'refunded',
      plan_before: 'team',
      plan_after: 'trial',
      paid_until_after: at.toISOString(),
    });
  });

  it('leaves the paid time alone when that was chosen', async () => {
    const oid = await paid();
    const before = await moneyState(test.db, companyId, oid);
    await test.forgetMails();
    await giveBack(oid, { endsPaidTime: false });
    const after = await moneyState(test.db, companyId, oid);
    expect(after.subscription).toEqual(before.subscription);
    expect((await test.mails())[0]?.text).toContain('stay as they are');
    expect(await actionsSince(before.actions.length)).not.toContain('subscription_change');
  });

  it('takes the unused month off the end when another month follows it', async () => {
    const first = await paid();
    await paid();
    const { period_ends_at: end } = (await moneyState(test.db, companyId, first)).subscription;
    const [one] = (await moneyState(test.db, companyId, first)).invoices;
    const at = later(HOUR_MS);
    await test.forgetMails();
    await giveBack(first, {}, { at });
    expect((await test.mails())[0]?.text).toContain('ends earlier');
    const unused = one!.period_end.getTime() - at.getTime();
    const { subscription } = await moneyState(test.db, companyId, first);
    expect(subscription.period_ends_at?.getTime()).toBe(end!.getTime() - unused);
  });

  it('of a month that has been converted into a larger plan takes no time from it', async () => {
    const small = await paid({ plan: 'starter', amount_minor: 49_900 });
    await paid({ plan: 'enterprise', amount_minor: 499_900 });
    const before = (await moneyState(test.db, companyId, small)).subscription;
    await giveBack(small);
    expect((await moneyState(test.db, companyId, small)).subscription).toEqual(before);
  });

  it('of an upgrade brings the smaller plan back, with the end that its month had', async () => {
    await paid({ plan: 'starter', amount_minor: 49_900 });
    const oid = await upgraded();
    const before = (await moneyState(test.db, companyId, oid)).subscription;
    expect(before.plan).toBe('team');
    await test.forgetMails();
    await giveBack(oid);
    const after = (await moneyState(test.db, companyId, oid)).subscription;
    const updated_at = expect.any(Date) as Date;
    expect(after).toEqual({ ...before, plan: 'starter', updated_at });
    const [mail] = await test.mails();
    expect(mail?.text).toContain('the smaller plan is in force again');
    expect((await reversalsOf()).map(({ total_minor }) => total_minor)).toEqual([100_000]);
  });

  it('of a larger month ends at once, though its months were counted from a day to come', async () => {
    await paid({ plan: 'starter', amount_minor: 49_900 });
    const large = await paid({ plan: 'team', amount_minor: PRICE });
    const at = later(1000);
    await giveBack(large, {}, { at });
    expect((await moneyState(test.db, companyId, large)).subscription.period_ends_at).toEqual(at);
  });

  it('includes an instalment surcharge: what was charged goes back, not what was ordered', async () => {
    const oid = await paid({}, { total_amount: '165000' });
    await giveBack(oid);
    expect(givenBack(gateway, oid)).toEqual([[165_000, expect.any(String)]]);
    expect(await reversalsOf()).toMatchObject([{ total_minor: 165_000 }]);
  });

  it('of a charge in review lets it leave the review, with the reason kept, and no notification brings it back', async () => {
    const oid = await paid({}, { total_amount: '100000' });
    expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('review');
    await giveBack(oid, { amountMinor: 40_000 });
    expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('review');
    await giveBack(oid);
    const { payment, invoices, subscription, actions } = await moneyState(test.db, companyId, oid);
    expect(payment).toMatchObject({ status: 'refunded', review_reason: 'amount_below_order' });
    expect(invoices).toEqual([]);
    expect(await reversalsOf()).toEqual([]);
    expect(actions.at(-1)).toBe('payment_returned');
    for (const body of [
      gateway.sandbox.callbackBody(oid),
      signedCallback({ merchant_oid: oid, total_amount: String(PRICE) }),
      signedCallback({ merchant_oid: oid, total_amount: '0', status: 'failed' }),
    ])
      expect((await notify(test.app, body)).text).toBe('OK');
    const now = await moneyState(test.db, companyId, oid);
    expect(now.payment.status).toBe('refunded');
    expect(now.subscription).toEqual(subscription);
  });
});

describe('refunds in parts', () => {
  it('go on until all is given back, and have the tax of the invoice between them', async () => {
    const oid = await paid();
    for (const amountMinor of [1, 10_001, 77_777]) await giveBack(oid, { amountMinor, endsPaidTime: false });
    const over = await ask(oid, { amountMinor: PRICE - 87_779 + 1 });
    expect(over).toMatchObject({ ok: false, reason: 'too-much', remainingMinor: PRICE - 87_779 });
    await giveBack(oid, { endsPaidTime: false });
    expect(await ask(oid)).toMatchObject({ ok: false, reason: 'nothing-left' });
    const reversals = await reversalsOf();
    const sum = (column: string): number => reversals.reduce((total, row) => total + Number(row[column]), 0);
    expect(reversals).toHaveLength(4);
    expect([sum('total_minor'), sum('tax_minor')]).toEqual([PRICE, 24_983]);
    const refused = (await auditOf(test.db, companyId)).filter(({ success }) => !success);
    expect(refused.map(({ action_type, error_message }) => [action_type, error_message])).toEqual([
      ['refund_requested', 'too-much'],
      ['refund_requested', 'nothing-left'],
    ]);
  });

  it('take the paid time back once', async () => {
    const oid = await paid();
    const at = later(1000);
    await giveBack(oid, { amountMinor: 100 }, { at });
    await giveBack(oid, { amountMinor: 100 }, { at: later(2000) });
    expect((await moneyState(test.db, companyId, oid)).subscription.period_ends_at).toEqual(at);
  });

  it('leave the months of other payments alone, once the first of them has taken its own back', async () => {
    const oid = await paid();
    await paid();
    await giveBack(oid, { amountMinor: 100 }, { at: later(1000) });
    const { subscription } = await moneyState(test.db, companyId, oid);
    await giveBack(oid, { amountMinor: 100 }, { at: later(2000) });
    expect((await moneyState(test.db, companyId, oid)).subscription).toEqual(subscription);
  });

  it('asked for by two people at once come to one, and so do two confirmations', async () => {
    const oid = await paid();
    const asked = await Promise.all([ask(oid), ask(oid), ask(oid, { amountMinor: 100 })]);
    const won = asked.flatMap((each) => (each?.ok === true ? [each.refund] : []));
    expect(won).toHaveLength(1);
    expect(asked.filter((each) => each?.ok === false && each.reason === 'under-way')).toHaveLength(2);
    const paytr = counting(gateway.paytr);
    const ids = [won[0]!.id, won[0]!.id, won[0]!.id];
    const sent = await Promise.all(ids.map((id) => confirm(oid, id, { paytr })));
    expect(sent.filter(({ ok }) => ok)).toHaveLength(1);
    expect(paytr.sent).toBe(1);
    expect(givenBack(gateway, oid)).toHaveLength(1);
    expect(await reversalsOf()).toHaveLength(1);
  });

  it('beyond what is left are refused by the second step as well, when the panel was faster', async () => {
    const oid = await paid();
    const asked = await ask(oid);
    if (asked?.ok !== true) throw new Error(asked?.reason);
    gateway.sandbox.refundInPanel(oid, 100_000);
    // PayTR knows of it and we do not: PayTR refuses, is asked, and then we know.
    expect(await confirm(oid, asked.refund.id)).toMatchObject({ state: 'refused' });
    expect(await refundsOf(oid)).toMatchObject([
      { source: 'ours', state: 'refused' },
      { source: 'panel', state: 'done', amount_minor: 100_000, ends_paid_time: null },
    ]);
    expect(await ask(oid, { amountMinor: 49_901 })).toMatchObject({
      reason: 'too-much',
      remainingMinor: 49_900,
    });
    expect((await giveBack(oid)).sent).toMatchObject({ state: 'done' });
    expect(await reversalsOf()).toMatchObject([{ total_minor: 100_000 }, { total_minor: 49_900 }]);
  });

  it('are not asked for when nothing was charged, or nobody knows the order', async () => {
    expect(await ask('NOBODY')).toBeUndefined();
    const oid = await charge(test.db, gateway, { company_id: companyId, user_id: userId });
    expect(await ask(oid)).toMatchObject({ ok: false, reason: 'not-charged' });
  });

  it('may be withdrawn before they are made, and not after', async () => {
    const oid = await paid();
    const asked = await ask(oid);
    if (asked?.ok !== true) throw new Error(asked?.reason);
    const one = { merchantOid: oid, refundId: asked.refund.id };
    expect(await withdrawRefund(test.db, asOlivia(), one)).toBe(true);
    expect(await withdrawRefund(test.db, asOlivia(), one)).toBe(false);
    expect(await confirm(oid, asked.refund.id)).toEqual({ ok: false, state: 'withdrawn', refusal: null });
    const { id } = await giveBack(oid);
    expect(await withdrawRefund(test.db, asOlivia(), { merchantOid: oid, refundId: id })).toBe(false);
    const other = await paid();
    expect(await withdrawRefund(test.db, asOlivia(), { merchantOid: other, refundId: id })).toBeUndefined();
    expect(givenBack(gateway, oid)).toHaveLength(1);
  });
});

describe('money in dispute', () => {
  const inDispute: RefundGuard = async (trx, { id }) => {
    const row = await trx('payments').where({ id }).first<{ id: number }>('id');
    return row.id === id ? { reason: 'in-dispute', details: { case: 'CB-7' } } : null;
  };

  it('is not given back: not asked for, not confirmed, not sent again, and each refusal is evidence', async () => {
    const oid = await paid();
    expect(await ask(oid, {}, { guards: [inDispute] })).toMatchObject({ ok: false, reason: 'in-dispute' });
    const asked = await ask(oid);
    if (asked?.ok !== true) throw new Error(asked?.reason);
    const paytr = counting(gateway.paytr);
    const stopped = await confirm(oid, asked.refund.id, { paytr, guards: [inDispute] });
    expect(stopped).toMatchObject({ ok: false, state: 'requested', refusal: { reason: 'in-dispute' } });
    gateway.sandbox.failNextRefund('locked');
    expect(await confirm(oid, asked.refund.id, { paytr })).toMatchObject({ state: 'waiting' });
    await runJob(later(HOUR_MS), paytr, [inDispute]);
    expect(await refundRow(asked.refund.id)).toMatchObject({ state: 'refused', gateway_code: '000' });
    expect(paytr.sent).toBe(1);
    expect(givenBack(gateway, oid)).toEqual([]);
    const refused = (await auditOf(test.db, companyId)).filter((row) => row.error_message === 'in-dispute');
    expect(refused.map(({ action_type, details }) => [action_type, details.case])).toEqual([
      ['refund_requested', 'CB-7'],
      ['refund_sent', 'CB-7'],
      ['refund_refused', 'CB-7'],
    ]);
  });
});

describe('a refund without a clear answer', () => {
  it.each(['hang', 'late', 'lost', '500', 'html'] as const)(
    'is unknown and is never sent again, whatever was the matter: %s',
    async (fault) => {
      const oid = await paid();
      gateway.sandbox.failNextRefund(fault);
      // Only a call that is never answered has to be given up soon.
      const isSilent = fault === 'hang' || fault === 'late';
      const paytr = counting(isSilent ? impatient() : gateway.paytr);
      const { id, sent } = await giveBack(oid, {}, { paytr });
      expect(sent).toMatchObject({ ok: true, state: 'unknown' });
      expect(await ask(oid)).toMatchObject({ ok: false, reason: 'under-way' });
      for (const hours of [1, 3, 30, 60, 90, 120, 150, 200]) await runJob(later(hours * HOUR_MS), paytr);
      expect(paytr.sent).toBe(1);
      const wasMade = fault === 'lost' || fault === 'late';
      expect(givenBack(gateway, oid)).toHaveLength(wasMade ? 1 : 0);
      expect(await refundRow(id)).toMatchObject(
        wasMade ? { state: 'done', asks: 0 } : { state: 'unknown', asks: 7, ask_again_at: null },
      );
      expect(await reversalsOf()).toHaveLength(wasMade ? 1 : 0);
      const actions = (await auditOf(test.db, companyId)).map(({ action_type }) => action_type);
      expect(actions.includes('refund_unanswered')).toBe(true);
      expect(actions.includes('refund_completed')).toBe(wasMade);
    },
  );

  it('that reached PayTR two times is in the books two times, once somebody asks', async () => {
    const oid = await paid();
    gateway.sandbox.failNextRefund('twice');
    const { sent } = await giveBack(oid, { amountMinor: 10_000, endsPaidTime: false });
    expect(sent).toMatchObject({ ok: true, state: 'done' });
    const asked = await reconcileRefunds(test.db, asOlivia(), {
      ...{ merchantOid: oid, paytr: gateway.paytr, config: test.config },
    });
    expect(asked).toMatchObject({ made: 0, foreign: 1 });
    expect(await refundsOf(oid)).toMatchObject([
      { source: 'ours', state: 'done', amount_minor: 10_000 },
      { source: 'panel', state: 'done', amount_minor: 10_000, ends_paid_time: null },
    ]);
    expect((await reversalsOf()).map(({ total_minor }) => total_minor)).toEqual([10_000, 10_000]);
    expect(await ask(oid, { amountMinor: PRICE - 20_000 + 1 })).toMatchObject({ reason: 'too-much' });
  });

  it('is done as soon as PayTR lists it, and the books, the mail and the row say so once', async () => {
    const oid = await paid();
    await test.forgetMails();
    gateway.sandbox.failNextRefund('lost');
    const { id } = await giveBack(oid);
    const before = (await auditOf(test.db, companyId)).length;
    const both = [reconcile(oid), reconcile(oid)];
    expect((await Promise.all(both)).map((each) => each?.made).sort()).toEqual([0, 1]);
    expect(await refundRow(id)).toMatchObject({ state: 'done' });
    expect(await test.mails()).toHaveLength(1);
    expect(await reversalsOf()).toHaveLength(1);
    const rows = (await auditOf(test.db, companyId)).slice(before);
    expect(rows[0]).toMatchObject({ action_type: 'refund_completed', actor_type: 'system', user_id: userId });
    expect(rows[0]?.details).toMatchObject({ known_by: 'status-query' });
  });

  it('is found when the process died between sending and writing down, and is asked about', async () => {
    for (const wasSent of [true, false]) {
      const oid = await paid();
      const dies: Paytr = {
        ...gateway.paytr,
        sendRefund: async (refund) => {
          if (wasSent) await gateway.paytr.sendRefund(refund);
          throw new Error('killed');
        },
      };
      const asked = await ask(oid);
      if (asked?.ok !== true) throw new Error(asked?.reason);
      await expect(confirm(oid, asked.refund.id, { paytr: dies })).rejects.toThrow('killed');
      expect(await refundRow(asked.refund.id)).toMatchObject({ state: 'sent' });
      await runJob(later(60_000));
      expect(await refundRow(asked.refund.id)).toMatchObject({ state: 'sent' });
      const paytr = counting(gateway.paytr);
      await runJob(later(11 * 60_000), paytr);
      expect(paytr.sent).toBe(0);
      expect(await refundRow(asked.refund.id)).toMatchObject({ state: wasSent ? 'done' : 'unknown' });
      const rows = (await auditOf(test.db, companyId)).filter((row) => row.details.merchant_oid === oid);
      expect(rows).toContainEqual(
        expect.objectContaining({ action_type: 'refund_unanswered', error_message: 'never-answered' }),
      );
    }
  });

  it('is closed by a person only after PayTR has answered and not listed it, an hour later', async () => {
    const oid = await paid();
    gateway.sandbox.failNextRefund('500');
    const { id } = await giveBack(oid);
    const close = (): Promise<boolean | undefined> =>
      closeRefund(test.db, asOlivia(), {
        merchantOid: oid,
        refundId: id,
        operatorId,
        note: 'The panel does not have it',
      });
    expect(await close()).toBe(false);
    await reconcile(oid);
    expect(await close()).toBe(false);
    await reconcile(oid, gateway.paytr, later(HOUR_MS + 1000));
    expect(await close()).toBe(true);
    expect(await close()).toBe(false);
    expect(await refundRow(id)).toMatchObject({ state: 'refused', closed_by: operatorId });
    expect((await auditOf(test.db, companyId)).at(-1)).toMatchObject({
      action_type: 'refund_closed',
      details: { note: 'The panel does not have it' },
    });
    expect((await giveBack(oid)).sent).toMatchObject({ state: 'done' });
  });

  it('that was closed, and turns up after all, is in the books as one of the panel', async () => {
    const oid = await paid();
    gateway.sandbox.failNextRefund('lost');
    const { id } = await giveBack(oid, { amountMinor: 1000 });
    await test
      .db('refunds')
      .where({ id })
      .update({ not_listed_at: later(2 * HOUR_MS) });
    const one = { merchantOid: oid, refundId: id, operatorId, note: 'Not seen' };
    expect(await closeRefund(test.db, asOlivia(), one)).toBe(true);
    expect(await reconcile(oid)).toMatchObject({ made: 0, foreign: 1 });
    expect(await reconcile(oid)).toMatchObject({ made: 0, foreign: 0 });
    expect(await reversalsOf()).toMatchObject([{ total_minor: 1000 }]);
  });

  it('stays as it is while PayTR is silent, or its list cannot be read', async () => {
    const oid = await paid();
    gateway.sandbox.failNextRefund('lost');
    const { id } = await giveBack(oid);
    const silent: Paytr = {
      ...gateway.paytr,
      queryStatus: () => Promise.resolve({ ok: false, reason: 'timeout', gatewayMessage: 'No answer' }),
    };
    const odd: Paytr = {
      ...gateway.paytr,
      queryStatus: async (order) => {
        const answer = await gateway.paytr.queryStatus(order);
        return answer.ok ? { ...answer, returned: null, returns: 'iade edildi' } : answer;
      },
    };
    for (const [hours, paytr] of [
      [1, silent],
      [3, odd],
    ] as const) {
      await runJob(later(hours * HOUR_MS), paytr);
      expect(await refundRow(id)).toMatchObject({ state: 'unknown', not_listed_at: null });
    }
    await runJob(later(30 * HOUR_MS));
    expect(await refundRow(id)).toMatchObject({ state: 'done' });
  });
});

function reconcile(merchantOid: string, paytr: Paytr = gateway.paytr, at = new Date()) {
  return reconcileRefunds(test.db, contextAt(at), { merchantOid, paytr, config: test.config });
}

describe('a refund that PayTR cannot make yet', () => {
  it.each([
    ['locked', '000', 15],
    ['low-balance', '010', 60],
  ] as const)('(%s) waits, and is sent again under the same number', async (fault, code, minutes) => {
    const oid = await paid();
    const at = new Date();
    const paytr = counting(gateway.paytr);
    gateway.sandbox.failNextRefund(fault);
    const { id, sent } = await giveBack(oid, {}, { paytr, at });
    expect(sent).toMatchObject({ ok: true, state: 'waiting' });
    expect(await refundRow(id)).toMatchObject({
      gateway_code: code,
      send_again_at: new Date(at.getTime() + minutes * 60_000),
    });
    await runJob(new Date(at.getTime() + (minutes - 1) * 60_000), paytr);
    expect(paytr.sent).toBe(1);
    gateway.sandbox.failNextRefund(fault);
    await runJob(new Date(at.getTime() + minutes * 60_000), paytr);
    expect(await refundRow(id)).toMatchObject({ state: 'waiting', times_sent: 2 });
    await runJob(later(2 * minutes * 60_000 + HOUR_MS), paytr);
    expect(await refundRow(id)).toMatchObject({ state: 'done', times_sent: 3 });
    expect(givenBack(gateway, oid)).toHaveLength(1);
    const sends = (await auditOf(test.db, companyId)).filter((row) => row.action_type === 'refund_sent');
    expect(new Set(sends.map((row) => row.details.reference_no)).size).toBe(1);
  });

  it('since our OK has not reached it (007), or since it was not reached at all, waits as well', async () => {
    merchant.answer = { status: 500, body: '' };
    const oid = await paid();
    merchant.answer = { status: 200, body: 'OK' };
    const { id } = await giveBack(oid);
    expect(await refundRow(id)).toMatchObject({ state: 'waiting', gateway_code: '007' });
    const away: Paytr = {
      ...gateway.paytr,
      sendRefund: () =>
        Promise.resolve({ ok: false, reason: 'unreachable', gatewayMessage: 'refused', neverSent: true }),
    };
    await runJob(later(HOUR_MS), away);
    expect(await refundRow(id)).toMatchObject({ state: 'waiting', gateway_code: null, times_sent: 2 });
    await gateway.sandbox.deliver(oid);
    await runJob(later(2 * HOUR_MS));
    expect(await refundRow(id)).toMatchObject({ state: 'done' });
  });

  it('may be withdrawn meanwhile, and is given up after a week', async () => {
    const oid = await paid();
    gateway.sandbox.failNextRefund('locked');
    const { id } = await giveBack(oid);
    expect(await withdrawRefund(test.db, asOlivia(), { merchantOid: oid, refundId: id })).toBe(true);
    gateway.sandbox.failNextRefund('locked');
    const again = await giveBack(oid);
    gateway.sandbox.failNextRefund('locked');
    await runJob(later(7 * 24 * HOUR_MS));
    expect(await refundRow(again.id)).toMatchObject({ state: 'refused', gateway_code: '000' });
    expect(givenBack(gateway, oid)).toEqual([]);
  });

  it('never can be made when it says so for good', async () => {
    const oid = await paid();
    gateway.sandbox.refundInPanel(oid, PRICE);
    gateway.sandbox.failNextRefund('over-as-006');
    const { id, sent } = await giveBack(oid);
    expect(sent).toMatchObject({ ok: true, state: 'refused' });
    expect(await refundRow(id)).toMatchObject({ gateway_code: '006', times_sent: 1 });
  });
});

describe('a refund made in PayTR’s panel', () => {
  it('is found by a status query: row, reversal, mail, evidence, each once; the paid time waits for a person', async () => {
    const oid = await paid();
    await test.forgetMails();
    const before = await moneyState(test.db, companyId, oid);
    gateway.sandbox.refundInPanel(oid, 5000);
    gateway.sandbox.refundInPanel(oid, 5000);
    expect(await reconcile(oid)).toMatchObject({ made: 0, foreign: 2 });
    expect(await reconcile(oid)).toMatchObject({ made: 0, foreign: 0 });
    gateway.sandbox.refundInPanel(oid, 5000);
    await giveBack(oid, { amountMinor: 5000, endsPaidTime: false });
    expect(await reconcile(oid)).toMatchObject({ made: 0, foreign: 1 });
    expect((await refundsOf(oid)).map(({ source, amount_minor }) => [source, amount_minor])).toEqual([
      ['panel', 5000],
      ['panel', 5000],
      ['ours', 5000],
      ['panel', 5000],
    ]);
    expect(await reversalsOf()).toHaveLength(4);
    expect(await test.mails()).toHaveLength(4);
    const now = await moneyState(test.db, companyId, oid);
    expect(now.subscription).toEqual(before.subscription);
    expect((await actionsSince(before.actions.length)).slice(0, 4)).toEqual([
      'refund_discovered',
      'reversal_issued',
      'refund_discovered',
      'reversal_issued',
    ]);
  });

  it('ends the paid time when a person says so, once', async () => {
    const oid = await paid();
    gateway.sandbox.refundInPanel(oid, PRICE);
    await reconcile(oid);
    const [found] = await test.db('refunds').where('company_id', companyId).select<{ id: number }[]>('id');
    const at = later(1000);
    const decide = (endsPaidTime: boolean): Promise<boolean | undefined> =>
      decideEffect(test.db, asOlivia(at), {
        merchantOid: oid,
        refundId: found!.id,
        endsPaidTime,
        policy: 'withdrawal',
        reason: 'Withdrew by phone',
      });
    expect(await decide(true)).toBe(true);
    expect(await decide(false)).toBe(false);
    expect((await moneyState(test.db, companyId, oid)).subscription.period_ends_at).toEqual(at);
    expect((await actionsSince(0)).slice(-2)).toEqual(['refund_effect_decided', 'subscription_change']);
  });

  it('of a charge that nobody had reported is in the books when it is found, and the charge stays in review', async () => {
    const oid = await charge(test.db, gateway, {
      company_id: companyId,
      user_id: userId,
      created_at: new Date(Date.now() - HOUR_MS),
    });
    gateway.sandbox.refundInPanel(oid, 100);
    await expirePendingPayments(test.db, contextAt(new Date()), { ...test.deps, paytr: gateway.paytr });
    expect((await moneyState(test.db, companyId, oid)).payment.review_reason).toBe('refunded');
    expect(await refundsOf(oid)).toMatchObject([{ source: 'panel', amount_minor: 100 }]);
  });
});

describe('what a refund says', () => {
  it('is not rewritten by the app: neither what was asked for, nor what was decided', async () => {
    const oid = await paid();
    const { id } = await giveBack(oid);
    for (const change of [
      { amount_minor: 1 },
      { reason: 'another' },
      { ends_paid_time: false },
      { state: 'refused' },
      { reference_no: 'R1' },
      { requested_by: userId },
      { decided_at: later(1) },
    ])
      await expect(test.db('refunds').where({ id }).update(change)).rejects.toMatchObject({ code: '42501' });
    await expect(test.db('refunds').where({ id }).delete()).rejects.toThrow();
    await expect(test.db('reversals').update({ total_minor: 1 })).rejects.toThrow();
  });
});
