import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../../src/audit/request-context.ts';
import { followSubscriptions } from '../../../../src/billing/life/notices/follow-subscriptions.ts';
import { useTestApp } from '../../../support/app.ts';
import { buildCast, buildCompany, buildUser, type Cast } from '../../../support/programs/build.ts';
import type { ReadMail } from '../../../support/read-mails.ts';
import { signIn } from '../../../support/sign-in.ts';
import { auditOf, seededRandom } from '../../scene.ts';

const test = useTestApp();
const DAY_MS = 86_400_000;
let cast: Cast;
let start: Date;

beforeEach(async () => {
  start = new Date();
  // Nothing comes due for the companies of the tests before.
  await test.db('subscriptions').update({
    trial_ends_at: after(900),
    ...{ cancel_requested_at: null, cancels_at: null, cancelled_by: null, cancel_reason: null },
  });
  cast = await buildCast(test.db);
  await set({ trial_ends_at: after(900) }, cast.globex.id);
  await test.forgetMails();
});

const after = (days: number): Date => new Date(start.getTime() + days * DAY_MS);
const run = (days: number): ReturnType<typeof followSubscriptions> =>
  followSubscriptions(
    test.db,
    systemContext({ name: 'follow-subscriptions', at: after(days), log: test.deps.log }),
    test,
  );
const mails = (): Promise<ReadMail[]> => test.mails();
const set = (change: Record<string, unknown>, companyId = cast.acme.id): Promise<number> =>
  test.db('subscriptions').where('company_id', companyId).update(change);
const paidFor = (days: number): Promise<number> =>
  set({
    plan: 'team',
    trial_ends_at: after(-60),
    period_started_at: after(days - 30),
    period_ends_at: after(days),
  });
const changes = async (companyId = cast.acme.id): Promise<Record<string, unknown>[]> =>
  (await auditOf(test.db, companyId))
    .filter(({ action_type }) => action_type === 'subscription_change')
    .map(({ details, actor_type }) => ({ ...details, actor_type }));
const noted = (companyId = cast.acme.id): Promise<{ kind: string; outcome: string }[]> =>
  test
    .db('subscription_notices')
    .where('company_id', companyId)
    .orderBy(['about', 'noted_at', { column: 'kind', order: 'desc' }])
    .select<{ kind: string; outcome: string }[]>('kind', 'outcome');

describe('a subscription that nobody touches', () => {
  it('as a trial is told eight days and one day before the end and at the end, and ends in rows of its own', async () => {
    const told: [number, string][] = [];
    for (const day of [...Array(20).keys(), 40, 73, 75, 90]) {
      const before = (await mails()).length;
      await run(day + 0.01);
      for (const { subject } of (await mails()).slice(before)) told.push([day, subject]);
    }
    expect(told).toEqual([
      [6, expect.stringMatching(/^YouAreCoder: your trial ends on \d/)],
      [13, expect.stringMatching(/^YouAreCoder: your trial ends on \d/)],
      [14, 'YouAreCoder: your trial is over'],
    ]);
    expect(await changes()).toMatchObject([
      { change: 'suspended', state_before: 'trial', state_after: 'suspended', actor_type: 'system' },
      { change: 'closed', state_before: 'suspended', state_after: 'cancelled' },
    ]);
    expect(await noted()).toEqual([
      { kind: 'reminder', outcome: 'mailed' },
      { kind: 'last_reminder', outcome: 'mailed' },
      { kind: 'suspended', outcome: 'mailed' },
      { kind: 'cancelled', outcome: 'silent' },
    ]);
  });

  it('and is paid for is asked for the next month with amount, day and both links, in each admin’s language', async () => {
    await paidFor(8);
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin', locale: 'tr', full_name: 'Ayşe' });
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin', email_confirmed_at: null });
    await run(-0.01);
    expect(await mails()).toEqual([]);
    await run(0.01);
    const [english, turkish, ...others] = await mails();
    expect(others).toEqual([]);
    expect(english).toMatchObject({
      to: cast.alice.email,
      subject: expect.stringMatching(/^YouAreCoder: Professional is paid until \d.* the next month is due$/),
    });
    expect(english?.text).toMatch(/Amount: ₺1,499\.00 · one month of Professional, VAT included/);
    expect(english?.text).toMatch(/Due on: \d/);
    expect(english?.text).toMatch(/\/billing\/order\/team\?currency=TRY\n[\s\S]*\/billing\/cancel\n/);
    expect(turkish?.text).toMatch(/Tutar: ₺1\.499,00[\s\S]*\/billing\/cancel/);
    expect(
      await test.db('subscription_notices').where('company_id', cast.acme.id).select('plan', 'amount_minor'),
    ).toEqual([{ plan: 'team', amount_minor: 149_900 }]);
    const page = await (await signIn(test.app, cast.alice)).get('/billing');
    expect(page.text).toContain('Pay ₺1,499.00 now');
  });

  it('and was paid for goes through the days of grace to its suspension', async () => {
    await paidFor(3);
    for (let day = 0; day <= 14; day += 0.5) await run(day);
    for (const day of [40, 71, 80]) await run(day);
    expect((await mails()).map(({ subject }) => subject.replace(/\d+ \p{L}+ \d+/u, '…'))).toEqual([
      'YouAreCoder: Professional is paid until …, the next month is due',
      'YouAreCoder: Professional is paid until …, the next month is due',
      'YouAreCoder: the Professional payment is missing, workspaces close on …',
      'YouAreCoder: workspaces are closed until a plan is paid for',
    ]);
    expect(await changes()).toMatchObject([
      {
        change: 'past-due',
        state_before: 'active',
        state_after: 'past_due',
        began_at: after(3).toISOString(),
      },
      { change: 'suspended', state_before: 'past_due', state_after: 'suspended' },
      { change: 'closed', state_before: 'suspended', state_after: 'cancelled' },
    ]);
  });
});

describe('after days in which the job did not run', () => {
  it('only the newest step is told; the others are noted as skipped, and each state has its row', async () => {
    await paidFor(3);
    await run(12);
    expect((await mails()).map(({ subject }) => subject)).toEqual([
      'YouAreCoder: workspaces are closed until a plan is paid for',
    ]);
    expect(await noted()).toEqual([
      { kind: 'reminder', outcome: 'skipped' },
      { kind: 'past_due', outcome: 'skipped' },
      { kind: 'last_reminder', outcome: 'skipped' },
      { kind: 'suspended', outcome: 'mailed' },
    ]);
    expect((await changes()).map(({ change }) => change)).toEqual(['past-due', 'suspended']);
  });

  it('news of weeks ago is not told any more, as of a company that was suspended before there were such mails', async () => {
    await paidFor(-40);
    await run(0);
    expect(await mails()).toEqual([]);
    expect((await changes()).map(({ change }) => change)).toEqual(['past-due', 'suspended']);
  });

  it.each([1, 2, 3, 4])('whatever they were, a run tells one thing at most (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    await paidFor(10);
    for (let day = 0; day < 90; day += random() < 0.7 ? random() : random() * 12) {
      const before = (await mails()).length;
      await run(day);
      expect((await mails()).length - before).toBeLessThanOrEqual(1);
    }
    await run(90);
    expect((await changes()).map(({ change }) => change)).toEqual(['past-due', 'suspended', 'closed']);
    expect((await mails()).length).toBeLessThanOrEqual(4);
  });
});

describe('a step', () => {
  it('is told once, also by eight processes at once and by a repeat', async () => {
    await paidFor(5);
    await Promise.allSettled(Array.from({ length: 8 }, () => run(0)));
    await run(0);
    expect(await mails()).toHaveLength(1);
  });

  it('that could not be told is told by the next run, and no other company waits for it', async () => {
    const other = await buildCompany(test.db, {
      plan: 'team',
      period_ends_at: after(5),
      trial_ends_at: start,
    });
    await buildUser(test.db, { company_id: other.id, role: 'admin' });
    await paidFor(5);
    await test.database.ownerDb.raw(`
      create function fail() returns trigger language plpgsql as $$ begin raise 'no mail'; end $$;
      create trigger fail before insert on mails for each row when (new.company_id = ${String(cast.acme.id)})
        execute function fail();`);
    await expect(run(0)).rejects.toThrow(`company ${String(cast.acme.id)}`);
    expect(await noted()).toEqual([]);
    expect(await mails()).toHaveLength(1);
    await test.database.ownerDb.raw('drop trigger fail on mails; drop function fail();');
    await run(0.1);
    expect((await mails()).map(({ to }) => to)).toContain(cast.alice.email);
    expect(await mails()).toHaveLength(2);
  });

  it('without an admin who could read of it is noted as such', async () => {
    await test.db('users').where('id', cast.alice.id).update({ email_confirmed_at: null });
    await run(7);
    expect(await noted()).toEqual([{ kind: 'reminder', outcome: 'nobody' }]);
  });

  it('before a cancellation takes effect is none, and the end itself is in the trail once', async () => {
    await paidFor(5);
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/billing/cancel', { when: 'period-end' });
    await test.forgetMails();
    for (const day of [1, 4.5, 6, 20]) await run(day);
    expect(await mails()).toEqual([]);
    expect((await changes()).map(({ change }) => change)).toEqual(['cancelled', 'closed']);
  });

  it('that a cancellation at once brought has no second row', async () => {
    await paidFor(5);
    const alice = await signIn(test.app, cast.alice);
    await alice.post('/billing/cancel', { when: 'now' });
    await run(1);
    expect((await changes()).map(({ change }) => change)).toEqual(['cancelled']);
    // Taken back, the paid time goes on, and with it its reminders.
    await alice.post('/billing/resume');
    await test.forgetMails();
    await run(1.1);
    expect(await mails()).toHaveLength(1);
  });

  it('in which a smaller plan takes over that was paid ahead has its row, and reminders are of its end', async () => {
    await paidFor(5);
    await set({ next_plan: 'starter', next_period_ends_at: after(35) });
    await run(4.5);
    expect(await noted()).toEqual([]);
    await run(5.1);
    expect(await changes()).toMatchObject([
      {
        change: 'next-plan',
        plan_before: 'team',
        plan_after: 'starter',
        state_before: 'active',
        state_after: 'active',
      },
    ]);
    const trail = await (await signIn(test.app, cast.alice)).get('/admin/audit');
    expect(trail.text).toContain('The plan changed from Professional to Starter, as it was paid for');
    expect(await mails()).toEqual([]);
    await run(27.1);
    expect((await mails()).map(({ text }) => text)).toEqual([expect.stringContaining('Amount: ₺499.00')]);
  });

  it('of a month that was paid for in time never comes', async () => {
    await paidFor(9);
    await run(0);
    await set({ period_ends_at: after(39) });
    await run(2);
    await run(15);
    expect(await noted()).toEqual([]);
    await run(32);
    expect(await noted()).toEqual([{ kind: 'reminder', outcome: 'mailed' }]);
  });
});
