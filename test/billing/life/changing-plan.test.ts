import { beforeEach, describe, expect, it } from 'vitest';
import { withoutPayment } from '../../../src/billing/life/paid-time-without.ts';
import type { Subscription } from '../../../src/billing/queries.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildPayment, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { auditOf } from '../scene.ts';

const test = useTestApp();
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
let cast: Cast;
let alice: Visitor;

beforeEach(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
  await set({
    plan: 'team',
    trial_ends_at: inDays(-60),
    period_started_at: inDays(-18),
    period_ends_at: inDays(12),
  });
});

const set = (change: Record<string, unknown>, companyId = cast.acme.id): Promise<number> =>
  test.db('subscriptions').where('company_id', companyId).update(change);
const wanted = async (companyId = cast.acme.id): Promise<unknown> =>
  (
    await test
      .db('subscriptions')
      .where('company_id', companyId)
      .first<{ wanted_plan: unknown }>('wanted_plan')
  ).wanted_plan;
const changes = async (): Promise<Record<string, unknown>[]> =>
  (await auditOf(test.db, cast.acme.id))
    .filter(({ action_type }) => action_type === 'subscription_change')
    .map(({ details }) => details);

describe('a smaller plan', () => {
  it('is chosen on a page that says from when, is shown with its undo, and the next payment orders it', async () => {
    expect((await alice.get('/billing')).text).toContain('href="/billing/change/starter"');
    const page = await alice.get('/billing/change/starter');
    expect(page.status).toBe(200);
    expect(page.text).toContain('The smaller plan has 3 workspaces and 3 people');
    const billing = await alice.follow(await alice.post('/billing/change/starter'));
    expect(billing.text).toMatch(/From \d+ \w+ \d{4}[^<]*: Starter/);
    // The next payment is the smaller plan's, not the one of the plan that runs.
    expect(billing.text).toMatch(/₺499\.00<\/strong> <span class="soft">· one month of Starter/);
    expect(billing.text).toContain('href="/billing/order/starter?currency=TRY"');
    expect(await changes()).toMatchObject([
      { change: 'plan-wanted', plan_after: 'team', wanted_plan_before: null, wanted_plan_after: 'starter' },
    ]);
    const trail = await alice.get('/admin/audit');
    expect(trail.text).toMatch(/chose Starter from the end of the paid time on/);
    await alice.post('/billing/keep-plan');
    expect(await wanted()).toBeNull();
    expect((await changes())[1]).toMatchObject({ change: 'plan-kept', wanted_plan_before: 'starter' });
    await alice.post('/billing/keep-plan');
    expect(await changes()).toHaveLength(2);
  });

  it('whose choice is taken back ends the open order for it', async () => {
    await alice.post('/billing/change/starter');
    const { id } = await buildPayment(test.db, {
      ...{ company_id: cast.acme.id, user_id: cast.alice.id, plan: 'starter', status: 'pending' },
    });
    await alice.post('/billing/keep-plan');
    const row = await test.db('payments').where('id', id).first<{ superseded_at: Date | null }>();
    expect(row.superseded_at).not.toBeNull();
  });

  it('is none on a trial, after a cancellation, for the same or a larger plan, or when one is paid ahead', async () => {
    const refused = async (plan: string): Promise<void> => {
      const response = await alice.post(`/billing/change/${plan}`);
      expect((await alice.follow(response)).text).toContain('This is not possible now');
      expect(await wanted()).toBeNull();
      expect((await alice.get(`/billing/change/${plan}`)).status).toBe(303);
    };
    await refused('team');
    await refused('enterprise');
    await set({ next_plan: 'starter', next_period_ends_at: inDays(40) });
    await refused('starter');
    expect((await alice.get('/billing')).text).toContain(
      'It is paid for. Until then your plan stays as it is.',
    );
    await set({ next_plan: null, next_period_ends_at: null });
    await set({ cancel_requested_at: inDays(0), cancels_at: inDays(12) });
    await refused('starter');
    await set({ cancel_requested_at: null, cancels_at: null, period_ends_at: inDays(-10) });
    await refused('starter');
    expect((await alice.post('/billing/change/trial')).status).toBe(404);
  });

  it('is for admins of the company, and reaches no other company', async () => {
    const bob = await signIn(test.app, cast.bob);
    for (const path of ['/billing/change/starter', '/billing/keep-plan'])
      expect((await bob.post(path)).status).toBe(403);
    const charlie = await signIn(test.app, cast.charlie);
    await charlie.post('/billing/change/starter', { company: String(cast.acme.id) });
    expect(await wanted()).toBeNull();
  });
});

describe('paid time without an upgrade', () => {
  const at = new Date('2027-03-10T10:00:00Z');
  const day = (days: number): Date => new Date(at.getTime() + days * DAY_MS);
  const team: Subscription = {
    ...({ company_id: 1, plan: 'team', billing_currency: 'TRY', paid_prices: null } as const),
    ...{ trial_ends_at: day(-90), period_started_at: day(-20), period_ends_at: day(10) },
    ...{ usual_currency: null, next_plan: null, next_period_ends_at: null, wanted_plan: null },
    ...{ grace_plan: null, cancel_requested_at: null, cancels_at: null },
  };
  const part = { months: 0, days: 15, month_days: 30, credit_minor: 1, amount_minor: 1 };
  const upgrade = {
    plan: 'team',
    price_facts: {
      ...({ list_version: 1, kind: 'fixed', currency: 'TRY' } as const),
      prices: { starter: 1, team: 2, enterprise: 3 },
      upgrade: {
        parts: [{ ...part, plan: 'starter', until: day(10).toISOString() }],
        amount_minor: 100,
      },
    },
  } satisfies Parameters<typeof withoutPayment>[1];
  const bought = { start: day(-5), end: day(10) };

  it('has the smaller plan again, with the same end', () => {
    expect(withoutPayment(team, upgrade, bought, at)).toEqual({ ...team, plan: 'starter' });
  });

  it('keeps months of the larger plan that were bought after it', () => {
    expect(withoutPayment({ ...team, period_ends_at: day(40) }, upgrade, bought, at)).toMatchObject({
      ...{ plan: 'starter', period_ends_at: day(10), next_plan: 'team', next_period_ends_at: day(40) },
    });
  });

  it('is the same when the time of the upgrade is over, or another plan has taken its place', () => {
    expect(withoutPayment(team, upgrade, bought, day(11))).toBeNull();
    expect(withoutPayment({ ...team, plan: 'enterprise' }, upgrade, bought, at)).toBeNull();
  });
});
