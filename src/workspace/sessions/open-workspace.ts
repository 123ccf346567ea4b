import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf, workspaceDetails } from '../company-person.ts';
import { findCompanyPlan } from '../company-plan.ts';
import { isOverLimit } from '../over-limit.ts';
import type { AccessRules } from '../access-rules.ts';
import { findWorkspace } from '../queries.ts';
import type { AccessMethod, WorkspaceSession } from '../session-row.ts';
import { WorkspaceSessionTracker } from './workspace-session-tracker.ts';

type OpenOutcome =
  | { ok: true; session: WorkspaceSession }
  | { ok: false; reason: 'subscription-lapsed' | 'over-limit' | 'not-running' };

/**
 * Opens a workspace: starts a session, or goes on with the one this browser has. Refuses when the
 * subscription has lapsed, when the plan has no room for it any more, and where it must run for that and does
 * not; all leave an audit row. Throws
 * `NotFound` for a workspace that the person may not see.
 */
export async function openWorkspace(
  db: Knex,
  context: RequestContext,
  input: AccessRules & {
    workspaceId: number;
    isAdmin: boolean;
    accessMethod: AccessMethod;
    /** Further details of the access for the evidence. */
    details?: Record<string, unknown>;
  },
): Promise<OpenOutcome> {
  const person = companyPerson(context, input);
  const { workspaceId, accessMethod } = input;
  return db.transaction(async (trx): Promise<OpenOutcome> => {
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId, lockTo: 'use' });
    if (workspace === undefined) throw new NotFound();
    const details = {
      ...workspaceDetails(workspace, person),
      access_method: accessMethod,
      ...input.details,
    };
    const plan = await findCompanyPlan(trx, { companyId: person.companyId, at: context.at });
    const isStopped = input.mustRun && workspace.wanted_running_since === null;
    const isOver = await isOverLimit(trx, plan.limits, { workspaceId, userId: person.userId });
    if (plan.isLapsed || isOver || isStopped) {
      const reason = plan.isLapsed ? 'subscription-lapsed' : isOver ? 'over-limit' : 'not-running';
      await AuditLogger.logWorkspaceAccess(trx, context, { success: false, workspaceId, details, reason });
      return { ok: false, reason };
    }
    const session = await WorkspaceSessionTracker.startSession(trx, context, {
      workspaceId,
      companyId: person.companyId,
      accessMethod,
    });
    await AuditLogger.logWorkspaceAccess(trx, context, {
      success: true,
      workspaceId,
      details: { ...details, workspace_session_id: session.id, session_started_at: session.started_at },
    });
    return { ok: true, session };
  });
}
