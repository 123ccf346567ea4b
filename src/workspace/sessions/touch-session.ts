import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { endOpenSession } from './end-session.ts';
import { emptyNotes } from './session-notes.ts';
import { sessionColumns, type WorkspaceSession } from '../session-row.ts';
import { startSession } from './start-session.ts';
import { decideTouch } from './touch-rule.ts';
import { writeNotes } from './write-notes.ts';

/** The effect of a report of activity. `unknown`: there is no such session of this person in this browser. */
export type ActivityOutcome =
  | { outcome: 'touched'; session: WorkspaceSession }
  | { outcome: 'restarted'; session: WorkspaceSession; previous: WorkspaceSession }
  | { outcome: 'ended'; session: WorkspaceSession }
  | { outcome: 'unknown' };

/** Part of WorkspaceSessionTracker: see `updateActivity` there. */
export async function touchSession(
  db: Knex,
  context: RequestContext,
  input: { workspaceSessionId: number },
): Promise<ActivityOutcome> {
  return db.transaction(async (trx): Promise<ActivityOutcome> => {
    const session = await findOwnSession(trx, context, input.workspaceSessionId);
    if (session === undefined) return { outcome: 'unknown' };
    const decision = decideTouch(session, context.at);
    if (decision === 'ended') return { outcome: 'ended', session };
    if (decision === 'continue') {
      const { id, started_at: startedAt } = session;
      await writeNotes(trx, [{ ...emptyNotes({ id, startedAt }), touches: [context.at] }]);
      return { outcome: 'touched', session: (await findOwnSession(trx, context, id)) ?? session };
    }
    const previous =
      session.ended_at === null ? await endOpenSession(trx, context, session, { reason: 'idle' }) : session;
    return { outcome: 'restarted', session: await startAfter(trx, context, session), previous };
  });
}

/**
 * The person's own session in this browser. Another browser of the same person reports in its own session,
 * since use counts under the address that it came from.
 */
async function findOwnSession(
  trx: Knex,
  context: RequestContext,
  workspaceSessionId: number,
): Promise<WorkspaceSession | undefined> {
  if (context.userId === null || context.browserSessionHash === null) return undefined;
  return trx('workspace_sessions')
    .where({
      'workspace_sessions.id': workspaceSessionId,
      'workspace_sessions.user_id': context.userId,
      'workspace_sessions.session_id': context.browserSessionHash,
    })
    .forUpdate()
    .first<WorkspaceSession | undefined>(sessionColumns);
}

async function startAfter(
  trx: Knex,
  context: RequestContext,
  session: WorkspaceSession,
): Promise<WorkspaceSession> {
  return startSession(trx, context, {
    workspaceId: session.workspace_id,
    companyId: session.company_id,
    accessMethod: session.access_method,
  });
}
