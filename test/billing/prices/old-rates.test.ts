import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followSubscriptions } from '../../../src/billing/life/notices/follow-subscriptions.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { localDay } from '../../../src/local-calendar.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import type { Visitor } from '../../support/visitor.ts';
import { buildBuyer, orderPlan, tickAll } from '../order.ts';
import { contextAt, moneyState, notify } from '../scene.ts';
import { addPriceList, addRates, EUR_BASED } from './price-scene.ts';

let gateway: FakePaytr;
let test: TestApp;
let cast: Cast;
let alice: Visitor;

/** Prices in liras come from those in euros: 45 € are ₺1,980.00 by this rate. */
const RATE = '44.0000';
const OLD = /Prices in TRY are made with the rate .* The newest we have is of .*, more than 10 days old/;

beforeAll(async () => {
  gateway = await startFakePaytr();
  test = await createTestApp({
    env: { PAYTR_BASE_URL: gateway.url, PAYTR_CURRENCIES: 'TRY,EUR', RATE_MAX_AGE_DAYS: '10' },
    deps: { paytr: gateway.paytr },
  });
  await addPriceList(test.database.ownerDb, { version: 2, effective_from: new Date(), ...EUR_BASED });
});
afterAll(async () => {
  await test.close();
  await gateway.close();
});
beforeEach(async () => {
  cast = await buildCast(test.db);
  await buildBuyer(test.db, cast.acme.id);
  alice = await signIn(test.app, cast.alice);
  await rateIsOld(10);
});

/** Lets the newest bulletin be of so many days ago. */
async function rateIsOld(days: number): Promise<void> {
  await test.database.ownerDb.raw(
    'begin; set local session_replication_role = replica; delete from exchange_rates; commit',
  );
  await addRates(test.database.ownerDb, localDay(new Date(Date.now() - days * DAY_MS)), { EUR: RATE });
}

const orders = (): Promise<{ merchant_oid: string; status: string; amount_minor: number }[]> =>
  test
    .db('payments')
    .where('company_id', cast.acme.id)
    .orderBy('id')
    .select('merchant_oid', 'status', 'amount_minor');
const paidFor = (plan: string, days: number): Promise<number> =>
  test
    .db('subscriptions')
    .where('company_id', cast.acme.id)
    .update({
      ...{ plan, trial_ends_at: new Date(Date.now() - 60 * DAY_MS), billing_currency: 'TRY' },
      period_started_at: new Date(Date.now() + (days - 30) * DAY_MS),
      period_ends_at: new Date(Date.now() + days * DAY_MS),
    });

describe('a currency whose newest rate is too old', () => {
  it('is on offer on the last day that the setting allows, and on the next one the page says why it is not', async () => {
    expect((await alice.get('/billing?currency=TRY')).text).toContain('₺1,980.00');
    await rateIsOld(11);
    const page = await alice.get('/billing?currency=TRY');
    expect(page.text).toMatch(OLD);
    expect(page.text).not.toContain('₺1,980.00');
    expect(page.text).not.toContain('/billing/order/team?currency=TRY');
    // Without a wish the page shows what can be bought, and says why it is not in liras.
    const usual = await alice.get('/billing');
    expect(usual.text).toMatch(OLD);
    expect(usual.text).toContain('/billing/order/team?currency=EUR');
  });

  it('is not ordered, neither by its address nor by a page that was opened before', async () => {
    const fields = tickAll(await alice.get('/billing/order/team?currency=TRY'));
    await rateIsOld(11);
    for (const answer of [
      await alice.get('/billing/order/team?currency=TRY'),
      await alice.post('/billing/subscribe/team', fields),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.text).toMatch(OLD);
    }
    expect(await orders()).toEqual([]);
    expect((await orderPlan(alice, { currency: 'EUR' })).status).toBe(303);
  });

  it('leaves the open order as it was: its price and rate are frozen, and its payment counts', async () => {
    await orderPlan(alice);
    await rateIsOld(11);
    const [{ merchant_oid: oid } = { merchant_oid: '' }] = await orders();
    expect((await alice.get(`/billing/checkout/${oid}`)).text).toContain('₺1,980.00');
    await notify(test.app, signedCallback({ merchant_oid: oid, total_amount: '198000' }));
    const { payment, invoices } = await moneyState(test.db, cast.acme.id, oid);
    expect(payment).toMatchObject({ status: 'success', amount_minor: 198_000 });
    expect(invoices).toMatchObject([{ total_minor: 198_000 }]);
    const list = await alice.get('/billing');
    const [, path = ''] = /href="(\/billing\/invoices\/\d+)"/.exec(list.text) ?? [];
    expect((await alice.get(path)).text).toContain('1 EUR = 44.0000 TRY');
  });

  it('offers no upgrade of what was paid in it', async () => {
    await paidFor('starter', 20);
    expect((await alice.get('/billing/order/team?currency=TRY')).status).toBe(200);
    await rateIsOld(11);
    const answer = await alice.get('/billing/order/team?currency=TRY');
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(OLD);
  });

  it.each([
    ['the paid time ends', 'team'],
    ['the trial ends', 'trial'],
  ])('is not asked for in the mail before %s: that names another one, and says why', async (_what, plan) => {
    if (plan === 'team') await paidFor('team', 7);
    else
      await test
        .db('subscriptions')
        .where('company_id', cast.acme.id)
        .update({ trial_ends_at: new Date(Date.now() + 7 * DAY_MS) });
    await test.forgetMails();
    await rateIsOld(11);
    await followSubscriptions(test.db, contextAt(new Date()), test);
    const mail = (await test.mails()).find(({ to }) => to === cast.alice.email);
    expect(mail?.text).toContain('€45.00');
    expect(mail?.text.replaceAll(/\s+/g, ' ')).toMatch(OLD);
  });
});
