import { beforeEach, describe, expect, it } from 'vitest';
import { expirePendingPayments } from '../../../src/billing/settlement/expire-pending-payments.ts';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { findInTables } from '../../support/postgres/find-in-tables.ts';
import type { ReadMail } from '../../support/read-mails.ts';
import { auditOf, contextAt } from '../scene.ts';
import { addPriceList, EUR_BASED } from '../prices/price-scene.ts';
import { DAY_MS, useCards } from './scene.ts';

const scene = useCards({ PAYTR_CURRENCIES: 'TRY,EUR' });
const HOUR_MS = 3_600_000;

interface Renewal {
  state: string;
  tries: number;
  ended_as: string | null;
  charge_from: Date;
  next_try_at: Date | null;
  amount_minor: number;
}
const renewal = async (): Promise<Renewal | undefined> =>
  scene.test
    .db('card_renewals')
    .where('company_id', scene.cast.acme.id)
    .orderBy('due_at', 'desc')
    .first<Renewal | undefined>('*');
/** The payments of Acme after the one with which the card was stored. */
const charges = async (): Promise<
  { id: number; status: string; merchant_oid: string; user_id: number; client_ip: string | null }[]
> =>
  (
    await scene.test
      .db('payments')
      .where('company_id', scene.cast.acme.id)
      .orderBy('id')
      .select<
        { id: number; status: string; merchant_oid: string; user_id: number; client_ip: string | null }[]
      >('*')
  ).slice(1);
/** The charges of Acme that the gateway has got, whatever became of them. */
const sent = async (): Promise<number> => {
  const ours = (await charges()).map(({ merchant_oid }) => merchant_oid);
  return scene.gateway.sandbox.transactions().filter(({ merchantOid }) => ours.includes(merchantOid)).length;
};
const paidUntil = async (): Promise<Date | undefined> =>
  (
    await scene.test
      .db('subscriptions')
      .where('company_id', scene.cast.acme.id)
      .first<{ period_ends_at: Date } | undefined>('period_ends_at')
  )?.period_ends_at;
const actions = async (): Promise<string[]> =>
  (await auditOf(scene.test.db, scene.cast.acme.id)).map(({ action_type }) => action_type);
const reminders = async (): Promise<ReadMail[]> =>
  (await scene.test.mails()).filter(({ subject }) => !subject.startsWith('Your order terms'));
const later = (ms: number): Date => new Date(Date.now() + ms);
/** The gateway's client, with another charge. */
const withCharge = (chargeCard: Paytr['chargeCard']): Paytr => ({ ...scene.gateway.paytr, chargeCard });

beforeEach(async () => {
  await scene.storeCard();
});

describe('the mail before a charge', () => {
  it('names amount, day and card at least seven days before, with links to remove the card and to cancel', async () => {
    const dueAt = await scene.announce();
    const [mail, ...others] = await reminders();
    expect(others).toEqual([]);
    expect(mail?.subject).toMatch(/^YouAreCoder: ₺1,499\.00 will be charged on \d.* for Professional$/);
    expect(mail?.text).toMatch(/Amount, VAT included: ₺1,499\.00\n/);
    expect(mail?.text).toContain('Card: 435508••••••4358 · AXESS');
    expect(mail?.text).toMatch(/\/billing\/card\n[\s\S]*\/billing\/cancel\n/);
    expect(mail?.text).not.toContain('/billing/order/');
    const announced = await renewal();
    expect(announced).toMatchObject({ state: 'waiting', amount_minor: 149_900, tries: 0 });
    expect(announced!.charge_from.getTime()).toBeLessThanOrEqual(dueAt.getTime());
    expect(await actions()).toContain('card_renewal_announced');
    const page = await scene.alice.get('/billing');
    expect(page.text).toMatch(/The card 435508••••••4358 · AXESS is charged on/);
    expect(page.text).not.toContain('Pay ₺1,499.00 now');
  });

  it('that came late moves the charge: seven days lie between them, or nothing is charged at all', async () => {
    const dueAt = new Date(Date.now() + DAY_MS);
    await scene.test
      .db('subscriptions')
      .where('company_id', scene.cast.acme.id)
      .update({
        ...{
          trial_ends_at: later(-60 * DAY_MS),
          period_started_at: later(-29 * DAY_MS),
          period_ends_at: dueAt,
        },
      });
    await scene.test
      .db('subscription_notices')
      .where('company_id', scene.cast.acme.id)
      .delete()
      .catch(() => 0);
    await scene.notices(new Date(dueAt.getTime() - 2 * DAY_MS));
    expect((await renewal())?.charge_from).toEqual(new Date(dueAt.getTime() + 5 * DAY_MS));
    await scene.tend(new Date(dueAt.getTime() + 4.9 * DAY_MS));
    expect(await charges()).toEqual([]);
    await scene.tend(new Date(dueAt.getTime() + 5.1 * DAY_MS));
    expect(await charges()).toMatchObject([{ status: 'success' }]);
  });

  it('announces no charge in another currency than the usual one, which has no rate just now: a person decides', async () => {
    const { ownerDb } = scene.test.database;
    const list = await addPriceList(ownerDb, { version: 99, effective_from: new Date(), ...EUR_BASED });
    await scene.announce(later(8 * DAY_MS));
    const [mail] = await reminders();
    await ownerDb.raw(
      `begin; set local session_replication_role = replica;
       delete from price_list_items where price_list_id = ${String(list)};
       delete from price_lists where id = ${String(list)}; commit`,
    );
    expect(await renewal()).toBeUndefined();
    expect(mail?.text).toContain('/billing/order/team?currency=EUR');
    expect(mail?.text.replaceAll(/\s+/g, ' ')).toContain(
      'Prices in TRY are made with a rate of the Turkish central bank, which we do not have yet.',
    );
  });

  it('goes out with a link, as ever, when the person who agreed has left', async () => {
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ deactivated_at: new Date() });
    await scene.test.db('users').where('id', scene.cast.bob.id).update({ role: 'admin' });
    await scene.announce();
    expect((await reminders())[0]?.text).toContain('/billing/order/team?currency=TRY');
    expect(await renewal()).toBeUndefined();
  });
});

describe('the charge on the day on which the paid time ends', () => {
  it('is made once, and has its price, period, receipt, mail and audit rows as every payment', async () => {
    const dueAt = await scene.announce();
    expect(await scene.tend()).toMatchObject({ charged: 1 });
    for (const hours of [0, 1, 30, 300]) await scene.tend(later(hours * HOUR_MS));
    const [charge, ...others] = await charges();
    expect(others).toEqual([]);
    expect(charge).toMatchObject({ status: 'success', user_id: scene.cast.alice.id, client_ip: null });
    expect(await sent()).toBe(1);
    const invoice = await scene.test
      .db('invoices')
      .where('payment_id', charge?.id)
      .first<{ period_start: Date; total_minor: number }>('*');
    expect(invoice).toMatchObject({ period_start: dueAt, total_minor: 149_900 });
    expect((await paidUntil())?.getTime()).toBeGreaterThan(dueAt.getTime() + 27 * DAY_MS);
    const subjects = (await scene.test.mails()).map(({ subject }) => subject);
    expect(subjects.filter((subject) => /Receipt|receipt/.test(subject))).toHaveLength(1);
    expect(await renewal()).toMatchObject({ state: 'paid', tries: 1 });
    expect((await actions()).slice(-6)).toEqual([
      'card_renewal_announced',
      'payment_card_charge_sent',
      'subscription_change',
      'invoice_issued',
      'payment_callback_success',
      'card_renewal_completed',
    ]);
    const rows = await auditOf(scene.test.db, scene.cast.acme.id);
    const row = rows.find(({ action_type }) => action_type === 'payment_card_charge_sent');
    const first = await scene.test
      .db('stored_cards')
      .where('company_id', scene.cast.acme.id)
      .first<{ first_payment_id: number }>('*');
    expect(row?.details).toMatchObject({
      consent_payment_id: first.first_payment_id,
      amount_minor: 149_900,
    });
    const { utoken = '', ctoken = '' } = scene.gateway.sandbox.storedCards().at(-1) ?? {};
    for (const token of [utoken, ctoken])
      expect(await findInTables(scene.test.database.ownerDb, token)).toEqual([]);
  });

  it('is made once by four processes at the same time', async () => {
    await scene.announce();
    await Promise.all([scene.tend(), scene.tend(), scene.tend(), scene.tend()]);
    expect(await charges()).toHaveLength(1);
    expect(await sent()).toBe(1);
  });

  it('is not made while a head outside says that a backup was restored, which may not know of it', async () => {
    await scene.announce();
    const { db } = scene.test;
    const [halt] = await db('log_halts')
      .insert({
        ...{ halted_at: new Date(), found_in: 'file', verdict: 'shorter', origin: 'x', size: 9, own_size: 5 },
        ...{ root: Buffer.alloc(32), note: 'x' },
      })
      .returning<{ id: number }[]>('id');
    await scene.tend();
    expect([await charges(), await sent()]).toEqual([[], 0]);
    await db('log_resumptions').insert({
      halt_id: halt?.id,
      resumed_at: new Date(),
      reason: 'compared with the bank',
    });
    await scene.tend();
    expect(await sent()).toBe(1);
  });

  it('is not made before its day', async () => {
    const dueAt = await scene.announce(later(3 * DAY_MS));
    await scene.tend(new Date(dueAt.getTime() - 25 * HOUR_MS));
    expect(await charges()).toEqual([]);
  });

  it('is made up for after days without scheduled work', async () => {
    await scene.announce(later(-5 * DAY_MS));
    await scene.tend();
    expect(await charges()).toMatchObject([{ status: 'success' }]);
  });

  it('is not made any more once the days of grace are over', async () => {
    await scene.announce(later(-8 * DAY_MS));
    await scene.tend();
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: 'too-late' });
    expect(await charges()).toEqual([]);
  });

  it('charges what the mail named, though prices have risen since', async () => {
    await scene.announce();
    await scene.test.database.ownerDb
      .raw('update price_list_items set amount_minor = amount_minor + 100')
      .catch(() => 0);
    await scene.tend();
    expect(scene.gateway.sandbox.transactions().at(-1)?.amountMinor).toBe(149_900);
  });

  it.each([
    ['another plan is wanted', { wanted_plan: 'starter' }, 'plan-changed'],
    ['the month was paid otherwise', { period_ends_at: later(40 * DAY_MS) }, 'paid-otherwise'],
    ['it was cancelled', { cancels_at: later(DAY_MS), cancel_requested_at: later(0) }, 'cancelled'],
  ])('is not made when %s', async (_what, change, ended) => {
    await scene.announce();
    await scene.test.db('subscriptions').where('company_id', scene.cast.acme.id).update(change);
    await scene.tend();
    expect(await charges()).toEqual([]);
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: ended });
  });

  it('waits while somebody may be paying the same month on a page', async () => {
    await scene.announce();
    await scene.order();
    await scene.tend();
    expect(await charges()).toMatchObject([{ status: 'pending' }]);
    expect(await sent()).toBe(0);
    const parts = { paytr: scene.gateway.paytr, config: scene.test.config };
    await expirePendingPayments(scene.test.db, contextAt(later(50 * 60_000)), parts);
    await scene.tend(later(50 * 60_000));
    expect(await charges()).toMatchObject([{ status: 'expired' }, { status: 'success' }]);
  });
});

describe('a charge without a clear answer', () => {
  const killed = (): Paytr =>
    withCharge(async (...sentTo) => {
      await scene.gateway.paytr.chargeCard(...sentTo);
      throw new Error('killed');
    });

  it('is never sent again: after a kill between request and answer the notification settles it', async () => {
    await scene.announce();
    scene.gateway.setCallbackUrl('');
    await expect(scene.tend(new Date(), killed())).rejects.toThrow('Not charged');
    for (const hours of [0, 1, 20]) await scene.tend(later(hours * HOUR_MS));
    expect(await sent()).toBe(1);
    expect(await renewal()).toMatchObject({ state: 'sent', tries: 1 });
    scene.restoreCallbacks();
    await scene.gateway.sandbox.deliverAll();
    await scene.tend();
    expect(await renewal()).toMatchObject({ state: 'paid' });
    expect(await charges()).toHaveLength(1);
  });

  it('is never sent again after a time-out, whatever became of it', async () => {
    await scene.announce();
    scene.gateway.setCallbackUrl('');
    const timedOut = withCharge(async (...sentTo) => {
      await scene.gateway.paytr.chargeCard(...sentTo);
      return { ok: false, reason: 'timeout', gatewayMessage: 'No answer within 20 seconds' };
    });
    expect(await scene.tend(new Date(), timedOut)).toMatchObject({ unknown: 1 });
    for (const hours of [0.5, 1.5, 5, 30, 100]) await scene.tend(later(hours * HOUR_MS));
    expect(await sent()).toBe(1);
    expect(await charges()).toMatchObject([{ status: 'pending' }]);
    const [kept] = await scene.test
      .db('card_charges')
      .where('company_id', scene.cast.acme.id)
      .select('answer');
    expect(kept).toEqual({ answer: 'unknown' });
    scene.restoreCallbacks();
  });

  it('is settled by the status query when its notification is lost as well', async () => {
    const dueAt = await scene.announce();
    scene.gateway.setCallbackUrl('');
    await expect(scene.tend(new Date(), killed())).rejects.toThrow('Not charged');
    const context = contextAt(later(HOUR_MS));
    const parts = { paytr: scene.gateway.paytr, config: scene.test.config };
    expect(await expirePendingPayments(scene.test.db, context, parts)).toMatchObject({ paid: 1 });
    scene.restoreCallbacks();
    await scene.tend(later(HOUR_MS));
    expect(await renewal()).toMatchObject({ state: 'paid' });
    expect((await paidUntil())?.getTime()).toBeGreaterThan(dueAt.getTime() + 27 * DAY_MS);
  });

  it('is not tried again by itself when PayTR knows no charge: it may still be under way', async () => {
    await scene.announce();
    scene.gateway.sandbox.failNextRecurring('late');
    await scene.tend();
    const parts = { paytr: scene.gateway.paytr, config: scene.test.config };
    expect(await expirePendingPayments(scene.test.db, contextAt(later(HOUR_MS)), parts)).toMatchObject({
      expired: 1,
    });
    for (const hours of [1, 2, 30, 100]) await scene.tend(later(hours * HOUR_MS));
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: 'unknown' });
    expect(await sent()).toBe(1);
    expect((await scene.alice.get('/billing')).text).toContain('Please look at your statement');
  });

  it('keeps an order of the same month from being placed meanwhile', async () => {
    await scene.announce();
    scene.gateway.sandbox.failNextRecurring('late');
    await scene.tend();
    await expect(scene.order()).rejects.toThrow('not ordered: 409');
    expect(await charges()).toHaveLength(1);
  });

  it('that comes late after a cancellation waits for a person instead of ending the cancellation', async () => {
    await scene.announce();
    scene.gateway.sandbox.failNextRecurring('late');
    await scene.tend();
    await scene.alice.get('/billing/cancel');
    await scene.alice.post('/billing/cancel', { when: 'now', reason: '' });
    const [charge] = await charges();
    await scene.gateway.sandbox.payNow(charge?.merchant_oid ?? '', 'approve');
    expect(await charges()).toMatchObject([{ status: 'review' }]);
    expect(
      await scene.test.db('subscriptions').where('company_id', scene.cast.acme.id).whereNull('cancels_at'),
    ).toEqual([]);
  });
});

describe('a charge that was certainly not made', () => {
  it('since another one is under way is tried again an hour later under another number', async () => {
    await scene.announce();
    scene.gateway.sandbox.failNextRecurring('busy');
    expect(await scene.tend()).toMatchObject({ refused: 1 });
    expect(await charges()).toMatchObject([{ status: 'refused' }]);
    await scene.tend(later(0.9 * HOUR_MS));
    expect(await charges()).toHaveLength(1);
    await scene.tend(later(1.1 * HOUR_MS));
    expect(await charges()).toMatchObject([{ status: 'refused' }, { status: 'success' }]);
    expect(await actions()).toContain('payment_card_charge_refused');
  });

  it('since no connection came about is tried again as well', async () => {
    await scene.announce();
    const unsent = { ok: false, reason: 'unreachable', gatewayMessage: 'refused', neverSent: true } as const;
    await scene.tend(
      new Date(),
      withCharge(() => Promise.resolve(unsent)),
    );
    await scene.tend(later(1.1 * HOUR_MS));
    expect(await charges()).toMatchObject([{ status: 'refused' }, { status: 'success' }]);
  });

  it('since the card is closed is never tried again, the card is removed, and the link is left', async () => {
    await scene.announce();
    const { ctoken = '' } = scene.gateway.sandbox.storedCards().at(-1) ?? {};
    scene.gateway.sandbox.closeCard(ctoken);
    for (const hours of [0, 2, 30, 60]) await scene.tend(later(hours * HOUR_MS));
    expect(await charges()).toMatchObject([{ status: 'refused' }]);
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: 'card-closed' });
    expect(scene.gateway.sandbox.storedCards().some((card) => card.ctoken === ctoken)).toBe(false);
    await scene.test.forgetMails();
    await scene.notices(new Date());
    expect((await reminders())[0]?.text).toContain('/billing/order/team?currency=TRY');
    expect((await scene.alice.get('/billing')).text).toContain('Pay ₺1,499.00 now');
  });

  it('since the bank declined is tried on later days, and then the link is left', async () => {
    await scene.announce();
    for (let times = 0; times < 4; times += 1) scene.gateway.sandbox.failNextRecurring('declined');
    for (let hours = 0; hours < 6.9 * 24; hours += 3) {
      await scene.tend(later(hours * HOUR_MS));
      await scene.gateway.sandbox.deliverAll();
    }
    await scene.tend(later(6.95 * DAY_MS));
    expect((await charges()).map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: 'declined', tries: 4 });
    expect((await scene.alice.get('/billing')).text).toContain('The bank declined it.');
  });

  it('is told in the mail about the missing payment while it is still tried', async () => {
    await scene.announce();
    scene.gateway.sandbox.failNextRecurring('declined');
    await scene.tend();
    await scene.gateway.sandbox.deliverAll();
    await scene.tend();
    await scene.test.forgetMails();
    await scene.notices(new Date());
    const [mail] = await reminders();
    expect(mail?.text).toMatch(/The card 435508••••••4358 · AXESS will be tried on/);
    expect(mail?.text).toContain('/billing/order/team?currency=TRY');
  });

  it('for a reason that PayTR’s answer does not classify ends at once, and somebody is called', async () => {
    await scene.announce();
    const no = {
      ok: false,
      reason: 'refused',
      tryAgain: null,
      gatewayMessage: 'paytr_token gecersiz',
    } as const;
    await scene.tend(
      new Date(),
      withCharge(() => Promise.resolve(no)),
    );
    expect(await renewal()).toMatchObject({ state: 'ended', ended_as: 'refused' });
    expect(scene.test.logLines).toContainEqual(expect.objectContaining({ level: 50, answer: 'refused' }));
  });
});
