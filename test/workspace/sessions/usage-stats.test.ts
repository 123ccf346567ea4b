import { beforeEach, describe, expect, it } from 'vitest';
import {
  calculateUsageByUser,
  calculateUsageByWorkspace,
} from '../../../src/workspace/sessions/usage-stats.ts';
import type { UsageFilter } from '../../../src/workspace/sessions/session-spans.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { browser, contextOf, minute } from '../scene.ts';

const database = useTestDatabase();
let cast: Cast;
let api: number;
let web: number;
let count = 0;

beforeEach(async () => {
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  api = (await buildWorkspace(database.db, owned)).id;
  web = (await buildWorkspace(database.db, owned)).id;
});

describe('hours of use', () => {
  it('are none, with no times, when nobody used anything', async () => {
    expect(await usage({})).toEqual({
      connected_seconds: 0,
      active_seconds: 0,
      sessions: 0,
      ...counted(0),
      first_started_at: null,
      last_activity_at: null,
    });
  });

  it('count the overlap of two tabs, browsers or workspaces of one person once', async () => {
    await used({ from: 0, to: 60 });
    await used({ from: 30, to: 90 });
    await used({ from: 40, to: 50, workspace: web });
    await used({ from: 120, to: 150, workspace: web });
    expect(await usage({})).toEqual({
      connected_seconds: 120 * 60,
      active_seconds: 0,
      sessions: 4,
      ...counted(4),
      first_started_at: minute(0),
      last_activity_at: minute(150),
    });
  });

  it('of two browsers that were really open at once are their union', async () => {
    const workspace = { workspaceId: api, companyId: cast.acme.id, accessMethod: 'web' } as const;
    const first = (at: number) => contextOf(cast.bob, minute(at));
    const second = (at: number) => contextOf(cast.bob, minute(at), { browserSessionHash: browser('second') });
    const one = await WorkspaceSessionTracker.startSession(database.db, first(0), workspace);
    const two = await WorkspaceSessionTracker.startSession(database.db, second(10), workspace);
    await WorkspaceSessionTracker.endSession(database.db, first(20), {
      workspaceSessionId: one.id,
      reason: 'closed',
    });
    await WorkspaceSessionTracker.endSession(database.db, second(25), {
      workspaceSessionId: two.id,
      reason: 'closed',
    });
    expect(await usage({ userId: cast.bob.id })).toMatchObject({ connected_seconds: 25 * 60, sessions: 2 });
  });

  it('of different people add up, also at the same moment', async () => {
    await used({ from: 0, to: 60 });
    await used({ from: 0, to: 60, user: cast.alice.id });
    expect(await usage({})).toMatchObject({ connected_seconds: 120 * 60, sessions: 2 });
    expect(await usage({ userId: cast.bob.id })).toMatchObject({ connected_seconds: 60 * 60, sessions: 1 });
  });

  it('of an open session go to its last activity and no further', async () => {
    await used({ from: 0, to: null, last: 12 });
    expect(await usage({})).toMatchObject({ connected_seconds: 12 * 60, last_activity_at: minute(12) });
  });

  it('go to the close when the person closed it, and the last activity when it ran out', async () => {
    await used({ from: 0, to: 20, last: 12 });
    expect(await usage({})).toMatchObject({ connected_seconds: 20 * 60 });
  });

  it('of a session of no length are none, and it counts as a session', async () => {
    await used({ from: 5, to: 5 });
    expect(await usage({})).toMatchObject({ connected_seconds: 0, sessions: 1, first_started_at: minute(5) });
  });

  it('are cut at both ends of the period', async () => {
    await used({ from: 0, to: 60 });
    await used({ from: 50, to: 130 });
    expect(await usage({ from: minute(30), to: minute(100) })).toMatchObject({
      connected_seconds: 70 * 60,
      sessions: 2,
    });
    expect(await usage({ from: minute(120) })).toMatchObject({ connected_seconds: 10 * 60, sessions: 1 });
    expect(await usage({ to: minute(10) })).toMatchObject({ connected_seconds: 10 * 60, sessions: 1 });
    expect(await usage({ from: minute(131) })).toMatchObject({ connected_seconds: 0, sessions: 0 });
    expect(await usage({ to: minute(0) })).toMatchObject({ connected_seconds: 0, sessions: 0 });
  });

  it('of periods that follow each other add up to the whole', async () => {
    await used({ from: 0, to: 47 });
    await used({ from: 13, to: 95 });
    const parts = await Promise.all(
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((from) =>
        usage({ from: minute(from), to: minute(from + 10) }),
      ),
    );
    const sum = parts.reduce((seconds, part) => seconds + part.connected_seconds, 0);
    expect(sum).toBe((await usage({})).connected_seconds);
  });

  it('of another company are never counted', async () => {
    await used({ from: 0, to: 60 });
    expect(await usage({ companyId: cast.globex.id })).toMatchObject({ connected_seconds: 0, sessions: 0 });
    expect(await usage({ companyId: cast.globex.id, userId: cast.bob.id, workspaceId: api })).toMatchObject({
      connected_seconds: 0,
    });
  });

  it('can be asked of one workspace, of each workspace and of each person', async () => {
    await used({ from: 0, to: 60 });
    await used({ from: 30, to: 90, workspace: web });
    await used({ from: 0, to: 10, user: cast.alice.id });
    expect(await usage({ workspaceId: api })).toMatchObject({ connected_seconds: 70 * 60, sessions: 2 });
    const filter = { companyId: cast.acme.id };
    expect(byKey(await calculateUsageByWorkspace(database.db, filter), 'workspace_id')).toEqual({
      [api]: 70 * 60,
      [web]: 60 * 60,
    });
    expect(byKey(await calculateUsageByUser(database.db, filter), 'user_id')).toEqual({
      [cast.bob.id]: 90 * 60,
      [cast.alice.id]: 10 * 60,
    });
    expect(await calculateUsageByWorkspace(database.db, { ...filter, workspaceIds: [web] })).toHaveLength(1);
    expect(await calculateUsageByWorkspace(database.db, { ...filter, workspaceIds: [] })).toEqual([]);
  });

  it('are the same as adding up each second by hand', async () => {
    // Intervals from a small generator: the same ones in each run.
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const minutes = new Set<number>();
    for (let index = 0; index < 40; index += 1) {
      const from = random(500);
      const length = random(40);
      for (let at = from; at < from + length; at += 1) minutes.add(at);
      await used({ from, to: from + length, workspace: random(2) === 0 ? api : web });
    }
    expect(await usage({ userId: cast.bob.id })).toMatchObject({
      connected_seconds: minutes.size * 60,
      sessions: 40,
    });
  });
});

describe('the least that can be shown', () => {
  it('is what was reported where nothing was counted, and of two at once what the busier shows', async () => {
    await used({ from: 0, to: 60, interactive: 600 });
    expect(await usage({})).toMatchObject({ active_seconds: 600 });
    await used({ from: 0, to: 60, interactive: 3500 });
    expect(await usage({})).toMatchObject({ connected_seconds: 3600, active_seconds: 3500 });
  });

  it('of a session that reaches out of the period takes what may lie outside from it', async () => {
    await used({ from: 0, to: 60, interactive: 45 * 60 });
    expect(await usage({ from: minute(20) })).toMatchObject({ active_seconds: 25 * 60 });
    expect(await usage({ from: minute(10), to: minute(40) })).toMatchObject({ active_seconds: 15 * 60 });
    expect(await usage({ from: minute(50) })).toMatchObject({ active_seconds: 0 });
  });
});

/** None of these sessions was counted. */
function counted(uncounted_sessions: number): Record<string, number> {
  return { counted_sessions: 0, partly_counted_sessions: 0, uncounted_sessions };
}

function usage(filter: Partial<UsageFilter>) {
  return WorkspaceSessionTracker.usageStats(database.db, null, { companyId: cast.acme.id, ...filter });
}

async function used(session: {
  from: number;
  to: number | null;
  last?: number;
  interactive?: number;
  workspace?: number;
  user?: number;
}): Promise<void> {
  count += 1;
  await database.db('workspace_sessions').insert({
    company_id: cast.acme.id,
    workspace_id: session.workspace ?? api,
    user_id: session.user ?? cast.bob.id,
    started_at: minute(session.from),
    ended_at: session.to === null ? null : minute(session.to),
    end_reason: session.to === null ? null : 'closed',
    last_activity_at: minute(session.last ?? session.to ?? session.from),
    interactive_seconds: session.interactive ?? 0,
    session_id: `browser-${String(count)}`,
    access_method: 'web',
  });
}

function byKey<Key extends string>(
  rows: (Record<Key, number> & { connected_seconds: number })[],
  key: Key,
): Record<number, number> {
  return Object.fromEntries(rows.map((row) => [row[key], row.connected_seconds]));
}
