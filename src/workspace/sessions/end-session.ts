import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { onBehalfOf } from '../../audit/audit-row.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { countedBounds } from './session-bounds.ts';
import {
  isIdle,
  sessionColumns,
  whereSession,
  type Ending,
  type GivenEndReason,
  type WorkspaceSession,
} from '../session-row.ts';

/**
 * Part of WorkspaceSessionTracker. Ends the open sessions that `narrow` leaves, each with its audit row, in
 * one transaction. Locks in the order of ids, so that two that end the same sessions cannot block each other
 * for good.
 */
export async function endOpenSessions(
  db: Knex,
  context: RequestContext,
  ending: Ending,
  narrow: (query: Knex.QueryBuilder) => void,
): Promise<WorkspaceSession[]> {
  return db.transaction(async (trx) => {
    const open = await trx('workspace_sessions')
      .whereNull('workspace_sessions.ended_at')
      .orderBy('workspace_sessions.id')
      .forUpdate()
      .modify(narrow)
      .select<WorkspaceSession[]>(sessionColumns);
    const ended: WorkspaceSession[] = [];
    for (const session of open) ended.push(await endOpenSession(trx, context, session, ending));
    return ended;
  });
}

/**
 * Part of WorkspaceSessionTracker. Ends one session that the caller has locked. When it was idle too long,
 * whatever ends it now came too late: it ended at its last activity, as `idle`, or as `closed` when that was
 * the regular end of a connection.
 */
export async function endOpenSession(
  trx: Knex,
  context: RequestContext,
  session: WorkspaceSession,
  ending: Ending,
): Promise<WorkspaceSession> {
  const isLate = isIdle(session, context.at);
  const { reason, cause } = isLate ? { reason: lateReason(session), cause: undefined } : ending;
  const endedAt =
    !isLate && isSignOfLife(context, session, reason)
      ? trx.raw('greatest(?::timestamptz, last_activity_at)', [context.at])
      : trx.ref('last_activity_at');
  const [ended] = await trx('workspace_sessions')
    .modify(whereSession, session)
    .update({ ended_at: endedAt, end_reason: reason })
    .returning<WorkspaceSession[]>(sessionColumns);
  if (ended === undefined) throw new Error(`Bug! session ${String(session.id)} is gone`);
  await logEnd(trx, context, ended, {
    reason,
    cause,
    isOwnAct: !isLate && context.userId === session.user_id,
  });
  return ended;
}

/** A person who closed the last connection has left, and was not timed out. */
function lateReason({ disconnected_at, last_activity_at }: WorkspaceSession): 'closed' | 'idle' {
  return disconnected_at !== null && disconnected_at >= last_activity_at ? 'closed' : 'idle';
}

/**
 * A close or sign-out by the person shows that they were there. Acts of others, or of the system, show
 * nothing.
 */
function isSignOfLife(context: RequestContext, session: WorkspaceSession, reason: GivenEndReason): boolean {
  if (context.userId !== session.user_id) return false;
  if (reason === 'signed-out') return context.browserSessionHash === session.session_id;
  return reason === 'closed';
}

async function logEnd(
  trx: Knex,
  context: RequestContext,
  session: WorkspaceSession,
  { reason, cause, isOwnAct }: Ending & { isOwnAct: boolean },
): Promise<void> {
  await AuditLogger.log(trx, isOwnAct ? context : asConsequence(context), {
    action: reason === 'closed' && isOwnAct ? 'workspace_closed' : 'workspace_session_expired',
    success: true,
    resourceType: 'workspace',
    resourceId: session.workspace_id,
    userId: session.user_id,
    companyId: session.company_id,
    details: {
      workspace_session_id: session.id,
      reason,
      ...(cause === undefined ? {} : { cause }),
      access_method: session.access_method,
      started_at: session.started_at,
      ended_at: session.ended_at,
      last_activity_at: session.last_activity_at,
      duration_seconds: session.duration_seconds,
      interactive_seconds: session.interactive_seconds,
      activity_count: session.activity_count,
      ...countedUse(session),
      ...onBehalfOf(context, session.company_id),
      ...(isOwnAct || context.userId === null ? {} : { noticed_in_request_of_user_id: context.userId }),
    },
  });
}

/**
 * The bounds of use of the session as a bundle prints them: in seconds, and in whole minutes rounded down.
 */
function countedUse(session: WorkspaceSession): Record<string, number | null> {
  const bounds = countedBounds(session);
  const minutes = (seconds: number | null): number | null =>
    seconds === null ? null : Math.floor(seconds / 60);
  return {
    connected_minutes: minutes(bounds.connected_seconds),
    active_minutes: minutes(bounds.active_seconds),
    ...bounds,
  };
}

/**
 * The row is about the session's person; another person's address in it would be false evidence about them.
 */
function asConsequence(context: RequestContext): RequestContext {
  return { ...context, actorType: 'system', ip: null, rawIp: null, userAgent: null };
}
