import { beforeEach, describe, expect, it } from 'vitest';
import type { UsageFilter } from '../../../src/workspace/sessions/session-spans.ts';
import {
  calculateUsage,
  calculateUsageByDay,
  type DayUsage,
  type UsageStats,
} from '../../../src/workspace/sessions/usage-stats.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { minute, START } from '../scene.ts';

const database = useTestDatabase();
let cast: Cast;
let workspaceId: number;
let count = 0;

beforeEach(async () => {
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  workspaceId = (await buildWorkspace(database.db, owned)).id;
});

describe('the bounds of counted use', () => {
  it('are nothing when nothing was used', async () => {
    expect(await bounds()).toMatchObject(minutes(0, 0, { sessions: 0, counted_sessions: 0 }));
  });

  it('of one session are what was counted', async () => {
    await used({ from: 0, to: 59, connected: 40, active: 7 });
    expect(await bounds()).toMatchObject(minutes(40, 7, { counted_sessions: 1 }));
  });

  it('take a session in which nothing was counted with its whole length, and one that counted 0 for 0', async () => {
    await used({ from: 0, to: 30, connected: null });
    await used({ from: 20, to: 45, connected: null });
    await used({ from: 60, to: 70, connected: 11, active: 0 });
    expect(await bounds()).toMatchObject(minutes(56, 0, { counted_sessions: 1, uncounted_sessions: 2 }));
  });

  it('never count an hour of two browsers at once twice', async () => {
    await used({ from: 0, to: 59, connected: 60, active: 10 });
    await used({ from: 0, to: 59, connected: 60, active: 20 });
    expect(await bounds()).toMatchObject(minutes(60, 20, { counted_sessions: 2 }));
  });

  it('add up what cannot have been at once', async () => {
    await used({ from: 0, to: 59, connected: 50, active: 10 });
    await used({ from: 60, to: 119, connected: 60, active: 20 });
    expect(await bounds()).toMatchObject(minutes(110, 30));
  });

  it('know that little overlap hides little', async () => {
    // Minutes 0 to 59 and 50 to 109: at most ten minutes were counted twice.
    await used({ from: 0, to: 59, connected: 60, active: 40 });
    await used({ from: 50, to: 109, connected: 60, active: 30 });
    expect(await bounds()).toMatchObject(minutes(110, 60));
  });

  it('share the minute in which one session ends and the next begins', async () => {
    await used({ from: 0, to: 10, connected: 11, active: 11 });
    await used({ from: 10.5, to: 20, connected: 11, active: 11 });
    expect(await bounds()).toMatchObject(minutes(21, 21));
  });

  it('of different people add up, also at the same moment; those of another company never', async () => {
    await used({ from: 0, to: 59, connected: 60, active: 10 });
    await used({ from: 0, to: 59, connected: 60, active: 10, user: cast.alice.id });
    expect(await bounds()).toMatchObject(minutes(120, 20));
    expect(await bounds({ userId: cast.bob.id })).toMatchObject(minutes(60, 10));
    expect(await bounds({ companyId: cast.globex.id })).toMatchObject(minutes(0, 0));
  });

  it('of one person are not stretched by what another did in between', async () => {
    await used({ from: 0, to: 60, connected: null });
    await used({ from: 30, to: 90, connected: null, user: cast.alice.id });
    await used({ from: 80, to: 100, connected: null });
    expect(await bounds()).toMatchObject({ uncounted_sessions: 3, connected_seconds: 140 * 60 });
  });

  it('are cut at an edge also where another session overlaps', async () => {
    await used({ from: 0, to: 19, connected: 20, active: 0 });
    await used({ from: 19, to: 59, connected: 2, active: 0 });
    expect(await bounds({ from: minute(10) })).toMatchObject(minutes(12, 0));
  });

  it('are cut at the edges of a period: at most what fits in, at least what does not fit outside', async () => {
    await used({ from: 0, to: 59, connected: 30, active: 25 });
    expect(await bounds({ from: minute(10) })).toMatchObject(minutes(30, 15));
    expect(await bounds({ to: minute(20) })).toMatchObject(minutes(20, 0));
    expect(await bounds({ from: minute(60) })).toMatchObject(minutes(0, 0));
  });

  it('hold whatever minutes it really were', async () => {
    // From a small generator: the same ones in each run.
    let seed = 11;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const [connected, active] = [new Set<number>(), new Set<number>()];
    for (let index = 0; index < 60; index += 1) {
      const from = random(900);
      const length = 1 + random(40);
      // The first and the last minute are counted, as the gateway does.
      const own = Array.from({ length }, (_, at) => from + at).filter(
        (at) => at === from || at === from + length - 1 || random(3) > 0,
      );
      const sent = own.filter(() => random(4) === 0);
      for (const at of own) connected.add(at);
      for (const at of sent) active.add(at);
      await used({ from, to: from + length - 1, connected: own.length, active: sent.length });
    }
    const found = await bounds();
    expect(found.connected_seconds).toBeGreaterThanOrEqual(connected.size * 60);
    expect(found.active_seconds).toBeLessThanOrEqual(active.size * 60);
    // The bounds are also tight: a bound that is always 0, or all of the time, would hold as well.
    expect(found.connected_seconds).toBeLessThanOrEqual(900 * 60);
    expect(found.active_seconds).toBeGreaterThan(0);
  });
});

describe('the bounds of each day', () => {
  it('are cut at midnight in Istanbul, and days without use are left out', async () => {
    // START is 06:00 UTC, 09:00 in Istanbul; midnight there comes 900 minutes later.
    await used({ from: 0, to: 59, connected: 60, active: 20 });
    await used({ from: 880, to: 939, connected: 60, active: 50 });
    expect(await days()).toMatchObject([
      { day: '2026-06-01', ...minutes(80, 30) },
      { day: '2026-06-02', ...minutes(40, 30) },
    ]);
  });

  it('begin and end with the month, whatever reaches over its edge', async () => {
    const before = -(9 * 60 + 10);
    await used({ from: before, to: before + 29, connected: 30, active: 30 });
    expect(await days()).toMatchObject([{ day: '2026-06-01', ...minutes(20, 20) }]);
  });

  it('have what was only opened with its length', async () => {
    await used({ from: 880, to: 940, connected: null });
    expect(await days()).toMatchObject([
      { day: '2026-06-01', ...minutes(20, 0), uncounted_sessions: 1 },
      { day: '2026-06-02', ...minutes(40, 0), uncounted_sessions: 1 },
    ]);
  });
});

function minutes(connected: number, active: number, more: Partial<UsageStats> = {}): Partial<UsageStats> {
  return { connected_seconds: connected * 60, active_seconds: active * 60, ...more };
}

function bounds(filter: Partial<UsageFilter> = {}): Promise<UsageStats> {
  return calculateUsage(database.db, { companyId: cast.acme.id, ...filter });
}

function days(): Promise<DayUsage[]> {
  return calculateUsageByDay(database.db, {
    companyId: cast.acme.id,
    month: '2026-06',
    from: new Date('2026-05-31T21:00:00Z'),
    to: new Date('2026-06-30T21:00:00Z'),
  });
}

/**
 * Builds a session from the first to the last counted minute, whose end is the session's. With null nothing
 * was counted, and the session ends at `to`.
 */
async function used(session: {
  from: number;
  to: number;
  connected: number | null;
  active?: number;
  user?: number;
}): Promise<void> {
  count += 1;
  const end = minute(session.connected === null ? session.to : session.to + 1);
  await database.db('workspace_sessions').insert({
    company_id: cast.acme.id,
    workspace_id: workspaceId,
    user_id: session.user ?? cast.bob.id,
    started_at: minute(session.from),
    ended_at: end,
    end_reason: 'closed',
    last_activity_at: end,
    connected_minutes: session.connected ?? 0,
    active_minutes: session.active ?? 0,
    connected_until: session.connected === null ? null : new Date(START.getTime() + session.to * 60_000),
    session_id: `browser-${String(count)}`,
    access_method: 'web',
  });
}
