import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { listWorkspacesToDestroy, restoreLimit } from './deleted-workspaces.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';

type Doomed = Awaited<ReturnType<typeof listWorkspacesToDestroy>>[number];

/**
 * Destroys what is in workspaces that were deleted more than `restoreDays` ago; their rows, sessions and
 * evidence stay. Each leaves an audit row of the system for what came of it; what could not be destroyed is
 * tried again by the next run. Returns a summary for the job list.
 */
export async function destroyWorkspaces(
  db: Knex,
  context: RequestContext,
  { runtime, restoreDays }: { runtime: WorkspaceRuntime; restoreDays: number },
): Promise<{ destroyed: number; failed: number } | { elsewhere: true }> {
  if (!runtime.isManaged) return { elsewhere: true };
  const counts = { destroyed: 0, failed: 0, restored: 0 };
  for (const workspace of await listWorkspacesToDestroy(db, restoreLimit(context.at, restoreDays))) {
    counts[await destroyOne(db, context, { workspace, runtime })] += 1;
  }
  return { destroyed: counts.destroyed, failed: counts.failed };
}

async function destroyOne(
  db: Knex,
  context: RequestContext,
  { workspace, runtime }: { workspace: Doomed; runtime: WorkspaceRuntime },
): Promise<'destroyed' | 'failed' | 'restored'> {
  const { id, company_id, owner_user_id, name, deleted_at } = workspace;
  // From here on nobody restores what may be half gone; removing many files takes too long to keep a row
  // locked.
  const claimed = await db('workspaces')
    .where({ id, company_id, deleted_at })
    .whereNull('destroyed_at')
    .update({ destroying_since: context.at });
  if (claimed === 0) return 'restored';
  const details = { name, deleted_at };
  const of = { workspaceId: id, companyId: company_id, userId: owner_user_id, details };
  try {
    await runtime.destroy(id);
  } catch (error) {
    context.log.error({ err: error, workspaceId: id }, 'a deleted workspace could not be destroyed');
    await AuditLogger.logWorkspaceDestroy(db, context, { ...of, success: false, reason: 'cannot-destroy' });
    return 'failed';
  }
  await db.transaction(async (trx) => {
    await trx('workspaces').where({ id, company_id }).update({ destroyed_at: context.at });
    await AuditLogger.logWorkspaceDestroy(trx, context, { ...of, success: true });
  });
  return 'destroyed';
}
