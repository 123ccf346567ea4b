import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SessionBuffer } from '../../../src/workspace/sessions/session-buffer.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { contextOf, minute, sweeperContext } from '../scene.ts';

const site = useTestApp();

const OPEN = { isActive: false, isPartlySeen: false };
const USED = { isActive: true, isPartlySeen: false };

let cast: Cast;
let session: { id: number; startedAt: Date };
let buffer: SessionBuffer;

beforeAll(async () => {
  cast = await buildCast(site.db);
});

beforeEach(async () => {
  const { id: workspaceId } = await buildWorkspace(site.db, {
    company_id: cast.acme.id,
    owner_user_id: cast.bob.id,
  });
  const row = await WorkspaceSessionTracker.startSession(site.db, contextOf(cast.bob, minute(0)), {
    workspaceId,
    companyId: cast.acme.id,
    accessMethod: 'web',
  });
  session = { id: row.id, startedAt: row.started_at };
  buffer = new SessionBuffer({ ...site.deps, everyMs: 2 ** 30 });
});

async function counted(): Promise<unknown> {
  await buffer.flush();
  return site
    .db('workspace_sessions')
    .where({ id: session.id })
    .first(['connected_minutes', 'active_minutes', 'last_activity_at']);
}

describe('the traffic of a session', () => {
  it('keeps minutes with something sent apart from those merely connected', async () => {
    buffer.note(session, minute(0), OPEN);
    buffer.note(session, minute(1), USED);
    buffer.note(session, minute(1.5), USED);
    buffer.note(session, minute(2), OPEN);
    expect(await counted()).toEqual({
      connected_minutes: 3,
      active_minutes: 1,
      last_activity_at: minute(2),
    });
  });

  it('loses nothing of what comes in a minute that is connected already', async () => {
    for (const [at, sign] of [
      [1, OPEN],
      [1.2, USED],
      [1.4, { isActive: false, isPartlySeen: true }],
      [1.6, OPEN],
    ] as const)
      buffer.note(session, minute(at), sign);
    expect(await counted()).toEqual({
      connected_minutes: 1,
      active_minutes: 1,
      last_activity_at: minute(1.6),
    });
    const row = await site.db('workspace_sessions').where({ id: session.id }).first('is_partly_seen');
    expect(row).toEqual({ is_partly_seen: true });
  });

  it('counts a minute once, however often it is written and by how many processes', async () => {
    const other = new SessionBuffer({ ...site.deps, everyMs: 2 ** 30 });
    for (const process of [buffer, other, buffer]) {
      process.note(session, minute(1), USED);
      await process.flush();
    }
    await other.close();
    expect(await counted()).toMatchObject({ connected_minutes: 1, active_minutes: 1 });
  });

  it('never calls a minute active that another process did not find connected in time', async () => {
    const other = new SessionBuffer({ ...site.deps, everyMs: 2 ** 30 });
    buffer.note(session, minute(2), OPEN);
    await buffer.flush();
    other.note(session, minute(1), USED);
    await other.close();
    buffer.note(session, minute(2.5), USED);
    await buffer.flush();
    buffer.note(session, minute(3), USED);
    expect(await counted()).toMatchObject({ connected_minutes: 2, active_minutes: 2 });
  });

  it('takes requests up to five minutes apart for one connection, and no longer gap', async () => {
    for (const at of [0, 4, 20]) buffer.note(session, minute(at), OPEN);
    expect(await counted()).toMatchObject({ connected_minutes: 6, active_minutes: 0 });
  });

  it('is partly seen for good once another proxy has asked about some of it', async () => {
    const isPartlySeen = async (): Promise<unknown> => {
      await buffer.flush();
      return site
        .db('workspace_sessions')
        .where({ id: session.id })
        .first('is_partly_seen', 'active_minutes');
    };
    buffer.note(session, minute(0), OPEN);
    expect(await isPartlySeen()).toEqual({ is_partly_seen: false, active_minutes: 0 });
    buffer.note(session, minute(1), { isActive: true, isPartlySeen: true });
    buffer.note(session, minute(2), OPEN);
    expect(await isPartlySeen()).toEqual({ is_partly_seen: true, active_minutes: 1 });
    buffer.note(session, minute(3), OPEN);
    expect(await isPartlySeen()).toMatchObject({ is_partly_seen: true });
  });

  it('ends as closed when its last sign was the regular end of a connection', async () => {
    buffer.noteClose(session, minute(2));
    await buffer.flush();
    await WorkspaceSessionTracker.endIdleSessions(site.db, sweeperContext(minute(60)));
    const row = await site.db('workspace_sessions').where({ id: session.id }).first();
    expect(row).toMatchObject({ ended_at: minute(2), end_reason: 'closed' });
    const ends = site.db('audit_logs').where({ user_id: cast.bob.id }).orderBy('id', 'desc');
    expect(await ends.first()).toMatchObject({
      actor_type: 'system',
      action_type: 'workspace_session_expired',
      details: { reason: 'closed' },
    });
  });

  it('ends as idle when another tab outlived the one that was closed', async () => {
    buffer.noteClose(session, minute(2));
    await buffer.flush();
    buffer.note(session, minute(3), OPEN);
    await buffer.flush();
    await WorkspaceSessionTracker.endIdleSessions(site.db, sweeperContext(minute(60)));
    const row = await site.db('workspace_sessions').where({ id: session.id }).first();
    expect(row).toMatchObject({ ended_at: minute(3), end_reason: 'idle' });
  });

  it.each([
    { what: 'is in the audit row of the end', isUsed: true, connected: 1, active: 0 },
    { what: 'is null there when nothing was counted', isUsed: false, connected: null, active: null },
  ])('$what', async ({ isUsed, connected, active }) => {
    if (isUsed) buffer.note(session, minute(1), OPEN);
    await buffer.flush();
    await WorkspaceSessionTracker.endSession(site.db, contextOf(cast.bob, minute(5)), {
      workspaceSessionId: session.id,
      reason: 'closed',
    });
    const row = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_closed' })
      .whereRaw(`details->>'workspace_session_id' = ?`, [String(session.id)])
      .first<{ details: unknown }>('details');
    expect(row.details).toMatchObject({ connected_minutes: connected, active_minutes: active });
  });

  it('moves no end, and counts nothing after it', async () => {
    buffer.note(session, minute(3), OPEN);
    await buffer.flush();
    const ended = await WorkspaceSessionTracker.endSession(site.db, contextOf(cast.alice, minute(9)), {
      workspaceSessionId: session.id,
      reason: 'deleted',
    });
    expect(ended?.ended_at).toEqual(minute(3));
    buffer.note(session, minute(8), USED);
    expect(await counted()).toEqual({
      connected_minutes: 1,
      active_minutes: 0,
      last_activity_at: minute(3),
    });
  });
});
