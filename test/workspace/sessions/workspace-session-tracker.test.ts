import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/audit/request-context.ts';
import type { WorkspaceSession } from '../../../src/workspace/session-row.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { browser, contextOf, minute, sweeperContext } from '../scene.ts';

const database = useTestDatabase();
let cast: Cast;
let workspaceId: number;

beforeEach(async () => {
  cast = await buildCast(database.db);
  const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
  workspaceId = (await buildWorkspace(database.db, owned)).id;
});

describe('starting', () => {
  it('keeps who, from where, with what and how', async () => {
    const session = await start(bobAt(0));
    expect(session).toMatchObject({
      company_id: cast.acme.id,
      workspace_id: workspaceId,
      user_id: cast.bob.id,
      started_at: minute(0),
      last_activity_at: minute(0),
      ended_at: null,
      duration_seconds: null,
      activity_count: 0,
      ip_address: '203.0.113.20',
      user_agent: 'test browser',
      session_id: browser('first'),
      access_method: 'web',
    });
  });

  it('twenty times at once gives one session', async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => start(bobAt(0))));
    expect(new Set(sessions.map((session) => session.id)).size).toBe(1);
    expect(await sessionRows()).toHaveLength(1);
  });

  it('is a session of its own for another browser, another way in and another person', async () => {
    const ids = [
      await start(bobAt(0)),
      await start(bobAt(0, { browserSessionHash: browser('second') })),
      await start(bobAt(0), 'ssh'),
      await start(bobAt(0), 'api'),
      await start(contextOf(cast.alice, minute(0))),
    ].map((session) => session.id);
    expect(new Set(ids).size).toBe(5);
  });

  it('goes on with a session that is still in use, and not with one that has been idle too long', async () => {
    const first = await start(bobAt(0));
    expect((await start(bobAt(30))).id).toBe(first.id);
    const second = await start(bobAt(31));
    expect(second.id).not.toBe(first.id);
    expect(await row(first.id)).toMatchObject({ ended_at: minute(0), end_reason: 'idle' });
  });

  it('twenty times at once after a long break ends the old session once and gives one new one', async () => {
    await start(bobAt(0));
    const sessions = await Promise.all(Array.from({ length: 20 }, () => start(bobAt(90))));
    expect(new Set(sessions.map((session) => session.id)).size).toBe(1);
    expect(await sessionRows()).toHaveLength(2);
    expect(await endRows()).toHaveLength(1);
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['one of 100,000 characters', 'x'.repeat(100_000)],
    ['one with NUL', 'odd\0browser'],
    ['one with half a character', `odd\uD83D`],
    ['one cut in the middle of a character', `${'x'.repeat(1023)}👍`],
    ['one with control characters', '\u0001\u001b[31m\u202e'],
  ])('is not stopped by an odd user agent: %s', async (_name, userAgent) => {
    const session = await start(bobAt(0, { userAgent, ip: null, rawIp: 'nowhere' }));
    expect(session.user_agent?.length ?? 0).toBeLessThanOrEqual(1024);
    expect(session.ip_address).toBeNull();
  });

  it('a second active session cannot be forced in, in another month either; an ended one can be added', async () => {
    const { id, ...session } = await start(bobAt(0));
    const copy: Partial<WorkspaceSession> = { ...session };
    delete copy.duration_seconds;
    const later = new Date('2035-07-01T00:00:00Z');
    for (const at of [session.started_at, later]) {
      const again = { ...copy, started_at: at, last_activity_at: at };
      expect(await database.db('workspace_sessions').insert(again).returning('id')).toEqual([]);
    }
    const ended = { ...copy, ended_at: session.last_activity_at, end_reason: 'closed' };
    await database.db('workspace_sessions').insert(ended);
    expect((await sessionRows()).filter((each) => each.ended_at === null)).toMatchObject([{ id }]);
  });

  it('a session that has ended cannot be opened again', async () => {
    const { id } = await start(bobAt(0));
    await start(bobAt(31));
    const reopening = database
      .db('workspace_sessions')
      .where({ id })
      .update({ ended_at: null, end_reason: null });
    await expect(reopening).rejects.toThrow('stays ended');
  });

  it('joins the caller’s transaction: what rolls back has not happened', async () => {
    await expect(
      database.db.transaction(async (trx) => {
        await startIn(trx, bobAt(0));
        throw new Error('the caller failed');
      }),
    ).rejects.toThrow('the caller failed');
    expect(await sessionRows()).toEqual([]);
  });
});

describe('activity', () => {
  it('moves the last activity and counts', async () => {
    const { id } = await start(bobAt(0));
    expect(await touch(id, bobAt(1))).toMatchObject({ outcome: 'touched' });
    await touch(id, bobAt(2));
    expect(await row(id)).toMatchObject({
      last_activity_at: minute(2),
      activity_count: 2,
      interactive_seconds: 120,
      ended_at: null,
    });
  });

  it('shows at most the minute before it, so a break in between is not seen as use of the keyboard', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(25));
    await touch(id, bobAt(25.5));
    expect(await row(id)).toMatchObject({ interactive_seconds: 90, activity_count: 2 });
  });

  it('counts once however often it is reported within a few seconds', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(1));
    const burst = Array.from({ length: 30 }, (_each, index) => touch(id, bobAt(1 + (index % 5) / 61)));
    expect((await Promise.all(burst)).every(({ outcome }) => outcome === 'touched')).toBe(true);
    expect(await row(id)).toMatchObject({ activity_count: 1, last_activity_at: minute(1) });
  });

  it('never moves time backwards', async () => {
    const { id } = await start(bobAt(10));
    await touch(id, bobAt(20));
    await touch(id, bobAt(15));
    await touch(id, bobAt(5));
    expect(await row(id)).toMatchObject({ last_activity_at: minute(20), activity_count: 1 });
  });

  it('half an hour later still belongs to the session', async () => {
    const { id } = await start(bobAt(0));
    expect(await touch(id, bobAt(30))).toMatchObject({ outcome: 'touched', session: { id } });
  });

  it('after more than half an hour ends the session at its last activity and starts a new one', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(5));
    const outcome = await touch(id, bobAt(36));
    expect(outcome).toMatchObject({
      outcome: 'restarted',
      previous: { id, ended_at: minute(5), end_reason: 'idle', duration_seconds: 300 },
      session: { started_at: minute(36), ended_at: null },
    });
    expect(await sessionRows()).toHaveLength(2);
  });

  it('after the sweeper was there first starts a new session as well', async () => {
    const { id } = await start(bobAt(0));
    await WorkspaceSessionTracker.endIdleSessions(database.db, sweeperContext(minute(31)));
    expect(await touch(id, bobAt(32))).toMatchObject({ outcome: 'restarted', previous: { id } });
    expect(await endRows()).toHaveLength(1);
  });

  it('of twenty tabs at once after a long break starts one new session', async () => {
    const { id } = await start(bobAt(0));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => touch(id, bobAt(45))));
    expect(outcomes.every(({ outcome }) => outcome === 'restarted')).toBe(true);
    expect(await sessionRows()).toHaveLength(2);
    expect(await endRows()).toHaveLength(1);
  });

  it('does not bring back a session that was closed', async () => {
    const { id } = await start(bobAt(0));
    await WorkspaceSessionTracker.endSession(database.db, bobAt(1), {
      workspaceSessionId: id,
      reason: 'closed',
    });
    expect(await touch(id, bobAt(2))).toMatchObject({ outcome: 'ended', session: { end_reason: 'closed' } });
    expect(await sessionRows()).toHaveLength(1);
  });

  it('of another person, another browser or nobody leaves the session alone', async () => {
    const { id } = await start(bobAt(0));
    expect(await touch(id, contextOf(cast.alice, minute(1)))).toEqual({ outcome: 'unknown' });
    expect(await touch(id, contextOf(cast.charlie, minute(1)))).toEqual({ outcome: 'unknown' });
    expect(await touch(id, bobAt(1, { browserSessionHash: browser('second') }))).toEqual({
      outcome: 'unknown',
    });
    expect(await touch(id, sweeperContext(minute(1)))).toEqual({ outcome: 'unknown' });
    expect(await touch(id + 1000, bobAt(1))).toEqual({ outcome: 'unknown' });
    expect(await row(id)).toMatchObject({ last_activity_at: minute(0), activity_count: 0 });
  });
});

describe('ending', () => {
  it('a close counts until the click and leaves a sign-off in the evidence', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(10));
    expect(await close(id, bobAt(12))).toMatchObject({
      ended_at: minute(12),
      end_reason: 'closed',
      duration_seconds: 720,
    });
    expect(await endRows()).toMatchObject([
      {
        action_type: 'workspace_closed',
        success: true,
        actor_type: 'user',
        user_id: cast.bob.id,
        company_id: cast.acme.id,
        resource_type: 'workspace',
        resource_id: String(workspaceId),
        ip_address: '203.0.113.20',
        details: {
          workspace_session_id: id,
          reason: 'closed',
          started_at: minute(0).toISOString(),
          ended_at: minute(12).toISOString(),
          duration_seconds: 720,
        },
      },
    ]);
  });

  it('a close ten days late ends the session at its last activity', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(5));
    expect(await close(id, bobAt(14_400))).toMatchObject({
      ended_at: minute(5),
      end_reason: 'idle',
      duration_seconds: 300,
    });
    expect(await endRows()).toMatchObject([
      { action_type: 'workspace_session_expired', actor_type: 'system' },
    ]);
  });

  it('happens once: twenty closes at once leave one row of evidence', async () => {
    const { id } = await start(bobAt(0));
    const ended = await Promise.all(Array.from({ length: 20 }, () => close(id, bobAt(1))));
    expect(ended.filter((session) => session !== undefined)).toHaveLength(1);
    expect(await endRows()).toHaveLength(1);
  });

  it('another person cannot close it', async () => {
    const { id } = await start(bobAt(0));
    expect(await close(id, contextOf(cast.alice, minute(1)))).toBeUndefined();
    expect(await close(id, sweeperContext(minute(1)))).toBeUndefined();
    expect(await row(id)).toMatchObject({ ended_at: null });
  });

  it('with a clock that runs behind does not end before the last activity', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(10));
    expect(await close(id, bobAt(9))).toMatchObject({ ended_at: minute(10) });
  });

  it('signing out ends what is open in this browser, and nothing else', async () => {
    const here = await start(bobAt(0));
    const elsewhere = await start(bobAt(0, { browserSessionHash: browser('second') }));
    const colleague = await start(contextOf(cast.alice, minute(0)));
    expect(await WorkspaceSessionTracker.endSessionsOfBrowser(database.db, bobAt(3))).toBe(1);
    expect(await row(here.id)).toMatchObject({ ended_at: minute(3), end_reason: 'signed-out' });
    expect(await row(elsewhere.id)).toMatchObject({ ended_at: null });
    expect(await row(colleague.id)).toMatchObject({ ended_at: null });
    expect(await endRows()).toMatchObject([
      { action_type: 'workspace_session_expired', details: { reason: 'signed-out' } },
    ]);
  });

  it('signing out without a person or browser ends nothing', async () => {
    await start(bobAt(0));
    expect(await WorkspaceSessionTracker.endSessionsOfBrowser(database.db, sweeperContext(minute(1)))).toBe(
      0,
    );
  });

  it('deactivating a person ends everything of theirs at its last activity, in the name of the system', async () => {
    const first = await start(bobAt(0));
    const second = await start(bobAt(2, { browserSessionHash: browser('second') }));
    const colleague = await start(contextOf(cast.alice, minute(0)));
    const count = await WorkspaceSessionTracker.endSessionsOfUser(
      database.db,
      contextOf(cast.alice, minute(9), { ip: '198.51.100.7' }),
      { userId: cast.bob.id, reason: 'revoked', cause: 'deactivated' },
    );
    expect(count).toBe(2);
    expect(await row(first.id)).toMatchObject({ ended_at: minute(0), end_reason: 'revoked' });
    expect(await row(second.id)).toMatchObject({ ended_at: minute(2), end_reason: 'revoked' });
    expect(await row(colleague.id)).toMatchObject({ ended_at: null });
    const evidence = await endRows();
    expect(evidence).toHaveLength(2);
    for (const end of evidence) {
      expect(end).toMatchObject({ actor_type: 'system', user_id: cast.bob.id, ip_address: null });
      expect(end.details).toMatchObject({
        reason: 'revoked',
        cause: 'deactivated',
        noticed_in_request_of_user_id: cast.alice.id,
      });
    }
  });

  it('deleting a workspace ends what everybody has open in it', async () => {
    await start(bobAt(0));
    await start(contextOf(cast.alice, minute(0)));
    const input = { workspaceId, reason: 'deleted' } as const;
    const context = contextOf(cast.alice, minute(1));
    expect(await WorkspaceSessionTracker.endSessionsOfWorkspace(database.db, context, input)).toBe(2);
    expect((await sessionRows()).map((session) => session.end_reason)).toEqual(['deleted', 'deleted']);
  });

  it('an audit table that refuses never keeps a session open', async () => {
    const { id } = await start(bobAt(0));
    const impossible = bobAt(1, { actorType: 'nobody' as never });
    expect(await close(id, impossible)).toMatchObject({ end_reason: 'closed' });
    expect(await row(id)).toMatchObject({ ended_at: minute(1) });
  });
});

describe('the active session', () => {
  it('is that of this person and browser, until it ends or has been idle too long', async () => {
    const { id } = await start(bobAt(0));
    expect(await active(bobAt(30))).toMatchObject({ id });
    expect(await active(bobAt(31))).toBeUndefined();
    expect(await active(bobAt(1, { browserSessionHash: browser('second') }))).toBeUndefined();
    expect(await active(contextOf(cast.alice, minute(1)))).toBeUndefined();
    await close(id, bobAt(2));
    expect(await active(bobAt(2))).toBeUndefined();
  });
});

describe('the sweeper', () => {
  // The sweep covers the whole platform, so sessions that other tests left open are swept first.
  beforeEach(() => sweep(100_000));

  it('ends what has been idle for more than half an hour, at its last activity, with evidence', async () => {
    const idle = await start(bobAt(0));
    await touch(idle.id, bobAt(5));
    const used = await start(contextOf(cast.alice, minute(6)));
    expect(await sweep(35)).toBe(0);
    expect(await sweep(36)).toBe(1);
    expect(await row(idle.id)).toMatchObject({
      ended_at: minute(5),
      end_reason: 'idle',
      duration_seconds: 300,
    });
    expect(await row(used.id)).toMatchObject({ ended_at: null });
    expect(await endRows()).toMatchObject([
      {
        action_type: 'workspace_session_expired',
        timestamp: minute(36),
        actor_type: 'system',
        user_id: cast.bob.id,
        company_id: cast.acme.id,
        resource_id: String(workspaceId),
        ip_address: null,
        details: {
          workspace_session_id: idle.id,
          reason: 'idle',
          started_at: minute(0).toISOString(),
          ended_at: minute(5).toISOString(),
          duration_seconds: 300,
        },
      },
    ]);
  });

  it('needs nobody to come back: ten days later the session is still five minutes long', async () => {
    const { id } = await start(bobAt(0));
    await touch(id, bobAt(5));
    await sweep(14_400);
    expect(await row(id)).toMatchObject({ duration_seconds: 300 });
  });

  it('goes on, batch after batch, until no idle session is left', async () => {
    await buildIdleSessions(201);
    expect(await sweep(60)).toBe(201);
    expect((await sessionRows()).filter((session) => session.ended_at === null)).toEqual([]);
    expect(await endRows()).toHaveLength(201);
  });

  it('in four processes at once ends each of 250 sessions once, with one row of evidence each', async () => {
    await buildIdleSessions(250);
    const counts = await Promise.all(Array.from({ length: 4 }, () => sweep(60)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(250);
    const evidence = await endRows();
    expect(new Set(evidence.map((end) => end.details.workspace_session_id)).size).toBe(250);
    expect(evidence).toHaveLength(250);
  });

  it('does not wait for a session that somebody else is ending', async () => {
    const { id } = await start(bobAt(0));
    await database.db.transaction(async (trx) => {
      await trx('workspace_sessions').where({ id }).forUpdate().first('id');
      expect(await sweep(60)).toBe(0);
    });
    expect(await sweep(60)).toBe(1);
  });
});

function bobAt(count: number, overrides: Partial<RequestContext> = {}): RequestContext {
  return contextOf(cast.bob, minute(count), overrides);
}

function start(context: RequestContext, accessMethod: 'web' | 'api' | 'ssh' = 'web') {
  return startIn(database.db, context, accessMethod);
}

function startIn(
  db: typeof database.db,
  context: RequestContext,
  accessMethod: 'web' | 'api' | 'ssh' = 'web',
) {
  return WorkspaceSessionTracker.startSession(db, context, {
    workspaceId,
    companyId: cast.acme.id,
    accessMethod,
  });
}

function touch(workspaceSessionId: number, context: RequestContext) {
  return WorkspaceSessionTracker.updateActivity(database.db, context, { workspaceSessionId });
}

function close(workspaceSessionId: number, context: RequestContext) {
  return WorkspaceSessionTracker.endSession(database.db, context, { workspaceSessionId, reason: 'closed' });
}

function active(context: RequestContext) {
  return WorkspaceSessionTracker.getActiveSession(database.db, context, { workspaceId, accessMethod: 'web' });
}

/** Builds so many open sessions in as many browsers of Bob, last used in minute 1. */
async function buildIdleSessions(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_each, index) => ({
    company_id: cast.acme.id,
    workspace_id: workspaceId,
    user_id: cast.bob.id,
    started_at: minute(0),
    last_activity_at: minute(1),
    session_id: `browser-${String(index)}`,
    access_method: 'web',
  }));
  await database.db.batchInsert('workspace_sessions', rows, 100);
}

function sweep(count: number) {
  return WorkspaceSessionTracker.endIdleSessions(database.db, sweeperContext(minute(count)));
}

async function row(id: number): Promise<WorkspaceSession | undefined> {
  return (await sessionRows()).find((session) => session.id === id);
}

async function sessionRows(): Promise<WorkspaceSession[]> {
  return database.db('workspace_sessions').where({ workspace_id: workspaceId }).orderBy('id');
}

interface EndRow {
  action_type: string;
  details: Record<string, unknown>;
}

async function endRows(): Promise<EndRow[]> {
  return database
    .db('audit_logs')
    .where({ resource_id: String(workspaceId) })
    .whereIn('action_type', ['workspace_closed', 'workspace_session_expired'])
    .orderBy('id');
}
