import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf, workspaceDetails, type CompanyPerson } from '../company-person.ts';
import { findCompanyPlan, type CompanyPlan } from '../company-plan.ts';
import { isOverLimit } from '../over-limit.ts';
import type { AccessRules } from '../access-rules.ts';
import { findWorkspace, type Workspace } from '../queries.ts';
import { sessionBuffer } from './session-buffer.ts';
import { findOpenSession, findSession } from './session-queries.ts';
import type { AccessMethod, EndReason, Ending, WorkspaceSession } from '../session-row.ts';
import { sessionKey } from './start-session.ts';
import { WorkspaceSessionTracker } from './workspace-session-tracker.ts';

type RecordOutcome =
  | { state: 'active'; session: WorkspaceSession; opensUntil: Date }
  | { state: 'restarted'; session: WorkspaceSession }
  | { state: 'ended'; reason: EndReason | 'not-open' };

interface RecordInput extends AccessRules {
  workspaceId: number;
  isAdmin: boolean;
  /** The session that the page was made for; without it, the one this browser has open. */
  workspaceSessionId?: number | undefined;
  /** The way in; the pages' when not given. */
  accessMethod?: AccessMethod;
}

/**
 * Notes a report of use from a workspace page. After a long break a new session starts, which counts as
 * opening the workspace and is in the evidence as such; in one that must run and does not, nothing starts and
 * what is open ends. Throws `NotFound` for a workspace, or a session, that is not this person's.
 */
export async function recordActivity(
  db: Knex,
  context: RequestContext,
  input: RecordInput,
): Promise<RecordOutcome> {
  const person = companyPerson(context, input);
  const { workspaceId } = input;
  const outcome = await db.transaction(async (trx): Promise<RecordOutcome> => {
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId, lockTo: 'use' });
    if (workspace === undefined) throw new NotFound();
    const session = await findReported(trx, context, input);
    if (session === undefined) return { state: 'ended', reason: 'not-open' };
    const plan = await findCompanyPlan(trx, { companyId: person.companyId, at: context.at });
    if (plan.isLapsed) return end(trx, context, session, { reason: 'revoked', cause: 'lapsed' });
    const isOver = await isOverLimit(trx, plan.limits, { workspaceId, userId: person.userId });
    if (isOver) return end(trx, context, session, { reason: 'revoked', cause: 'over-limit' });
    const isStopped = input.mustRun && workspace.wanted_running_since === null;
    if (isStopped) return end(trx, context, session, { reason: 'stopped' });
    return touch(trx, context, { session, workspace, person, plan });
  });
  // The pages alone report often enough.
  if (outcome.state === 'active' && outcome.session.access_method === 'web') remember(db, person, outcome);
  return outcome;
}

/** The session that this browser has open goes before an ended one that an older tab still names. */
async function findReported(
  trx: Knex,
  context: RequestContext,
  { workspaceId, workspaceSessionId, accessMethod = 'web' }: RecordInput,
): Promise<WorkspaceSession | undefined> {
  const key = sessionKey(context, { workspaceId, accessMethod });
  const named =
    workspaceSessionId === undefined ? undefined : await findSession(trx, { ...key, workspaceSessionId });
  if (workspaceSessionId !== undefined && named === undefined) throw new NotFound();
  return (await findOpenSession(trx, key)) ?? named;
}

async function end(
  trx: Knex,
  context: RequestContext,
  session: WorkspaceSession,
  ending: Ending,
): Promise<RecordOutcome> {
  await WorkspaceSessionTracker.endSession(trx, context, { workspaceSessionId: session.id, ...ending });
  return { state: 'ended', reason: ending.reason };
}

async function touch(
  trx: Knex,
  context: RequestContext,
  of: { session: WorkspaceSession; workspace: Workspace; person: CompanyPerson; plan: CompanyPlan },
): Promise<RecordOutcome> {
  const activity = await WorkspaceSessionTracker.updateActivity(trx, context, {
    workspaceSessionId: of.session.id,
  });
  if (activity.outcome === 'unknown') throw new NotFound();
  if (activity.outcome === 'ended') {
    return { state: 'ended', reason: activity.session.end_reason ?? 'not-open' };
  }
  if (activity.outcome === 'touched') {
    return { state: 'active', session: activity.session, opensUntil: of.plan.opensUntil };
  }
  await AuditLogger.logWorkspaceAccess(trx, context, {
    success: true,
    workspaceId: of.workspace.id,
    details: {
      ...workspaceDetails(of.workspace, of.person),
      access_method: activity.session.access_method,
      workspace_session_id: activity.session.id,
      session_started_at: activity.session.started_at,
      resumed_after_session_id: activity.previous.id,
    },
  });
  return { state: 'restarted', session: activity.session };
}

/** The next reports in this session are noted in memory. */
function remember(
  db: Knex,
  { companyId, userId, isAdmin }: CompanyPerson,
  { session, opensUntil }: { session: WorkspaceSession; opensUntil: Date },
): void {
  sessionBuffer.of(db)?.remember({
    workspaceSessionId: session.id,
    companyId,
    workspaceId: session.workspace_id,
    userId,
    isAdmin,
    browserSessionHash: session.session_id,
    startedAt: session.started_at,
    lastActivityAt: session.last_activity_at,
    opensUntil,
  });
}
