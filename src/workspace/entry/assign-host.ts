import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { hostLabels } from '../host-name.ts';

/**
 * The host label of a workspace; the first call gives it one for good. `isReserved` says which labels are
 * somebody else's. Throws when the workspace is not of the company.
 */
export async function assignHost(
  trx: Knex,
  context: RequestContext,
  input: { workspaceId: number; companyId: number; isReserved(label: string): boolean },
): Promise<string> {
  const found = await findLabel(trx, input);
  if (found !== undefined) return found;
  const { workspaceId, companyId } = input;
  const names = await trx('workspaces')
    .join('companies', 'companies.id', 'workspaces.company_id')
    .where({ 'workspaces.id': workspaceId, 'workspaces.company_id': companyId })
    .first<{ name: string; subdomain: string } | undefined>(['workspaces.name', 'companies.subdomain']);
  if (names === undefined) throw new Error(`Bug! no workspace ${String(workspaceId)} in the company`);
  for (const label of hostLabels({ workspaceId, ...names })) {
    if (input.isReserved(label)) continue;
    await trx('workspace_hosts')
      .insert({ label, workspace_id: workspaceId, company_id: companyId, created_at: context.at })
      .onConflict()
      .ignore();
    // Whichever request inserted first, the workspace has a label now, unless this label belongs to another
    // workspace.
    const assigned = await findLabel(trx, input);
    if (assigned !== undefined) return assigned;
  }
  throw new Error(`Bug! no host name is left for workspace ${String(workspaceId)}`);
}

async function findLabel(
  trx: Knex,
  { workspaceId, companyId }: { workspaceId: number; companyId: number },
): Promise<string | undefined> {
  const row = await trx('workspace_hosts')
    .where({ workspace_id: workspaceId, company_id: companyId })
    .first<{ label: string } | undefined>('label');
  return row?.label;
}
