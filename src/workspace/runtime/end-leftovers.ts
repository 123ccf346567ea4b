import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { StopCause, WorkspaceRuntime } from '../runtime-types.ts';

/** The facts of a workspace that the row of a stop bears. */
interface Stopped {
  id: number;
  company_id: number;
  owner_user_id: number;
  name: string;
  port: number;
  last_active_at?: Date | null;
}

/**
 * Ends what runs though nobody wants it any more: an act was cut off by a crash between what it wrote down
 * and what it did. Each leaves an audit row of the system. Returns how many there were.
 */
export async function endLeftovers(
  db: Knex,
  context: RequestContext,
  runtime: WorkspaceRuntime,
): Promise<number> {
  let count = 0;
  const unwantedNow = await listUnwanted(db, runtime.listRecorded());
  for (const { id } of unwantedNow) {
    // The one before may have taken seconds to end, and somebody may have started this one meanwhile.
    const [unwanted] = await listUnwanted(db, [id]);
    if (unwanted === undefined) continue;
    await stopWithRow(db, context, { workspace: unwanted, runtime, because: 'left-running' });
    count += 1;
  }
  return count;
}

/**
 * Stops a program that nobody asked to stop, and leaves the row for what came of it. Never rejects for the
 * program's sake.
 */
export async function stopWithRow(
  db: Knex,
  context: RequestContext,
  input: { workspace: Stopped; runtime: WorkspaceRuntime; because: StopCause | 'left-running' },
): Promise<void> {
  const { workspace, runtime, because } = input;
  const { id, name, port, last_active_at } = workspace;
  const fault: unknown = await runtime.stop(id).then(
    () => null,
    (error: unknown) => error,
  );
  if (fault !== null)
    context.log.error({ err: fault, workspaceId: id }, 'the program of a workspace could not be stopped');
  await AuditLogger.logWorkspaceRuntime(db, context, 'workspace_stopped', {
    success: fault === null,
    workspaceId: id,
    companyId: workspace.company_id,
    userId: workspace.owner_user_id,
    details: { name, port, because, ...(last_active_at === undefined ? {} : { last_active_at }) },
    ...(fault === null ? {} : { reason: 'cannot-stop' }),
  });
}

/** Those of these workspaces whose programs should not run. */
async function listUnwanted(db: Knex, ids: number[]): Promise<Stopped[]> {
  if (ids.length === 0) return [];
  return db('workspaces')
    .whereRaw('id = any(?::bigint[])', [ids])
    .where((query) => {
      query.whereNull('wanted_running_since').orWhereNotNull('deleted_at');
    })
    .orderBy('id')
    .select<Stopped[]>(['id', 'company_id', 'owner_user_id', 'name', 'port']);
}
