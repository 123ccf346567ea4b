import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf, workspaceDetails, type CompanyPerson } from '../company-person.ts';
import { findWorkspace, type Workspace } from '../queries.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/**
 * Deletes a workspace, ends what is open in it and stops its program. Its files stay until its grace period
 * is over, its row, its sessions and their evidence for longer. Throws `NotFound` for one that does not
 * exist, is deleted already, or that the person may not see.
 */
export async function deleteWorkspace(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean; runtime?: WorkspaceRuntime },
): Promise<Workspace> {
  const person = companyPerson(context, input);
  const { workspaceId, runtime } = input;
  const workspace = await markDeleted(db, context, { workspaceId, person });
  if (runtime === undefined || !runtime.isManaged) return workspace;
  const ran = runtime.state(workspaceId) !== 'stopped';
  // Also when it is not known to run: it may wait to be brought back after a restart of the app.
  const hasStopped = await runtime.stop(workspaceId).then(
    () => true,
    (error: unknown) => {
      context.log.error(
        { err: error, workspaceId },
        'the program of a deleted workspace could not be stopped',
      );
      return false;
    },
  );
  if (!ran && hasStopped) return workspace;
  await AuditLogger.logWorkspaceRuntime(db, context, 'workspace_stopped', {
    success: hasStopped,
    workspaceId,
    details: { ...workspaceDetails(workspace, person), because: 'workspace-deleted' },
    ...(hasStopped ? {} : { reason: 'cannot-stop' }),
  });
  return workspace;
}

async function markDeleted(
  db: Knex,
  context: RequestContext,
  { workspaceId, person }: { workspaceId: number; person: CompanyPerson },
): Promise<Workspace> {
  return db.transaction(async (trx) => {
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId, lockTo: 'delete' });
    if (workspace === undefined) throw new NotFound();
    await trx('workspaces')
      .where({ 'workspaces.id': workspaceId, 'workspaces.company_id': person.companyId })
      .update({ deleted_at: context.at, deleted_by: person.userId, wanted_running_since: null });
    const sessionsEnded = await WorkspaceSessionTracker.endSessionsOfWorkspace(trx, context, {
      workspaceId,
      reason: 'deleted',
    });
    await AuditLogger.logWorkspaceDelete(trx, context, {
      success: true,
      workspaceId,
      details: { ...workspaceDetails(workspace, person), sessions_ended: sessionsEnded },
    });
    return workspace;
  });
}
