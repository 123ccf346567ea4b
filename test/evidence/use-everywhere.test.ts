import { describe, expect, it } from 'vitest';
import { formatFor } from '../../src/web/format.ts';
import { sessionBounds } from '../../src/workspace/sessions/session-bounds.ts';
import type { WorkspaceSession } from '../../src/workspace/session-row.ts';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { useTestApp } from '../support/app.ts';
import {
  buildAccessToken,
  buildCast,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { contextOf } from './support.ts';

const testApp = useTestApp();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const { t, duration } = formatFor('en');

interface Session {
  started_at: string;
  ended_at: string | null;
  last_activity_at: string;
  duration_seconds: number | null;
  connected_seconds: number | null;
  active_seconds: number | null;
  connected_minutes: number | null;
  active_minutes: number | null;
}
interface Bundle {
  workspace_sessions: (Session & { id: number })[];
  summary: Record<string, number>;
}

describe.each([1, 2, 3])('the use of a person with history %i', (seed) => {
  it('is one pair of bounds in the pages, the bundle, its lines, the CSV and the API: active ≤ connected ≤ length', async () => {
    const { db } = testApp;
    const cast = await buildCast(db);
    const random = randomFrom(seed);
    const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    const places = [(await buildWorkspace(db, owned)).id, (await buildWorkspace(db, owned)).id];
    for (let index = 0; index < 40; index += 1)
      await insertSession(cast, pick(random, places), index, random);
    const alice = await signIn(testApp.app, cast.alice);
    const now = Date.now();
    for (const query of ['', `&from=${day(now - 3 * DAY_MS)}&to=${day(now - 2 * DAY_MS)}`])
      await compareFiles(cast, alice, query);
    await comparePages(cast, alice, places);
    await compareApi(cast, alice);
    await compareCsv(cast, alice, places[0]!);
  });
});

/**
 * Sessions of the last week, of all kinds: overlapping, open, cut by midnight, some by the admin in Bob's
 * workspace.
 */
async function insertSession(
  cast: Cast,
  workspace_id: number,
  index: number,
  random: () => number,
): Promise<void> {
  const startedAt = Date.now() - DAY_MS - Math.floor(random() * 6 * DAY_MS);
  const endedAt = startedAt + Math.floor(random() ** 3 * 5 * 60 * MINUTE_MS);
  // Every minute of the clock that the session touches, so one more than it lasts: as the gateway counts
  // them.
  const touched = Math.floor(endedAt / MINUTE_MS) - Math.floor(startedAt / MINUTE_MS) + 1;
  const connected = random() < 0.5 ? touched : Math.ceil(random() * touched);
  const isOnBehalf = random() < 0.15;
  const isOpen = random() < 0.1;
  const isCounted = random() < 0.75;
  await testApp.db('workspace_sessions').insert({
    company_id: cast.acme.id,
    workspace_id,
    user_id: isOnBehalf ? cast.alice.id : cast.bob.id,
    on_behalf_of: isOnBehalf ? cast.bob.id : null,
    started_at: new Date(startedAt),
    ended_at: isOpen ? null : new Date(endedAt),
    end_reason: isOpen ? null : 'closed',
    last_activity_at: new Date(endedAt),
    interactive_seconds:
      Math.floor(random() * 2 * (endedAt - startedAt)) / 1000 > 1
        ? Math.floor((endedAt - startedAt) / 900)
        : 0,
    connected_minutes: isCounted ? connected : 0,
    active_minutes: isCounted ? Math.floor(random() * (connected + 1)) : 0,
    connected_until: isCounted ? new Date(Math.floor(endedAt / MINUTE_MS) * MINUTE_MS) : null,
    is_partly_seen: random() < 0.2,
    session_id: `browser-${String(index)}`,
    access_method: 'web',
  });
}

async function compareFiles(cast: Cast, alice: Visitor, query: string): Promise<void> {
  const bundle = await readBundle(cast.bob, alice, query);
  const path = `/admin/users/${String(cast.bob.id)}/export-logs?format=ndjson${query}`;
  const lines = (await alice.get(path)).text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines.filter((line) => 'type' in line && line.type === 'workspace_session')).toMatchObject(
    bundle.workspace_sessions,
  );
  expect(lines.at(-1)).toMatchObject(bundle.summary);
  let lengths = 0;
  for (const session of bundle.workspace_sessions) {
    const row = await rowOf(session.id);
    const { length_seconds, connected_seconds, active_seconds } = sessionBounds(row);
    lengths += length_seconds;
    expect(session.connected_seconds ?? connected_seconds).toBe(connected_seconds);
    expect(session.active_seconds ?? active_seconds).toBe(active_seconds);
    expect(session.connected_seconds === null).toBe(row.connected_until === null || row.is_partly_seen);
    expect(session.active_seconds === null).toBe(row.connected_until === null);
    if (session.duration_seconds !== null) expect(session.duration_seconds).toBe(length_seconds);
    inOrder(active_seconds, connected_seconds, length_seconds);
    inOrder((session.active_minutes ?? 0) * 60, (session.connected_minutes ?? Infinity) * 60);
    if (session.connected_minutes !== null) inOrder(session.connected_minutes * 60, length_seconds);
  }
  const { summary } = bundle;
  expect(summary.total_workspace_hours).toBe(summary.connected_workspace_hours);
  expect(summary.interactive_workspace_hours).toBe(summary.active_workspace_hours);
  inOrder(summary.active_workspace_hours!, summary.connected_workspace_hours!, lengths / 3600 + 0.01);
  expect(summary.total_sessions).toBe(
    summary.counted_sessions! + summary.partly_counted_sessions! + summary.uncounted_sessions!,
  );
  if (query !== '') return;
  const use = await useOf(cast.bob);
  // Away from each other, to hundredths of an hour.
  expect(summary.connected_workspace_hours).toBe(Math.ceil(use.connected_seconds / 36) / 100);
  expect(summary.active_workspace_hours).toBe(Math.floor(use.active_seconds / 36) / 100);
}

async function comparePages(cast: Cast, alice: Visitor, places: number[]): Promise<void> {
  const use = await useOf(cast.bob);
  const person = (await alice.get(`/admin/users/${String(cast.bob.id)}`)).text;
  expect(person).toContain(duration(use.connected_seconds));
  expect(person).toContain(t('admin.useHint', { least: duration(use.active_seconds), count: use.sessions }));
  for (const workspaceId of places) {
    const here = await WorkspaceSessionTracker.usageStats(testApp.db, null, {
      companyId: cast.acme.id,
      workspaceId,
    });
    inOrder(here.active_seconds, here.connected_seconds);
    const path = `/workspace/${String(workspaceId)}`;
    const page = (await alice.get(path)).text;
    const [most, least] = [duration(here.connected_seconds), duration(here.active_seconds)];
    expect(page).toContain(t('sessions.connectedFor', { length: most }));
    expect(page).toContain(t('sessions.activeFor', { length: least }));
    expect((await alice.get(`${path}/delete`)).text).toContain(t('sessions.bothFor', { most, least }));
  }
}

async function compareApi(cast: Cast, alice: Visitor): Promise<void> {
  const bundle = await readBundle(cast.bob, alice, '');
  const { bearer } = await buildAccessToken(testApp.db, cast.bob);
  const answer = await new Visitor(testApp.app).get('/api/v1/sessions?limit=100', bearer);
  const { data } = JSON.parse(answer.text) as { data: (Session & { id: number })[] };
  expect(data.length).toBeGreaterThan(0);
  for (const session of data) {
    const { connected_seconds, active_seconds } = session;
    expect(bundle.workspace_sessions.find(({ id }) => id === session.id)).toMatchObject({
      connected_seconds,
      active_seconds,
    });
  }
}

async function compareCsv(cast: Cast, alice: Visitor, workspaceId: number): Promise<void> {
  const { db } = testApp;
  const context = { ...contextOf(cast.bob), browserSessionHash: 'c'.repeat(64) };
  const begin = { ...context, at: new Date(context.at.getTime() - 10 * MINUTE_MS) };
  const { id } = await WorkspaceSessionTracker.startSession(db, begin, {
    workspaceId,
    companyId: cast.acme.id,
    accessMethod: 'web',
  });
  const counted = { connected_minutes: 12, active_minutes: 3, connected_until: new Date() };
  await db('workspace_sessions').where({ id }).update(counted);
  await WorkspaceSessionTracker.endSession(db, context, { workspaceSessionId: id, reason: 'closed' });
  const bundle = await readBundle(cast.bob, alice, '');
  const session = bundle.workspace_sessions.find((row) => row.id === id)!;
  expect(session).toMatchObject({ connected_minutes: 10, active_minutes: 3, active_seconds: 180 });
  const csv = (await alice.get(`/admin/users/${String(cast.bob.id)}/export-logs?format=csv`)).text;
  const line = csv
    .split('\r\n')
    .find(
      (text) =>
        new RegExp(`""workspace_session_id"":${String(id)}[,}]`).test(text) &&
        text.includes('workspace_closed'),
    );
  for (const name of ['connected_seconds', 'active_seconds', 'connected_minutes', 'active_minutes'] as const)
    expect(line).toMatch(new RegExp(`""${name}"": ?${String(session[name])}[,}]`));
}

async function readBundle(bob: BuiltUser, alice: Visitor, query: string): Promise<Bundle> {
  return JSON.parse(
    (await alice.get(`/admin/users/${String(bob.id)}/export-logs?format=json${query}`)).text,
  ) as Bundle;
}

async function rowOf(id: number): Promise<WorkspaceSession> {
  return testApp.db('workspace_sessions').where({ id }).first<WorkspaceSession>();
}

function useOf(bob: BuiltUser) {
  return WorkspaceSessionTracker.usageStats(testApp.db, null, { companyId: bob.company_id!, userId: bob.id });
}

function inOrder(...values: number[]): void {
  expect(values).toEqual([...values].sort((a, b) => a - b));
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function pick<T>(random: () => number, from: T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** The same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}
