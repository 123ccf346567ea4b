import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Knex } from 'knex';
import { pino } from 'pino';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import { deactivateUser } from '../../../src/people/deactivate-user.ts';
import { signOut } from '../../../src/auth/sign-out.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { SessionBuffer, sessionBuffer } from '../../../src/workspace/sessions/session-buffer.ts';
import { emptyNotes } from '../../../src/workspace/sessions/session-notes.ts';
import { writeNotes } from '../../../src/workspace/sessions/write-notes.ts';
import { closeWorkspace } from '../../../src/workspace/lifecycle/close-workspace.ts';
import { deleteWorkspace } from '../../../src/workspace/lifecycle/delete-workspace.ts';
import { noteActivity } from '../../../src/workspace/sessions/note-activity.ts';
import { openWorkspace } from '../../../src/workspace/sessions/open-workspace.ts';
import { recordActivity } from '../../../src/workspace/sessions/record-activity.ts';
import type { WorkspaceSession } from '../../../src/workspace/session-row.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import {
  allowManyWorkspaces,
  buildCast,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { browser, contextOf, minute, sweeperContext } from '../scene.ts';

const database = useTestDatabase();
const log = pino({ level: 'silent' });
let metrics = createMetrics();
let cast: Cast;
let place: { id: number };
/** Nothing is written but by `flush`. */
const NEVER_MS = 2 ** 30;

/**
 * Two processes: the buffer of each, and the database as each has it. `database.db` is a third one, without a
 * buffer.
 */
let here: SessionBuffer;
let there: SessionBuffer;
let hereDb: Knex;
let thereDb: Knex;

beforeEach(async () => {
  metrics = createMetrics();
  here = new SessionBuffer({ db: database.db, log, metrics, everyMs: NEVER_MS });
  there = new SessionBuffer({ db: database.db, log, metrics, everyMs: NEVER_MS });
  hereDb = sessionBuffer.attach(database.db, here);
  thereDb = sessionBuffer.attach(database.db, there);
  cast = await buildCast(database.db);
  place = await placeOf(cast.bob);
});
afterEach(async () => {
  await here.close();
  await there.close();
});

describe('reports noted in memory', () => {
  it('count what one write for each of them counts, whatever their times', async () => {
    await allowManyWorkspaces(database.db);
    for (let seed = 1; seed <= 3; seed += 1) {
      const [alone, together] = [await placeOf(cast.bob), await placeOf(cast.bob)];
      const random = randomFrom(seed);
      let at = 0;
      let [aloneId, togetherId] = [await open(alone, bobAt(0)), await open(together, bobAt(0))];
      for (let index = 0; index < 25; index += 1) {
        at += pick(random, [-0.3, -0.05, 0, 0.03, 0.08, 0.09, 0.5, 1, 1.01, 7, 29, 31]);
        [aloneId, togetherId] = await Promise.all([
          report(alone, aloneId, bobAt(at), database.db),
          report(together, togetherId, bobAt(at)),
        ]);
        if (random() < 0.2) await here.flush();
      }
      await here.flush();
      const counts = (rows: WorkspaceSession[]) =>
        rows.map((row) => [
          row.started_at,
          row.ended_at,
          row.last_activity_at,
          row.activity_count,
          row.interactive_seconds,
        ]);
      expect(counts(await sessionsIn(together)), `seed ${String(seed)}`).toEqual(
        counts(await sessionsIn(alone)),
      );
    }
  }, 60_000);

  it('cost no statement of their own, and those of fifty sessions one together', async () => {
    await allowManyWorkspaces(database.db);
    const places = await Promise.all(Array.from({ length: 50 }, () => placeOf(cast.bob)));
    const ids = await Promise.all(places.map((each) => used(each)));
    const statements = await statementsDuring(async () => {
      for (const [index, each] of places.entries()) {
        expect(note(each, ids[index] ?? 0, bobAt(2))).toBe(true);
      }
      await Promise.resolve();
    });
    expect(statements).toEqual([]);
    expect(here.state()).toEqual({ sessions: 50, pendingTouches: 50 });
    const written = await statementsDuring(() => here.flush());
    expect(written.filter((sql) => /update workspace_sessions/.test(sql))).toHaveLength(1);
    expect(written).toHaveLength(2);
    for (const each of places) {
      expect(await sessionsIn(each)).toMatchObject([{ activity_count: 2, last_activity_at: minute(2) }]);
    }
    expect(here.state().pendingTouches).toBe(0);
  });

  it('are written without touching what nobody has used since, and nothing is asked when nobody is there', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    await here.flush();
    const quiet = await statementsDuring(() => here.flush());
    expect(quiet.some((sql) => sql.includes('update'))).toBe(false);
    const twoMinutesLater = performance.now() + 121_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(twoMinutesLater);
    expect(await statementsDuring(() => here.flush())).toEqual([]);
    expect(here.state().sessions).toBe(0);
    clock.mockRestore();
  });

  it('are in the metrics', async () => {
    note(place, await used(place), bobAt(2));
    await here.flush();
    const text = await metrics.registry.metrics();
    expect(text).toContain('activity_flushed_touches_total 1');
    // A write, and the look at the sessions in use that follows it.
    expect(text).toContain('activity_flushes_total{result="ok"} 2');
  });
});

describe('nothing counted is lost', () => {
  const ends: Record<string, (id: number) => Promise<unknown>> = {
    'when the workspace is closed': () =>
      closeWorkspace(hereDb, bobAt(4), { workspaceId: place.id, isAdmin: false }),
    'when the person signs out': () => signOut(hereDb, bobAt(4)),
    'when the workspace is deleted': () =>
      deleteWorkspace(hereDb, aliceAt(4), { workspaceId: place.id, isAdmin: true }),
    'when the person is deactivated': () =>
      deactivateUser(hereDb, aliceAt(4), { companyId: cast.acme.id, userId: cast.bob.id }),
    'when the subscription lapses': async (id) => {
      await lapseAt(minute(3.5));
      return recordActivity(hereDb, bobAt(4), { ...of(place, id), mustRun: false });
    },
    'when it is idle and swept': () =>
      WorkspaceSessionTracker.endIdleSessions(hereDb, sweeperContext(minute(60))),
    'when it is idle and opened again': () => open(place, bobAt(60)),
  };

  it.each(Object.keys(ends))('%s: the row and its evidence have the full count', async (name) => {
    const id = await used(place);
    expect(note(place, id, bobAt(2))).toBe(true);
    expect(note(place, id, bobAt(3))).toBe(true);
    await ends[name]?.(id);
    const [row] = await sessionsIn(place);
    expect(row).toMatchObject({ activity_count: 3, interactive_seconds: 180, last_activity_at: minute(3) });
    expect(row?.ended_at?.getTime()).toBeGreaterThanOrEqual(minute(3).getTime());
    const [evidence] = await endRows();
    expect(evidence?.details).toMatchObject({
      workspace_session_id: id,
      activity_count: 3,
      interactive_seconds: 180,
      last_activity_at: minute(3).toISOString(),
    });
    await here.flush();
    expect((await sessionsIn(place))[0]).toEqual(row);
  });

  it('when an end is rolled back', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    const failed = hereDb.transaction(async (trx) => {
      await WorkspaceSessionTracker.endSession(trx, bobAt(3), { workspaceSessionId: id, reason: 'closed' });
      throw new Error('the caller failed');
    });
    await expect(failed).rejects.toThrow('the caller failed');
    await here.flush();
    expect(await sessionsIn(place)).toMatchObject([{ ended_at: null, activity_count: 2 }]);
  });

  it('when an end comes while the touch is being written', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    const writing = here.flush();
    note(place, id, bobAt(3));
    await closeWorkspace(hereDb, bobAt(4), { workspaceId: place.id, isAdmin: false });
    await writing;
    expect((await endRows())[0]?.details).toMatchObject({ activity_count: 3, interactive_seconds: 180 });
    expect(await sessionsIn(place)).toMatchObject([{ activity_count: 3 }]);
  });

  it('when the process stops', async () => {
    note(place, await used(place), bobAt(2));
    await here.close();
    expect(await sessionsIn(place)).toMatchObject([{ activity_count: 2, last_activity_at: minute(2) }]);
  });

  it('while the database refuses: the counts are in a later write, once', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    await withoutWriting(() => here.flush());
    expect(here.state().pendingTouches).toBe(1);
    expect(await metrics.registry.metrics()).toContain('activity_flushes_total{result="failed"} 1');
    expect(note(place, id, bobAt(3)), 'how the session stands is not known').toBe(false);
    await here.flush();
    await here.flush();
    expect(await sessionsIn(place)).toMatchObject([{ activity_count: 2, last_activity_at: minute(2) }]);
  });

  it('when the session leaves the memory for ten thousand newer ones', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    const other = { companyId: 0, workspaceId: 0, userId: 0, isAdmin: false, browserSessionHash: '' };
    const times = { startedAt: minute(0), lastActivityAt: minute(1), opensUntil: minute(60) };
    for (let count = 1; count <= 10_000; count += 1)
      here.remember({ ...other, ...times, workspaceSessionId: id + count });
    expect(note(place, id, bobAt(3)), 'the database is asked').toBe(false);
    await here.flush();
    expect(await sessionsIn(place)).toMatchObject([{ activity_count: 2, last_activity_at: minute(2) }]);
  });

  it('when one write has reports and traffic of a session', async () => {
    const id = await used(place);
    here.note({ id, startedAt: minute(0) }, minute(2.05), { isActive: true, isPartlySeen: false });
    note(place, id, bobAt(2));
    const written = await statementsDuring(() => here.flush());
    expect(written.filter((sql) => /update workspace_sessions/.test(sql))).toHaveLength(1);
    expect(await sessionsIn(place)).toMatchObject([
      { activity_count: 2, interactive_seconds: 120, last_activity_at: minute(2.05), active_minutes: 1 },
    ]);
  });

  it('and nothing counts twice when a write that was taken for failed had worked', async () => {
    const id = await used(place);
    note(place, id, bobAt(2));
    here.note({ id, startedAt: minute(0) }, minute(2), { isActive: true, isPartlySeen: false });
    await here.flush();
    const minutes = new Set([minute(2).getTime() / 60_000]);
    const again = { touches: [minute(2)], lastAt: minute(2), connected: minutes, active: minutes };
    await writeNotes(database.db, [{ ...emptyNotes({ id, startedAt: minute(0) }), ...again }]);
    expect(await sessionsIn(place)).toMatchObject([
      { activity_count: 2, interactive_seconds: 120, connected_minutes: 1, active_minutes: 1 },
    ]);
  });
});

describe('two processes', () => {
  it('never show more use of one session than there was time', async () => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const random = randomFrom(seed);
      const shared = await placeOf(cast.bob);
      const id = await used(shared);
      await report(shared, id, bobAt(1.5), thereDb);
      let at = 1.5;
      for (let index = 0; index < 40; index += 1) {
        at += random() * pick(random, [0.05, 0.2, 1.5]);
        const process = random() < 0.5 ? here : there;
        await report(shared, id, bobAt(at), process === here ? hereDb : thereDb);
        if (random() < 0.3) await process.flush();
      }
      await Promise.all([here.flush(), there.flush()]);
      const [row] = await sessionsIn(shared);
      const seconds = ((row?.last_activity_at.getTime() ?? 0) - minute(0).getTime()) / 1000;
      expect(row?.interactive_seconds).toBeLessThanOrEqual(seconds);
      expect(row?.activity_count).toBeLessThanOrEqual(seconds / 5);
    }
  });

  it('write the same sessions at once without blocking each other', async () => {
    await allowManyWorkspaces(database.db);
    const places = await Promise.all(Array.from({ length: 20 }, () => placeOf(cast.bob)));
    for (const [index, each] of places.entries()) await used(each, index % 2 === 0 ? hereDb : thereDb);
    const ids = await Promise.all(places.map(async (each) => (await sessionsIn(each))[0]?.id ?? 0));
    for (const [index, each] of places.entries()) {
      await report(each, ids[index] ?? 0, bobAt(2));
      await report(each, ids[index] ?? 0, bobAt(3), thereDb);
    }
    for (const [index, each] of [...places.entries()].reverse()) {
      note(each, ids[index] ?? 0, bobAt(4));
      note(each, ids[index] ?? 0, bobAt(4.5), thereDb);
    }
    await Promise.all([here.flush(), there.flush()]);
    expect(here.state().pendingTouches + there.state().pendingTouches).toBe(0);
    for (const each of places) {
      const [row] = await sessionsIn(each);
      expect(row?.last_activity_at).toEqual(minute(4.5));
    }
  });

  it('what was noted before the other one ended the session still counts, and moves no end', async () => {
    // Minutes of today: a session that ended more than a day ago takes no use any more.
    const today = Math.floor((Date.now() - minute(0).getTime()) / 60_000) - 60;
    const id = await open(place, bobAt(today));
    await report(place, id, bobAt(today + 1));
    note(place, id, bobAt(today + 2));
    note(place, id, bobAt(today + 4));
    const elsewhere = bobAt(today + 3);
    await WorkspaceSessionTracker.endSession(thereDb, elsewhere, {
      workspaceSessionId: id,
      reason: 'closed',
    });
    await here.flush();
    expect(await sessionsIn(place)).toMatchObject([
      {
        ended_at: minute(today + 3),
        duration_seconds: 180,
        last_activity_at: minute(today + 2),
        activity_count: 2,
        interactive_seconds: 120,
      },
    ]);
  });

  it('the sweeper of one leaves the other time to write', async () => {
    const id = await used(place);
    note(place, id, bobAt(30.9));
    await WorkspaceSessionTracker.endIdleSessions(database.db, sweeperContext(minute(31.1)));
    await here.flush();
    expect(await sessionsIn(place)).toMatchObject([{ id, ended_at: null, last_activity_at: minute(30.9) }]);
  });
});

describe('what is no longer allowed is refused from the next write on', () => {
  const changes: Record<string, () => Promise<unknown>> = {
    'after another process has closed the session': () =>
      closeWorkspace(database.db, bobAt(2), { workspaceId: place.id, isAdmin: false }),
    'after the workspace was deleted elsewhere': () =>
      deleteWorkspace(database.db, aliceAt(2), {
        workspaceId: place.id,
        isAdmin: true,
      }),
    'after the subscription was cut short': () => lapseAt(minute(2.5)),
    'after the workspace got another owner': () =>
      database.db('workspaces').where({ id: place.id }).update({ owner_user_id: cast.alice.id }),
    'after a new version of the terms came into force': () =>
      database.ownerDb.raw(
        `insert into legal_documents (kind, version, locale, title, body, published_at)
         select kind, '2026-12-01', locale, title, body || ' ', now()
         from legal_documents where kind = 'terms' and locale = 'en' order by version desc limit 1`,
      ),
  };

  it.each(Object.keys(changes))('%s', async (name) => {
    const id = await used(place);
    await changes[name]?.();
    await here.flush();
    expect(note(place, id, bobAt(3))).toBe(false);
  });

  it('a session ended elsewhere is then answered as ended', async () => {
    const id = await used(place);
    const elsewhere = bobAt(2);
    await closeWorkspace(database.db, elsewhere, { workspaceId: place.id, isAdmin: false });
    await here.flush();
    expect(await recordActivity(hereDb, bobAt(3), { ...of(place, id), mustRun: false })).toEqual({
      state: 'ended',
      reason: 'closed',
    });
  });

  it('a subscription that runs out, and a long break, are noticed at once', async () => {
    const id = await used(place);
    expect(note(place, id, bobAt(32))).toBe(false);
    expect(note(place, id, bobAt(31))).toBe(true);
    await lapseAt(minute(40));
    await here.flush();
    expect(note(place, id, bobAt(39))).toBe(true);
    expect(note(place, id, bobAt(40))).toBe(false);
  });

  it('a session that this process ended is refused at once', async () => {
    const id = await used(place);
    await closeWorkspace(hereDb, bobAt(2), { workspaceId: place.id, isAdmin: false });
    expect(note(place, id, bobAt(3))).toBe(false);
  });
});

describe('a session that is remembered', () => {
  it('is of use to nobody else, and in no other place', async () => {
    const id = await used(place);
    const elsewhere = await placeOf(cast.bob);
    expect(note(place, id, aliceAt(2)), 'a colleague').toBe(false);
    expect(note(place, id, contextOf(cast.charlie, minute(2)))).toBe(false);
    expect(note(place, id, bobAt(2, { browserSessionHash: browser('second') })), 'another browser').toBe(
      false,
    );
    expect(note(place, id, bobAt(2, { companyId: cast.globex.id })), 'another company').toBe(false);
    expect(note(elsewhere, id, bobAt(2)), 'another workspace').toBe(false);
    expect(noteActivity(hereDb, bobAt(2), { ...of(place, id), isAdmin: true }), 'another role').toBe(false);
    expect(noteActivity(hereDb, bobAt(2), { workspaceId: place.id, isAdmin: false })).toBe(false);
    expect(here.state().pendingTouches).toBe(0);
    expect(note(place, id, bobAt(2))).toBe(true);
  });
});

async function placeOf(person: BuiltUser): Promise<{ id: number }> {
  return buildWorkspace(database.db, { company_id: person.company_id ?? 0, owner_user_id: person.id });
}

function bobAt(count: number, overrides: Partial<RequestContext> = {}): RequestContext {
  return contextOf(cast.bob, minute(count), overrides);
}

function aliceAt(count: number): RequestContext {
  return contextOf(cast.alice, minute(count));
}

function of(where: { id: number }, workspaceSessionId: number) {
  return { workspaceId: where.id, isAdmin: false, workspaceSessionId };
}

async function open(where: { id: number }, context: RequestContext, db = hereDb): Promise<number> {
  const opened = await openWorkspace(db, context, {
    workspaceId: where.id,
    isAdmin: false,
    mustRun: false,
    accessMethod: 'web',
  });
  if (!opened.ok) throw new Error(opened.reason);
  return opened.session.id;
}

/** A session that the process has in memory: opened, and reported in one minute later. */
async function used(where: { id: number }, db = hereDb): Promise<number> {
  const id = await open(where, bobAt(0), db);
  await report(where, id, bobAt(1), db);
  return id;
}

function note(
  where: { id: number },
  workspaceSessionId: number,
  context: RequestContext,
  db = hereDb,
): boolean {
  return noteActivity(db, context, of(where, workspaceSessionId));
}

/** Does as the page does: reports, and goes on with the session in the answer. */
async function report(
  where: { id: number },
  workspaceSessionId: number,
  context: RequestContext,
  db = hereDb,
): Promise<number> {
  if (note(where, workspaceSessionId, context, db)) return workspaceSessionId;
  const outcome = await recordActivity(db, context, { ...of(where, workspaceSessionId), mustRun: false });
  return outcome.state === 'restarted' ? outcome.session.id : workspaceSessionId;
}

async function sessionsIn(where: { id: number }): Promise<WorkspaceSession[]> {
  return database.db('workspace_sessions').where({ workspace_id: where.id }).orderBy('id');
}

async function endRows(): Promise<{ details: Record<string, unknown> }[]> {
  return database
    .db('audit_logs')
    .where({ resource_id: String(place.id) })
    .whereIn('action_type', ['workspace_closed', 'workspace_session_expired'])
    .orderBy('id');
}

async function lapseAt(at: Date): Promise<void> {
  await database.db('subscriptions').where({ company_id: cast.acme.id }).update({ trial_ends_at: at });
}

async function statementsDuring(work: () => Promise<void>): Promise<string[]> {
  const statements: string[] = [];
  const listen = ({ sql }: { sql: string }): void => {
    statements.push(sql);
  };
  for (const db of [database.db, hereDb]) db.on('query', listen);
  await work();
  for (const db of [database.db, hereDb]) db.off('query', listen);
  return statements;
}

/** The database takes no write of sessions meanwhile. */
async function withoutWriting(work: () => Promise<void>): Promise<void> {
  const { rows } = await database.db.raw<{ rows: { name: string }[] }>('select current_user as name');
  const role = rows[0]?.name ?? '';
  await database.ownerDb.raw('revoke update on workspace_sessions from ??', [role]);
  await work();
  await database.ownerDb.raw('grant update on workspace_sessions to ??', [role]);
}

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}
