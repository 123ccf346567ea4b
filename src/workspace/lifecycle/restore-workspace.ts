import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockCompany } from '../../people/company-lock.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf, workspaceDetails } from '../company-person.ts';
import { findCompanyPlan } from '../company-plan.ts';
import { findDeletedWorkspace, restoreLimit, type DeletedWorkspace } from './deleted-workspaces.ts';
import { findFreePort } from './free-port.ts';

type Refusal = 'subscription-lapsed' | 'plan-limit' | 'name-taken' | 'no-free-port';
/** `name` is what it is called, or would be. */
export type RestoreOutcome = { name: string } & ({ ok: true } | { ok: false; reason: Refusal });

interface RestoreInput {
  workspaceId: number;
  isAdmin: boolean;
  /** The name from now on; the workspace keeps its own name when this is not given. */
  name?: string | undefined;
  restoreDays: number;
  ports: { min: number; max: number };
}

/**
 * Brings a deleted workspace back within its grace period, with its files, its address and if it is still
 * free its port; its program stays stopped. Refuses when the subscription has lapsed, the plan has no room or
 * another workspace has the name by now; either way one audit row. Throws `NotFound` for one that is not
 * deleted, is destroyed, or that the person may not see.
 */
export async function restoreWorkspace(
  db: Knex,
  context: RequestContext,
  input: RestoreInput,
): Promise<RestoreOutcome> {
  const person = companyPerson(context, input);
  const { companyId } = person;
  const { workspaceId, restoreDays, ports } = input;
  return db.transaction(async (trx): Promise<RestoreOutcome> => {
    // As when one is created: two at once must not both see room for one more, or the same name as free.
    await lockCompany(trx, companyId);
    const deletedAfter = restoreLimit(context.at, restoreDays);
    const visible = { ...visibilityOf(person), deletedAfter, workspaceId };
    const workspace = await findDeletedWorkspace(trx, { ...visible, forUpdate: true });
    if (workspace === undefined) throw new NotFound();
    const { name = workspace.name } = input;
    const found = await findRoom(trx, context, { workspace, name, ports });
    const details = {
      ...workspaceDetails(workspace, person),
      deleted_at: workspace.deleted_at,
      ...(name === workspace.name ? {} : { new_name: name }),
    };
    if (!found.ok) {
      const { reason } = found;
      await AuditLogger.logWorkspaceRestore(trx, context, { success: false, workspaceId, details, reason });
      return { ok: false, name, reason };
    }
    const { port } = found;
    await trx('workspaces')
      .where({ id: workspaceId, company_id: companyId })
      .update({ deleted_at: null, deleted_by: null, name, port });
    const restored = { ...details, port };
    await AuditLogger.logWorkspaceRestore(trx, context, { success: true, workspaceId, details: restored });
    return { ok: true, name };
  });
}

async function findRoom(
  trx: Knex.Transaction,
  context: RequestContext,
  { workspace, name, ports }: Pick<RestoreInput, 'ports'> & { workspace: DeletedWorkspace; name: string },
): Promise<{ ok: true; port: number } | { ok: false; reason: Refusal }> {
  const { company_id: companyId } = workspace;
  const plan = await findCompanyPlan(trx, { companyId, at: context.at });
  if (plan.isLapsed) return { ok: false, reason: 'subscription-lapsed' };
  if (plan.isFull) return { ok: false, reason: 'plan-limit' };
  const namesake = await trx('workspaces')
    .where('workspaces.company_id', companyId)
    .whereRaw('lower(workspaces.name) = lower(?)', [name])
    .whereNull('workspaces.deleted_at')
    .first<{ id: number } | undefined>('workspaces.id');
  if (namesake !== undefined) return { ok: false, reason: 'name-taken' };
  const port = await findFreePort(trx, ports, workspace.port);
  return port === undefined ? { ok: false, reason: 'no-free-port' } : { ok: true, port };
}
