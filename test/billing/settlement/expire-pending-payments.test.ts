import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expirePendingPayments } from '../../../src/billing/settlement/expire-pending-payments.ts';
import { createPaytr, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import { postForm, type PostForm } from '../../../src/billing/paytr/post-form.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../../support/programs/build.ts';
import { FAKE_STORE, signedCallback, startFakePaytr, type FakePaytr } from '../../support/fake-paytr.ts';
import { signIn } from '../../support/sign-in.ts';
import { auditOf, contextAt, moneyState, notify } from '../scene.ts';

// Where workspaces run, /metrics would want a token.
const test = useTestApp({ env: { WORKSPACE_RUNTIME: 'external' } });
let gateway: FakePaytr;
let companyId: number;
let userId: number;

beforeAll(async () => {
  gateway = await startFakePaytr();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await test.db('payments').where('status', 'pending').update({ status: 'refused' });
  companyId = (await buildCompany(test.db)).id;
  userId = (await buildUser(test.db, { company_id: companyId, role: 'admin' })).id;
  await test.forgetMails();
});

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

async function overdue(overrides: Record<string, unknown> = {}): Promise<string> {
  const started = { created_at: minutesAgo(46), test_mode: true, gateway_token: 'a-token' };
  const order = { company_id: companyId, user_id: userId, ...started, ...overrides };
  return (await buildPayment(test.db, order)).merchant_oid;
}

/** Pays at the gateway, whose notification is lost. */
async function payUnnoticed(oid: string, amountMinor = 149_900): Promise<void> {
  const answer = await gateway.paytr.requestToken({
    merchantOid: oid,
    userIp: '203.0.113.10',
    email: 'ada@example.com',
    userName: 'Ada',
    userAddress: 'Example Street 1',
    userPhone: '+90 312 000 00 00',
    amountMinor,
    currency: 'TRY',
    basket: [{ name: 'Team', unitPriceMinor: amountMinor, quantity: 1 }],
    okUrl: 'https://shop.example.com/ok',
    failUrl: 'https://shop.example.com/fail',
    locale: 'en',
    timeoutMinutes: 30,
  });
  if (!answer.ok) throw new Error(answer.gatewayMessage);
  await gateway.sandbox.payNow(oid, 'approve');
}

const run = (paytr: Paytr = gateway.paytr, at = new Date()): ReturnType<typeof expirePendingPayments> =>
  expirePendingPayments(test.db, contextAt(at), { ...test.deps, paytr });

describe('a payment that was never notified', () => {
  it('expires when the gateway knows no charge, with a row that says so', async () => {
    const oid = await overdue();
    expect(await run()).toMatchObject({ expired: 1 });
    const now = await moneyState(test.db, companyId, oid);
    expect(now.payment).toMatchObject({ status: 'expired', gateway_token: null });
    expect(now.subscription.period_ends_at).toBeNull();
    const rows = await auditOf(test.db, companyId);
    expect(rows).toMatchObject([{ action_type: 'payment_expired', actor_type: 'system', user_id: userId }]);
    expect(rows[0]?.details).toMatchObject({ merchant_oid: oid, amount_minor: 149_900, currency: 'TRY' });
  });

  it('is left alone while its notification may still come', async () => {
    const oid = await overdue({ created_at: minutesAgo(44) });
    expect(await run()).toMatchObject({ expired: 0 });
    expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('pending');
  });

  it('is settled when the gateway knows it as charged: plan, invoice, receipt, and a row that says how', async () => {
    const oid = await overdue();
    await payUnnoticed(oid);
    expect(await run()).toMatchObject({ paid: 1 });
    const now = await moneyState(test.db, companyId, oid);
    expect(now.payment).toMatchObject({ status: 'success', charged_minor: 149_900 });
    expect(now.subscription.plan).toBe('team');
    expect(now.invoices).toHaveLength(1);
    expect(now.actions).toEqual(['subscription_change', 'invoice_issued', 'payment_reconciled']);
    expect(await test.mails()).toHaveLength(1);
    const late = signedCallback({ merchant_oid: oid, total_amount: '149900' }, { test_mode: '1' });
    expect((await notify(test.app, late)).text).toBe('OK');
    expect((await moneyState(test.db, companyId, oid)).invoices).toHaveLength(1);
  });

  it('gets a receipt over what was charged when it is found with an instalment surcharge', async () => {
    const oid = await overdue();
    await payUnnoticed(oid);
    const queryStatus: Paytr['queryStatus'] = async (merchantOid) => {
      const answer = await gateway.paytr.queryStatus(merchantOid);
      return answer.ok ? { ...answer, paymentTotalMinor: 165_000 } : answer;
    };
    expect(await run({ ...gateway.paytr, queryStatus })).toMatchObject({ paid: 1 });
    expect((await moneyState(test.db, companyId, oid)).invoices).toMatchObject([{ total_minor: 165_000 }]);
    expect((await test.mails())[0]?.text).toContain('₺1,650.00');
    expect((await test.mails())[0]?.text).not.toContain('1,499');
  });

  it('is held for review when what was charged is not the order', async () => {
    const oid = await overdue();
    await payUnnoticed(oid, 100_000);
    expect(await run()).toMatchObject({ held: 1 });
    const now = await moneyState(test.db, companyId, oid);
    expect(now.payment).toMatchObject({ status: 'review', review_reason: 'amount_below_order' });
    expect(now.invoices).toEqual([]);
    expect((await auditOf(test.db, companyId))[0]).toMatchObject({
      action_type: 'payment_reconciled',
      actor_type: 'system',
      company_id: companyId,
      success: false,
      error_message: 'amount_below_order',
    });
  });

  it.each([
    ['given back', '[{"return_amount":"1499.00","return_type":"iade"}]'],
    ['given back in part', '[{"return_amount":"10"}]'],
    ['given back, told in another form', '{"0":{"return_amount":"1499.00"}}'],
  ])('is held for review when the money was %s', async (_, returns) => {
    const oid = await overdue();
    await payUnnoticed(oid);
    const post: PostForm = async (...call) => {
      const { status, text } = await postForm(...call);
      const answer = JSON.parse(text) as Record<string, unknown>;
      return { status, text: JSON.stringify({ ...answer, returns: JSON.parse(returns) as unknown }) };
    };
    const paytr = createPaytr({ ...FAKE_STORE, baseUrl: gateway.url, testMode: true, post });
    expect(await run(paytr)).toMatchObject({ held: 1 });
    const now = await moneyState(test.db, companyId, oid);
    expect(now.payment).toMatchObject({ status: 'review', review_reason: 'refunded' });
    expect(now.subscription.period_ends_at).toBeNull();
    expect((await auditOf(test.db, companyId))[0]?.details.returns_reported).toBe(returns);
  });

  it('held for review is never activated by test money for a live order', async () => {
    const oid = await overdue({ test_mode: false });
    await payUnnoticed(oid);
    await run();
    expect((await moneyState(test.db, companyId, oid)).payment.review_reason).toBe('test_payment');
  });

  it('waits while the gateway does not answer, and the run says so', async () => {
    const oids = [await overdue(), await overdue(), await overdue(), await overdue()];
    const unreachable = createPaytr({ ...FAKE_STORE, baseUrl: 'http://127.0.0.1:9', testMode: true });
    expect(await run(unreachable)).toMatchObject({ unanswered: 4 });
    const statuses = await test.db('payments').whereIn('merchant_oid', oids).pluck<string[]>('status');
    expect(new Set(statuses)).toEqual(new Set(['pending']));
    expect((await auditOf(test.db, companyId)).map((row) => row.action_type)).toEqual([]);
  });

  it.each(['unreadable', 'unreachable', 'timeout'] as const)(
    'and was charged is found in one run though 3 before it were %s, and in the next though 50 were',
    async (reason) => {
      const silent = new Set<string>();
      const odd: Paytr = {
        ...gateway.paytr,
        queryStatus: (oid) =>
          silent.has(oid)
            ? Promise.resolve({ ok: false, reason, gatewayMessage: 'nothing' })
            : gateway.paytr.queryStatus(oid),
      };
      const build = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) silent.add(await overdue({ created_at: minutesAgo(50) }));
      };
      await build(3);
      const charged = await overdue();
      await payUnnoticed(charged);
      expect(await run(odd)).toMatchObject({ paid: 1 });
      await test
        .db('payments')
        .whereIn('merchant_oid', [...silent])
        .update({ ask_again_at: null });
      await build(47);
      const later = await overdue();
      await payUnnoticed(later);
      expect(await run(odd)).toMatchObject({ unanswered: 50 });
      expect(await run(odd, new Date(Date.now() + 301_000))).toMatchObject({ paid: 1 });
    },
  );

  it('is asked about ever more seldom while no answer comes, and operators see it and how many there are', async () => {
    const oid = await overdue();
    const silent: Paytr = {
      ...gateway.paytr,
      queryStatus: () => Promise.resolve({ ok: false, reason: 'timeout', gatewayMessage: 'No answer' }),
    };
    const row = (): Promise<{ asks_failed: number; ask_again_at: Date; ask_problem: string }> =>
      test.db('payments').where('merchant_oid', oid).first('asks_failed', 'ask_again_at', 'ask_problem');
    const stuck = async (): Promise<string | undefined> =>
      /^payments_stuck (\S+)/m.exec((await supertest(test.app).get('/metrics')).text)?.[1];
    let at = new Date();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      expect(await stuck()).toBe(n < 3 ? '0' : '1');
      expect(await run(silent, at)).toMatchObject({ unanswered: 1 });
      expect(await run(silent, new Date(at.getTime() + 1000))).toMatchObject({ unanswered: 0 });
      const { ask_again_at } = await row();
      pauses.push((ask_again_at.getTime() - at.getTime()) / 60_000);
      at = ask_again_at;
    }
    expect(pauses).toEqual([5, 60, 1440, 1440, 1440, 1440, 1440, 1440]);
    expect(await row()).toMatchObject({ asks_failed: 8, ask_problem: 'timeout: No answer' });
    const operator = await signIn(test.app, await buildUser(test.db, { role: 'operator' }));
    const page = await operator.get('/admin');
    expect(page.text).toContain('Payments without a result');
    expect(page.text).toContain(oid);
    expect(page.text).toContain('8 attempts failed');
    expect(await run(gateway.paytr, at)).toMatchObject({ expired: 1 });
    expect(await stuck()).toBe('0');
  });

  it('whose answer cannot be used does not keep the others waiting', async () => {
    const unusable: string[] = [];
    for (const age of [48, 49, 50, 51]) unusable.push(await overdue({ created_at: minutesAgo(age) }));
    const other = await overdue();
    const odd: Paytr = {
      ...gateway.paytr,
      queryStatus: (oid) =>
        unusable.includes(oid)
          ? Promise.resolve({ ok: false, reason: 'unreadable', gatewayMessage: '<html>' })
          : gateway.paytr.queryStatus(oid),
    };
    expect(await run(odd)).toMatchObject({ expired: 1, unanswered: 4 });
    expect((await moneyState(test.db, companyId, other)).payment.status).toBe('expired');
  });

  it('is ended once when several processes look at the same time', async () => {
    const [unpaid, charged] = [await overdue(), await overdue()];
    await payUnnoticed(charged);
    await Promise.all([run(), run(), run(), run()]);
    const now = await moneyState(test.db, companyId, charged);
    expect(now.invoices).toHaveLength(1);
    expect(now.actions.filter((action) => action === 'payment_reconciled')).toHaveLength(1);
    expect(now.actions.filter((action) => action === 'payment_expired')).toHaveLength(1);
    expect((await moneyState(test.db, companyId, unpaid)).payment.status).toBe('expired');
    expect(await test.mails()).toHaveLength(1);
  });

  it('does not expire when its notification came while the gateway was asked', async () => {
    const oid = await overdue();
    const slow: Paytr = {
      ...gateway.paytr,
      queryStatus: async (merchantOid) => {
        const answer = await gateway.paytr.queryStatus(merchantOid);
        const body = signedCallback({ merchant_oid: oid, total_amount: '149900' }, { test_mode: '1' });
        await notify(test.app, body);
        return answer;
      },
    };
    await run(slow);
    expect((await moneyState(test.db, companyId, oid)).payment.status).toBe('success');
  });

  it('that cannot be settled does not keep the others waiting', async () => {
    const broken = await overdue({ created_at: minutesAgo(50) });
    const other = await overdue();
    await payUnnoticed(broken);
    await test.database.ownerDb.raw(
      `alter table audit_logs add constraint ck_broken check (action_type <> 'payment_reconciled') not valid`,
    );
    const said = await run();
    await test.database.ownerDb.raw('alter table audit_logs drop constraint ck_broken');
    expect(said).toMatchObject({ expired: 1 });
    expect(said).toMatchObject({ broken: 1 });
    expect((await moneyState(test.db, companyId, broken)).payment.status).toBe('pending');
    expect((await moneyState(test.db, companyId, other)).payment.status).toBe('expired');
    await run(gateway.paytr, new Date(Date.now() + 301_000));
    expect((await moneyState(test.db, companyId, broken)).payment.status).toBe('success');
  });
});
