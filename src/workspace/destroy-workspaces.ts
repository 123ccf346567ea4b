import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { listWorkspacesToDestroy, restoreLimit } from './deleted-workspaces.ts';
import type { WorkspaceRuntime } from './runtime.ts';

type Doomed = Awaited<ReturnType<typeof listWorkspacesToDestroy>>[number];

/**
 * Destroys what is in workspaces that were deleted more than `restoreDays` ago; their rows, sessions and evidence stay. Each leaves
 * an audit row of the system for what came of it; what could not be destroyed is tried again by the next run. Returns a summary
 * for the job list.
 */
export async function destroyWorkspaces(
  db: Knex,
  context: RequestContext,
  { runtime, restoreDays }: { runtime: WorkspaceRuntime; restoreDays: number },
): Promise<string> {
  if (!runtime.isManaged) return 'workspaces run elsewhere';
  const counts = { destroyed: 0, failed: 0 };
  for (const workspace of await listWorkspacesToDestroy(db, restoreLimit(context.at, restoreDays))) {
    const isDestroyed = await destroyOne(db, context, { workspace, runtime });
    counts[isDestroyed ? 'destroyed' : 'failed'] += 1;
  }
  return `destroyed ${String(counts.destroyed)}, failed ${String(counts.failed)}`;
}

/** The row stays locked meanwhile, so that nobody restores what is half gone; who restored it before has it. */
async function destroyOne(
  db: Knex,
  context: RequestContext,
  { workspace, runtime }: { workspace: Doomed; runtime: WorkspaceRuntime },
): Promise<boolean> {
  const { id, company_id, owner_user_id, name, deleted_at } = workspace;
  const fault: unknown = await db
    .transaction(async (trx) => {
      const own = { id, company_id, deleted_at };
      const locked = await trx('workspaces')
        .where(own)
        .whereNull('destroyed_at')
        .forUpdate()
        .first<{ id: number } | undefined>('id');
      if (locked === undefined) return 'restored' as const;
      await runtime.destroy(id);
      await trx('workspaces').where(own).update({ destroyed_at: context.at });
      return null;
    })
    .catch((error: unknown) => error);
  if (fault === 'restored') return false;
  if (fault !== null)
    context.log.error({ err: fault, workspaceId: id }, 'a deleted workspace could not be destroyed');
  await AuditLogger.logWorkspaceDestroy(db, context, {
    success: fault === null,
    workspaceId: id,
    companyId: company_id,
    userId: owner_user_id,
    details: { name, deleted_at },
    ...(fault === null ? {} : { reason: 'cannot-destroy' }),
  });
  return fault === null;
}
