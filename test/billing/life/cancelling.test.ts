import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, buildUser, type Cast } from '../../support/programs/build.ts';
import { readMails, type ReadMail } from '../../support/read-mails.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { followSubscriptions } from '../../../src/billing/life/notices/follow-subscriptions.ts';
import { signedCallback } from '../../support/fake-paytr.ts';
import { auditOf, contextAt, notify } from '../scene.ts';

const test = useTestApp();
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
let cast: Cast;
let alice: Visitor;
let lastMail = 0;

beforeEach(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
  lastMail = (await test.db('mails').max('id as id').first<{ id: number | null }>()).id ?? 0;
});

const mails = (): Promise<ReadMail[]> =>
  readMails(test.db, { after: lastMail, sessionSecret: test.config.sessionSecret });

interface Row {
  opens_until: Date;
  period_ends_at: Date | null;
  cancels_at: Date | null;
  cancelled_by: number | null;
  cancel_reason: string | null;
}
const row = (companyId = cast.acme.id): Promise<Row> =>
  test.db('subscriptions').where('company_id', companyId).first<Row>();
const set = (change: Record<string, unknown>): Promise<number> =>
  test.db('subscriptions').where('company_id', cast.acme.id).update(change);
const paidFor = (days: number): Promise<number> =>
  set({
    plan: 'team',
    trial_ends_at: inDays(-60),
    period_started_at: inDays(days - 30),
    period_ends_at: inDays(days),
  });
const changes = async (): Promise<Record<string, unknown>[]> =>
  (await auditOf(test.db, cast.acme.id))
    .filter(({ action_type }) => action_type === 'subscription_change')
    .map(({ details, user_id, actor_type }) => ({ ...details, user_id, actor_type }));

describe('cancelling a subscription', () => {
  it('at once ends the open order in another tab: a payment by it would take the cancellation back', async () => {
    await paidFor(20);
    const owner = { company_id: cast.acme.id, user_id: cast.alice.id, plan: 'team' };
    const { id } = await buildPayment(test.db, {
      ...owner,
      gateway_token: 'a-token',
      created_at: new Date(),
    });
    const open = (): Promise<{ superseded_at: Date | null; gateway_token: string | null }> =>
      test.db('payments').where('id', id).first('superseded_at', 'gateway_token');
    await alice.post('/billing/cancel', { when: 'period-end', reason: '' });
    expect((await open()).superseded_at).toBeNull();
    await alice.post('/billing/cancel', { when: 'now', reason: '' });
    expect(await open()).toMatchObject({ superseded_at: expect.any(Date) as Date, gateway_token: null });
    expect((await auditOf(test.db, cast.acme.id)).at(-1)).toMatchObject({
      action_type: 'payment_superseded',
      details: { reason: 'no-longer-fits' },
    });
  });

  it('at its end keeps everything open until then, without days of grace, and tells every admin in their language', async () => {
    await paidFor(20);
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin', locale: 'tr', full_name: 'Ayşe' });
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin', email_confirmed_at: null });
    const before = await row();
    const page = await alice.get('/billing/cancel');
    expect(page.status).toBe(200);
    expect(page.text).toContain('value="period-end" checked');
    const response = await alice.post('/billing/cancel', {
      when: 'period-end',
      reason: '  Too\r\nexpensive ',
    });
    expect(response.status).toBe(303);
    const after = await row();
    expect(after).toMatchObject({
      cancels_at: before.period_ends_at,
      opens_until: before.period_ends_at,
      cancelled_by: cast.alice.id,
      cancel_reason: 'Too\nexpensive',
    });
    expect(await changes()).toEqual([
      expect.objectContaining({
        change: 'cancelled',
        when: 'period-end',
        cancel_reason: 'Too\nexpensive',
        unused_seconds: 0,
        state_before: 'active',
        state_after: 'active',
        plan_before: 'team',
        plan_after: 'team',
        cancels_at_before: null,
        cancels_at_after: before.period_ends_at?.toISOString(),
        user_id: cast.alice.id,
        actor_type: 'user',
      }),
    ]);
    const sent = await mails();
    expect(sent.map(({ subject }) => subject.replace(/\d+ \p{L}+ \d+/u, '…'))).toEqual([
      'YouAreCoder: the subscription was cancelled, it ends on …',
      'YouAreCoder: abonelik iptal edildi, … tarihinde bitiyor',
    ]);
    expect(sent[0]?.to).toBe(cast.alice.email);
    for (const { text } of sent) expect(text).toMatch(/Alice[\s\S]*\/billing/);
    const billing = await alice.follow(response);
    expect(billing.text).toContain('Cancelled: the subscription ends on');
    // The badge beside the plan must not say that it goes on.
    expect(billing.text).toMatch(/class="pill pill-warning">Active, cancelled for \d+ \w+ \d{4}</);
    expect(billing.text).not.toContain('Pay ₺');
  });

  it('now closes at once, and can be taken back while paid time is left, and then goes on as before', async () => {
    await paidFor(20);
    const before = await row();
    await alice.post('/billing/cancel', { when: 'now' });
    const after = await row();
    expect(after.opens_until.getTime()).toBeLessThanOrEqual(Date.now());
    expect(after.cancel_reason).toBeNull();
    const details = (await changes())[0];
    expect(details).toMatchObject({ state_before: 'active', state_after: 'cancelled', when: 'now' });
    expect(Number(details?.unused_seconds)).toBeGreaterThan(19.9 * 86_400);
    const workspaces = (await alice.get('/workspace')).text;
    expect(workspaces).toContain('Your subscription has ended');
    expect((await alice.post('/workspace', { name: 'later' })).text).not.toContain('was created');
    const response = await alice.post('/billing/resume');
    expect(response.status).toBe(303);
    expect(await row()).toMatchObject({
      cancels_at: null,
      cancelled_by: null,
      opens_until: before.opens_until,
      period_ends_at: before.period_ends_at,
    });
    expect((await changes())[1]).toMatchObject({
      change: 'resumed',
      state_before: 'cancelled',
      state_after: 'active',
      cancels_at_before: after.cancels_at?.toISOString(),
      cancels_at_after: null,
    });
    expect((await mails()).at(-1)).toMatchObject({
      to: cast.alice.email,
      subject: 'YouAreCoder: the cancellation was taken back',
    });
  });

  it('twice for the same end leaves one row and one mail; for the end it can be brought forward to now', async () => {
    await paidFor(20);
    await alice.post('/billing/cancel', { when: 'period-end' });
    await alice.post('/billing/cancel', { when: 'period-end' });
    expect(await changes()).toHaveLength(1);
    expect(await mails()).toHaveLength(1);
    const page = await alice.get('/billing/cancel');
    expect(page.text).toContain('The subscription is already cancelled');
    expect(page.text).not.toContain('value="period-end"');
    await alice.post('/billing/cancel', { when: 'now' });
    expect((await changes()).map(({ when }) => when)).toEqual(['period-end', 'now']);
    expect((await row()).opens_until.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('in a trial ends it, and a second try or one after the end finds nothing to cancel', async () => {
    await alice.post('/billing/cancel', { when: 'now' });
    expect(await changes()).toMatchObject([{ state_before: 'trial', state_after: 'cancelled' }]);
    const again = await alice.post('/billing/cancel', { when: 'now' });
    expect((await alice.follow(again)).text).toContain('There is nothing to cancel');
    await set({ cancel_requested_at: null, cancels_at: null, cancelled_by: null, trial_ends_at: inDays(-1) });
    expect((await alice.get('/billing/cancel')).status).toBe(303);
    expect(await changes()).toHaveLength(1);
  });

  it('in the days of grace is possible now only, and cannot be taken back: no time is left', async () => {
    await paidFor(-3);
    const page = await alice.get('/billing/cancel');
    expect(page.text).not.toContain('value="period-end"');
    const wrong = await alice.post('/billing/cancel', { when: 'period-end', reason: 'Because' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('can only end now');
    expect(wrong.text).toContain('>Because</textarea>');
    await alice.post('/billing/cancel', { when: 'now' });
    const resumed = await alice.follow(await alice.post('/billing/resume'));
    expect(resumed.text).toContain('There is no time left');
    expect((await changes()).map(({ change }) => change)).toEqual(['cancelled']);
  });

  it('without a choice, or with words that cannot be read, changes nothing and keeps what was typed', async () => {
    for (const form of [{ reason: 'kept words' }, { when: 'later', reason: 'kept words' }]) {
      const response = await alice.post('/billing/cancel', form);
      expect(response.status).toBe(422);
      expect(response.text).toContain('Choose when the subscription should end');
      expect(response.text).toContain('>kept words</textarea>');
    }
    const long = await alice.post('/billing/cancel', { when: 'now', reason: 'x'.repeat(1001) });
    expect(long.status).toBe(422);
    expect(long.text).toContain('href="#reason"');
    expect(await changes()).toEqual([]);
    expect((await row()).cancels_at).toBeNull();
  });

  it('is for admins of the company, and reaches no other company', async () => {
    const bob = await signIn(test.app, cast.bob);
    for (const path of ['/billing/cancel', '/billing/resume'])
      expect((await bob.post(path, { when: 'now' })).status).toBe(403);
    expect((await bob.get('/billing')).text).not.toContain('/billing/cancel');
    const charlie = await signIn(test.app, cast.charlie);
    await charlie.post('/billing/cancel', { when: 'now', company: String(cast.acme.id) });
    expect((await row()).cancels_at).toBeNull();
    expect((await row(cast.globex.id)).cancels_at).not.toBeNull();
  });
});

describe('a payment that arrives late', () => {
  /** An order of three days ago, whose page the gateway may still have shown. */
  const order = async (): Promise<string> => {
    const owner = { company_id: cast.acme.id, user_id: cast.alice.id, plan: 'team' };
    const asked = { gateway_token: 'a-token', created_at: inDays(-3) };
    return (await buildPayment(test.db, { ...owner, ...asked })).merchant_oid;
  };
  const arrives = (oid: string): ReturnType<typeof notify> =>
    notify(test.app, signedCallback({ merchant_oid: oid, total_amount: '149900' }));
  const invoiced = (): Promise<{ period_start: Date; period_end: Date }[]> =>
    test.db('invoices').where('company_id', cast.acme.id).select('period_start', 'period_end');

  it('after a cancellation in the days of grace ends it, and pays for the days that were used', async () => {
    await paidFor(-3);
    const { period_ends_at: ended } = await row();
    const oid = await order();
    await alice.post('/billing/cancel', { when: 'now', reason: '' });
    expect((await alice.get(`/billing/checkout/${oid}`)).text).not.toContain('<iframe');
    await arrives(oid);
    const [invoice, ...others] = await invoiced();
    expect(others).toEqual([]);
    expect(invoice?.period_start).toEqual(ended);
    expect(await row()).toMatchObject({ cancels_at: null, period_ends_at: invoice?.period_end });
    expect((await changes()).at(-1)).toMatchObject({ state_before: 'cancelled', state_after: 'active' });
    expect((await alice.get('/billing')).text).toContain('Active');
    // Nothing is left of the cancellation that the clock would tell.
    await test.forgetMails();
    await followSubscriptions(test.db, contextAt(new Date()), test);
    expect((await test.mails()).filter(({ to }) => to === cast.alice.email)).toEqual([]);
  });

  it('after a cancellation that was taken back finds the days of grace as if there had been none', async () => {
    await paidFor(1);
    const oid = await order();
    await alice.post('/billing/cancel', { when: 'period-end', reason: '' });
    await alice.post('/billing/resume');
    await paidFor(-3);
    const { period_ends_at: ended } = await row();
    await arrives(oid);
    expect(await invoiced()).toMatchObject([{ period_start: ended }]);
  });

  it('after the end for which somebody cancelled begins when it is there: no days of grace were used', async () => {
    await paidFor(1);
    const oid = await order();
    await alice.post('/billing/cancel', { when: 'period-end', reason: '' });
    await paidFor(-3);
    await set({ cancels_at: (await row()).period_ends_at });
    const before = Date.now();
    await arrives(oid);
    const [invoice] = await invoiced();
    expect(invoice?.period_start.getTime()).toBeGreaterThanOrEqual(before);
    expect(await row()).toMatchObject({ cancels_at: null, period_ends_at: invoice?.period_end });
  });

  it('before the end for which somebody cancelled follows the time that is left, and ends the cancellation', async () => {
    await paidFor(1);
    const { period_ends_at: ends } = await row();
    const oid = await order();
    await alice.post('/billing/cancel', { when: 'period-end', reason: '' });
    await arrives(oid);
    expect(await invoiced()).toMatchObject([{ period_start: ends }]);
    expect(await row()).toMatchObject({ cancels_at: null, cancelled_by: null, cancel_reason: null });
  });
});
