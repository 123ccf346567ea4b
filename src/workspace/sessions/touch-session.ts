import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { endOpenSession } from './end-session.ts';
import { isIdle, sessionColumns, type WorkspaceSession } from '../session-row.ts';
import { startSession } from './start-session.ts';

/**
 * Reports that come sooner after the last one count nothing: a looping client cannot inflate its activity.
 */
export const MIN_ACTIVITY_GAP_SECONDS = 5;

/** A page reports at most once a minute, so one report shows at most the minute before it. */
export const REPORT_INTERVAL_SECONDS = 60;

/** What a report of activity did. `unknown`: there is no such session of this person in this browser. */
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
    if (session.ended_at === null && !isIdle(session, context.at)) {
      return { outcome: 'touched', session: await touch(trx, context, session) };
    }
    if (session.ended_at !== null && session.end_reason !== 'idle') return { outcome: 'ended', session };
    const previous =
      session.ended_at === null ? await endOpenSession(trx, context, session, { reason: 'idle' }) : session;
    return { outcome: 'restarted', session: await startAfter(trx, context, session), previous };
  });
}

/** Another browser of the same person may not: its use would stand under an address it did not come from. */
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

async function touch(
  trx: Knex,
  context: RequestContext,
  session: WorkspaceSession,
): Promise<WorkspaceSession> {
  const countsFrom = new Date(context.at.getTime() - MIN_ACTIVITY_GAP_SECONDS * 1000);
  const [touched] = await trx('workspace_sessions')
    .where('workspace_sessions.id', session.id)
    .where('workspace_sessions.last_activity_at', '<=', countsFrom)
    .update({
      last_activity_at: context.at,
      activity_count: trx.raw('activity_count + 1'),
      interactive_seconds: trx.raw(
        'interactive_seconds + least(?::int, floor(extract(epoch from (?::timestamptz - last_activity_at)))::int)',
        [REPORT_INTERVAL_SECONDS, context.at],
      ),
    })
    .returning<WorkspaceSession[]>(sessionColumns);
  return touched ?? session;
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
