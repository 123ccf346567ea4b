import type { Knex } from 'knex';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkDeliveries } from '../../../src/disputes/delivery/check-deliveries.ts';
import { postDeliveries, repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { readDelivery, type Delivery } from '../../../src/disputes/delivery/read-delivery.ts';
import { verifyClaims } from '../../../src/disputes/facts/verify-claims.ts';
import { contextAt, seededRandom } from '../../billing/scene.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildCast, buildPayment, buildWorkspace, type Cast } from '../../support/programs/build.ts';

const database = useTestDatabase();
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const START = new Date('2026-06-10T09:00:00Z');
const day = (count: number): Date => new Date(START.getTime() + count * DAY_MS);
const now = contextAt(day(200));

let cast: Cast;
let workspaceId: number;
let number = 0;

beforeEach(async () => {
  await database.db('delivery_progress').update({ sessions_to: day(-100), periods_to: day(-100) });
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  workspaceId = (await buildWorkspace(database.db, owned)).id;
});

/** A paid order with its invoice; the period in days after `START`. */
async function paid(
  from: number,
  to: number,
  change: Partial<{ plan: string; at: number; isUpgrade: boolean; company_id: number; user_id: number }> = {},
): Promise<number> {
  const { plan = 'team', at = from, isUpgrade = false, ...rest } = change;
  const { db } = database;
  const company = { company_id: cast.acme.id, user_id: cast.alice.id, ...rest };
  const facts = isUpgrade ? await priceList(db) : {};
  const payment = await buildPayment(db, {
    ...{ ...company, plan, status: 'success', paid_at: day(at), created_at: day(at), ...facts },
  });
  number += 1;
  await db('invoices').insert({
    ...{ payment_id: payment.id, company_id: company.company_id, year: 2026, number, plan },
    ...{ invoice_no: `D${String(number)}`, issued_at: day(at), period_start: day(from), period_end: day(to) },
    ...{ currency: 'TRY', total_minor: 149_900, tax_minor: 0, tax_percent: 20, buyer: {}, seller: {} },
  });
  return payment.id;
}

async function priceList(db: Knex): Promise<Record<string, unknown>> {
  const list = await db('price_lists').first<{ id: number }>('id');
  return { price_list_id: list.id, price_facts: { upgrade: { parts: [] } } };
}

/** A session in minutes after `START`; without `connected` nothing was counted. */
async function used(
  from: number,
  length: number,
  change: Partial<{
    connected: number;
    active: number;
    interactive: number;
    partly: boolean;
    open: boolean;
    user: number;
  }> = {},
): Promise<number> {
  const { connected, active = 0, interactive = 0, partly = false, open = false, user = cast.bob.id } = change;
  const started = new Date(START.getTime() + from * MINUTE_MS);
  const last = new Date(started.getTime() + length * MINUTE_MS);
  number += 1;
  const [row] = await database
    .db('workspace_sessions')
    .insert({
      ...{ company_id: cast.acme.id, workspace_id: workspaceId, user_id: user, access_method: 'web' },
      ...{ started_at: started, last_activity_at: last, session_id: String(number).padStart(64, '0') },
      ...(open ? {} : { ended_at: last, end_reason: 'idle' }),
      ...(connected === undefined
        ? { interactive_seconds: interactive }
        : {
            connected_minutes: connected,
            active_minutes: active,
            connected_until: last,
            is_partly_seen: partly,
          }),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

const post = async (batch = 400): Promise<void> => {
  await database.db('delivery_progress').update({ sessions_to: day(-100), periods_to: day(-100) });
  await postDeliveries(database.db, now, { batch });
};
const minutes = async (
  paymentId: number,
): Promise<Pick<Delivery, 'sessions' | 'proven_minutes' | 'at_most_minutes'>> => {
  const { sessions, proven_minutes, at_most_minutes } = await readDelivery(database.db, { paymentId });
  return { sessions, proven_minutes, at_most_minutes };
};
const elsewhere = (kind: string) =>
  database
    .db('payment_deliveries')
    .where({ company_id: cast.acme.id, kind })
    .orderBy('session_started_at')
    .select('proven_seconds', 'at_most_seconds');
const inMinutes = (days: number, more = 0): number => days * 1440 + more;

describe('use that is posted against payments', () => {
  it('is none for a payment whose period nobody used', async () => {
    const payment = await paid(0, 30);
    await post();
    expect(await readDelivery(database.db, { paymentId: payment })).toMatchObject({
      ...{
        sessions: 0,
        proven_minutes: 0,
        at_most_minutes: 0,
        first_use_at: null,
        last_use_at: null,
        days: [],
      },
      period: { kind: 'paid', from_at: day(0), to_at: day(30) },
    });
  });

  it('has the minutes of the sessions in the period, by day in Istanbul', async () => {
    const payment = await paid(0, 30);
    await used(inMinutes(1), 60, { connected: 50, active: 40 });
    await used(inMinutes(2), 30, { connected: 31, active: 12 });
    await post();
    expect(await readDelivery(database.db, { paymentId: payment })).toMatchObject({
      ...{ sessions: 2, proven_minutes: 52, at_most_minutes: 80 },
      first_use_at: day(1),
      last_use_at: new Date(day(2).getTime() + 30 * MINUTE_MS),
      days: [
        { day: '2026-06-11', sessions: 1, proven_minutes: 40, at_most_minutes: 50 },
        { day: '2026-06-12', sessions: 1, proven_minutes: 12, at_most_minutes: 30 },
      ],
      over_midnight: { proven_seconds: 0, at_most_seconds: 0 },
    });
  });

  it('adds sessions up, and beside them counts a person in two sessions at once once: never above real time', async () => {
    const payment = await paid(0, 30);
    await used(inMinutes(1), 60, { connected: 60, active: 40 });
    await used(inMinutes(1, 30), 60, { connected: 60, active: 40 });
    await used(inMinutes(3), 50, { connected: 50, active: 45, user: cast.alice.id });
    await used(inMinutes(3), 50, { connected: 50, active: 45 });
    await used(inMinutes(3, 10), 30, { connected: 30, active: 25 });
    await post();
    // At most 30 minutes can be the same of the first two sessions; all 25 of the last in the one before.
    expect(await readDelivery(database.db, { paymentId: payment })).toMatchObject({
      ...{ proven_minutes: 195, at_most_minutes: 250 },
      ...{ person_proven_minutes: 50 + 45 + 45, person_at_most_minutes: 90 + 50 + 50 },
      days: [
        { day: '2026-06-11', proven_minutes: 80, person_proven_minutes: 50, person_at_most_minutes: 90 },
        { day: '2026-06-13', proven_minutes: 115, person_proven_minutes: 90, person_at_most_minutes: 100 },
      ],
    });
  });

  it('finds the same time of people anew, by a query of its own, of three hundred sessions in a tangle', async () => {
    const payment = await paid(0, 30);
    const random = seededRandom(16);
    for (let count = 0; count < 300; count += 1) {
      const length = Math.ceil(random() * 400);
      const connected = Math.floor(random() * length);
      const user = [cast.alice.id, cast.bob.id][count % 2] ?? 0;
      const active = Math.floor(random() * connected);
      await used(Math.floor(random() * 20 * 1440), length, { connected, active, user });
    }
    await post();
    const { proven_minutes, person_proven_minutes, person_at_most_minutes, at_most_minutes } =
      await readDelivery(database.db, { paymentId: payment });
    expect(person_proven_minutes).toBeLessThan(proven_minutes);
    expect(person_at_most_minutes).toBeLessThan(at_most_minutes);
    expect(person_proven_minutes).toBeLessThanOrEqual(person_at_most_minutes);
    const claims = [{ found: 'person_minutes', value: person_proven_minutes } as const];
    const asOf = day(100);
    expect(await verifyClaims(database.db, { paymentId: payment, asOf, records: [], claims })).toEqual([]);
  });

  it('takes the whole length for an upper bound where nothing was counted, or only a part was seen', async () => {
    const payment = await paid(0, 30);
    await used(inMinutes(1), 60, { interactive: 600 });
    await used(inMinutes(2), 60, { connected: 20, active: 10, partly: true });
    await post();
    expect(await minutes(payment)).toEqual({ sessions: 2, proven_minutes: 20, at_most_minutes: 120 });
  });

  it('posts minutes outside every paid period as such', async () => {
    const payment = await paid(0, 30);
    await used(inMinutes(-3), 60, { connected: 50, active: 40 });
    await used(inMinutes(31), 60, { connected: 10, active: 5 });
    await post();
    expect(await minutes(payment)).toEqual({ sessions: 0, proven_minutes: 0, at_most_minutes: 0 });
    expect(await elsewhere('outside')).toEqual([
      { proven_seconds: 2400, at_most_seconds: 3000 },
      { proven_seconds: 300, at_most_seconds: 600 },
    ]);
  });

  it('claims of a session over the end of a period no more than must have been in it, and adds up', async () => {
    const first = await paid(0, 30);
    const second = await paid(30, 60);
    // 40 minutes before the end and 20 after it; 50 of them counted as active.
    await used(inMinutes(30, -40), 60, { connected: 55, active: 50 });
    await post();
    expect(await minutes(first)).toEqual({ sessions: 1, proven_minutes: 30, at_most_minutes: 40 });
    expect(await minutes(second)).toEqual({ sessions: 1, proven_minutes: 10, at_most_minutes: 20 });
    expect(await elsewhere('unplaced')).toEqual([{ proven_seconds: 600, at_most_seconds: -300 }]);
  });

  it('claims of a day no more than must have been in it: the rest was over midnight', async () => {
    const payment = await paid(0, 30);
    // Midnight in Istanbul is 21:00 UTC, twelve hours after START.
    await used(720 - 10, 30, { connected: 30, active: 25 });
    await post();
    const { days, over_midnight, proven_minutes } = await readDelivery(database.db, { paymentId: payment });
    expect(days).toMatchObject([
      { day: '2026-06-10', proven_minutes: 5, at_most_minutes: 10 },
      { day: '2026-06-11', proven_minutes: 15, at_most_minutes: 20 },
    ]);
    expect(proven_minutes).toBe(25);
    expect(over_midnight).toEqual({ proven_seconds: 300, at_most_seconds: 0 });
  });

  it('follows a session that goes on, and one that ends late', async () => {
    const payment = await paid(0, 30);
    const session = await used(inMinutes(1), 10, { connected: 10, active: 4, open: true });
    await post();
    expect(await minutes(payment)).toEqual({ sessions: 1, proven_minutes: 4, at_most_minutes: 10 });
    const last = new Date(day(1).getTime() + 25 * MINUTE_MS);
    await database
      .db('workspace_sessions')
      .where({ id: session })
      .update({ last_activity_at: last, connected_minutes: 25, active_minutes: 9, connected_until: last });
    await post();
    expect(await minutes(payment)).toEqual({ sessions: 1, proven_minutes: 9, at_most_minutes: 25 });
    await database
      .db('workspace_sessions')
      .where({ id: session })
      .update({ ended_at: last, end_reason: 'idle' });
    await post();
    expect(await minutes(payment)).toEqual({ sessions: 1, proven_minutes: 9, at_most_minutes: 25 });
    expect(await checkDeliveries(database.db, { companyId: cast.acme.id })).toMatchObject({ differences: 0 });
  });

  it('follows time that a refund took back: later time comes forward with its minutes', async () => {
    const first = await paid(0, 30);
    const second = await paid(30, 60, { at: 1 });
    await used(inMinutes(9), 60, { connected: 60, active: 30 });
    await used(inMinutes(11), 60, { connected: 60, active: 20 });
    await used(inMinutes(45), 60, { connected: 60, active: 10 });
    await post();
    expect(await minutes(first)).toEqual({ sessions: 2, proven_minutes: 50, at_most_minutes: 120 });
    expect(await minutes(second)).toEqual({ sessions: 1, proven_minutes: 10, at_most_minutes: 60 });
    await database
      .db('payments')
      .where({ id: first })
      .update({ time_taken_at: day(10) });
    await post();
    expect(await minutes(first)).toEqual({ sessions: 1, proven_minutes: 30, at_most_minutes: 60 });
    // Now from day 10 to day 40.
    expect(await minutes(second)).toEqual({ sessions: 1, proven_minutes: 20, at_most_minutes: 60 });
    expect(await elsewhere('outside')).toEqual([{ proven_seconds: 600, at_most_seconds: 3600 }]);
  });

  it('posts time that a larger plan’s month converted against the larger plan', async () => {
    const small = await paid(0, 30, { plan: 'starter' });
    const ahead = await paid(30, 60, { plan: 'starter', at: 1 });
    const large = await paid(10, 55, { plan: 'team', at: 10 });
    for (const at of [5, 20, 50]) await used(inMinutes(at), 60, { connected: 60, active: 30 });
    await post();
    expect(await minutes(small)).toMatchObject({ sessions: 1, proven_minutes: 30 });
    expect(await minutes(ahead)).toMatchObject({ sessions: 0 });
    expect(await minutes(large)).toMatchObject({ sessions: 2, proven_minutes: 60 });
  });

  it('shows the use of an upgrade beside that of the month it was bought for, and counts it once', async () => {
    const month = await paid(0, 30, { plan: 'starter' });
    const upgrade = await paid(10, 30, { plan: 'team', isUpgrade: true });
    for (const at of [5, 20]) await used(inMinutes(at), 60, { connected: 60, active: 30 });
    await post();
    expect(await minutes(month)).toMatchObject({ sessions: 2, proven_minutes: 60 });
    expect(await minutes(upgrade)).toMatchObject({ sessions: 1, proven_minutes: 30 });
    const check = await checkDeliveries(database.db, { companyId: cast.acme.id });
    expect(check.posted_proven_seconds).toBe(3600);
  });

  it('has minutes of the days of grace once the payment for them is there', async () => {
    await paid(0, 30);
    await used(inMinutes(32), 60, { connected: 60, active: 30 });
    await post();
    expect(await elsewhere('outside')).toHaveLength(1);
    const late = await paid(30, 60, { at: 34 });
    await post();
    expect(await minutes(late)).toMatchObject({ sessions: 1, proven_minutes: 30 });
    expect(await elsewhere('outside')).toEqual([]);
  });
});

describe('the ledger', () => {
  it('equals the sum of the sessions, of a thousand of any kind, second by second', async () => {
    const random = seededRandom(16);
    const payments = [await paid(0, 30), await paid(30, 61), await paid(70, 100), await paid(100, 131)];
    payments.push(await paid(110, 131, { plan: 'enterprise', isUpgrade: true }));
    await post();
    const rows = Array.from({ length: 1000 }, (_none, index) => anySession(random, index));
    await database.db.batchInsert('workspace_sessions', rows, 500);
    // Each run posts a part: 25 batches at most, and here of 25.
    await post(25);
    const first = await checkDeliveries(database.db, { companyId: cast.acme.id });
    expect(first.differences).toBe(375);
    await post(25);
    const check = await checkDeliveries(database.db, { companyId: cast.acme.id });
    expect(check).toMatchObject({ sessions: 1000, differences: 0 });
    expect(check.posted_proven_seconds).toBe(check.session_proven_seconds);
    expect(check.posted_at_most_seconds).toBe(check.session_at_most_seconds);
    // The same from the rows themselves, by no code of ours.
    const totals = await database
      .db('workspace_sessions')
      .where('company_id', cast.acme.id)
      .first<{ least: number; most: number }>(
        database.db.raw(
          `sum(least(case when connected_until is null then interactive_seconds else active_minutes * 60 end, most.seconds))::bigint as least, sum(most.seconds)::bigint as most`,
        ),
      )
      .joinRaw(`cross join lateral (select floor(extract(epoch from coalesce(ended_at, last_activity_at) - started_at)) as length) as l
      cross join lateral (select case when connected_until is null or is_partly_seen then l.length else least(l.length, connected_minutes * 60) end as seconds) as most`);
    expect(check.session_proven_seconds).toBe(totals.least);
    expect(check.session_at_most_seconds).toBe(totals.most);
    for (const paymentId of payments) {
      const { days, over_midnight, ...whole } = await readDelivery(database.db, { paymentId });
      expect(whole.proven_minutes).toBeGreaterThan(0);
      for (const bound of ['proven_seconds', 'at_most_seconds'] as const)
        expect(days.reduce((sum, of) => sum + of[bound], over_midnight[bound])).toBe(whole[bound]);
    }
  });

  it('is made anew for a company, and a check finds what was changed in it', async () => {
    const payment = await paid(0, 30);
    await used(inMinutes(1), 60, { connected: 50, active: 40 });
    await used(inMinutes(2), 60, { connected: 50, active: 40 });
    await post();
    await database
      .db('payment_deliveries')
      .where({ payment_id: payment })
      .limit(1)
      .update({ proven_seconds: 1 });
    await database
      .db('delivery_periods')
      .where({ payment_id: payment })
      .update({ to_at: day(1) });
    const of = { companyId: cast.acme.id };
    expect(await checkDeliveries(database.db, of)).toMatchObject({ sessions: 2, differences: 2 });
    await repostDeliveries(database.db, of);
    expect(await checkDeliveries(database.db, of)).toMatchObject({ sessions: 2, differences: 0 });
    expect(await minutes(payment)).toEqual({ sessions: 2, proven_minutes: 80, at_most_minutes: 100 });
  });

  it('posts the same when two processes post at once', async () => {
    const payment = await paid(0, 30);
    for (const at of [1, 2, 3]) await used(inMinutes(at), 60, { connected: 50, active: 40 });
    await Promise.all([post(), post(), repostDeliveries(database.db, { companyId: cast.acme.id })]);
    expect(await minutes(payment)).toEqual({ sessions: 3, proven_minutes: 120, at_most_minutes: 150 });
  });

  it('never posts the use of one company against the payment of another', async () => {
    const globex = await paid(0, 30, { company_id: cast.globex.id, user_id: cast.charlie.id });
    await used(inMinutes(1), 60, { connected: 50, active: 40 });
    await post();
    expect(await minutes(globex)).toEqual({ sessions: 0, proven_minutes: 0, at_most_minutes: 0 });
  });
});

/** A session as any way of counting leaves it: crossing ends and midnights, empty, open, partly seen. */
function anySession(random: () => number, index: number): Record<string, unknown> {
  const started = START.getTime() + Math.floor((random() * 150 - 10) * DAY_MS);
  const length = random() < 0.05 ? 0 : Math.floor(random() ** 4 * (random() < 0.02 ? 40 : 1) * DAY_MS);
  const last = new Date(started + length);
  const isOpen = random() < 0.1;
  const connected = Math.floor(random() * (length / MINUTE_MS + 2));
  const counted = {
    connected_minutes: connected,
    active_minutes: Math.floor(random() * (connected + 1)),
    connected_until: last,
    is_partly_seen: random() < 0.2,
  };
  const uncounted = { connected_minutes: 0, active_minutes: 0, connected_until: null, is_partly_seen: false };
  return {
    ...{ company_id: cast.acme.id, workspace_id: workspaceId, user_id: cast.bob.id, access_method: 'web' },
    ...{
      started_at: new Date(started),
      last_activity_at: last,
      session_id: `a${String(index)}`.padStart(64, '0'),
    },
    ...(isOpen ? { ended_at: null, end_reason: null } : { ended_at: last, end_reason: 'idle' }),
    interactive_seconds: Math.floor(random() * (length / 1000 + 100)),
    ...(random() < 0.3 ? uncounted : counted),
  };
}
