import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { createMetrics } from '../../../src/metrics.ts';
import { SessionBuffer } from '../../../src/workspace/sessions/session-buffer.ts';
import { emptyNotes } from '../../../src/workspace/sessions/session-notes.ts';
import { isCountedTouch } from '../../../src/workspace/sessions/touch-rule.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { writeNotes } from '../../../src/workspace/sessions/write-notes.ts';
import { isIdle, type WorkspaceSession } from '../../../src/workspace/session-row.ts';
import { listPresentPeople } from '../../../src/workspace/usage/present-people.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { browser, contextOf, minute, sweeperContext } from '../scene.ts';

const database = useTestDatabase();
let cast: Cast;
let session: WorkspaceSession;
let buffer: SessionBuffer;

beforeEach(async () => {
  const log = pino({ level: 'silent' });
  buffer = new SessionBuffer({ db: database.db, log, metrics: createMetrics(), everyMs: 2 ** 30 });
  cast = await buildCast(database.db);
  const { id: workspaceId } = await buildWorkspace(database.db, {
    company_id: cast.acme.id,
    owner_user_id: cast.bob.id,
  });
  session = await WorkspaceSessionTracker.startSession(database.db, contextOf(cast.bob, minute(0)), {
    workspaceId,
    companyId: cast.acme.id,
    accessMethod: 'web',
  });
});
afterEach(() => buffer.close());

function after(milliseconds: number): Date {
  return new Date(minute(0).getTime() + milliseconds);
}

/** Whether a report is noted in memory in the session, and whether it waits to be counted. */
function noteInMemory(at: Date): { isNoted: boolean; isCounted: boolean } {
  const reporter = {
    ...{ workspaceSessionId: session.id, companyId: cast.acme.id, workspaceId: session.workspace_id },
    ...{ userId: cast.bob.id, isAdmin: false, browserSessionHash: browser('first') },
  };
  const times = { startedAt: minute(0), lastActivityAt: minute(0), opensUntil: minute(1000) };
  buffer.remember({ ...reporter, ...times });
  const isNoted = buffer.touch(reporter, at);
  return { isNoted, isCounted: buffer.state().pendingTouches > 0 };
}

describe('a report of use', () => {
  it.each([-1000, 0, 1, 4999, 5000, 5001, 59_999, 60_000, 90_000])(
    'counts %d ms after the last one, or does not, whoever decides: TypeScript, SQL and the memory',
    async (milliseconds) => {
      const at = after(milliseconds);
      const isCounted = isCountedTouch(minute(0), at);
      expect(isCounted).toBe(milliseconds >= 5000);
      expect(noteInMemory(at)).toEqual({ isNoted: true, isCounted });
      const { id } = session;
      await writeNotes(database.db, [{ ...emptyNotes({ id, startedAt: minute(0) }), touches: [at] }]);
      const row = await database.db('workspace_sessions').where({ id }).first<WorkspaceSession>();
      expect(row).toMatchObject({
        activity_count: isCounted ? 1 : 0,
        interactive_seconds: isCounted ? Math.min(60, Math.floor(milliseconds / 1000)) : 0,
        last_activity_at: isCounted ? at : minute(0),
      });
    },
  );

  it.each([-1, 0, 1])(
    'continues a session, or starts a new one, %d ms after half an hour, whoever decides',
    async (milliseconds) => {
      const at = after(30 * 60_000 + milliseconds);
      const isContinued = milliseconds <= 0;
      expect(isIdle(session, at)).toBe(!isContinued);
      expect(noteInMemory(at).isNoted).toBe(isContinued);
      const context = contextOf(cast.bob, at);
      const { workspace_id: workspaceId, id: workspaceSessionId } = session;
      const input = { workspaceId, companyId: cast.acme.id, accessMethod: 'web' } as const;
      const active = await WorkspaceSessionTracker.getActiveSession(database.db, context, input);
      expect(active !== undefined).toBe(isContinued);
      const present = await listPresentPeople(database.db, { companyId: cast.acme.id, visibleTo: null, at });
      expect(present.length > 0).toBe(isContinued);
      await WorkspaceSessionTracker.endIdleSessions(database.db, sweeperContext(at));
      const started = await WorkspaceSessionTracker.startSession(database.db, context, input);
      expect(started.id === workspaceSessionId).toBe(isContinued);
      const { outcome } = await WorkspaceSessionTracker.updateActivity(database.db, context, {
        workspaceSessionId,
      });
      expect(outcome).toBe(isContinued ? 'touched' : 'restarted');
    },
  );
});
