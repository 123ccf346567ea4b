import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Cursor } from '../../db/keyset.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf } from '../company-person.ts';
import { findCompanyPlan, type CompanyPlan } from '../company-plan.ts';
import {
  findDeletedWorkspace,
  listDeletedWorkspaces,
  restorableUntil,
  restoreLimit,
  type DeletedWorkspace,
} from './deleted-workspaces.ts';

interface DeletedPage {
  isAdmin: boolean;
  plan: CompanyPlan;
  restoreDays: number;
  workspaces: (DeletedWorkspace & { restorable_until: Date })[];
  newerUrl: string | null;
  olderUrl: string | null;
  /** The workspace that needs another name to be restored; null on a page that asks for no name. */
  renamed: DeletedWorkspace | null;
}

/**
 * The page of deleted workspaces for this person, with those that can still be restored. `renamedId` is the
 * workspace that needs another name; throws `NotFound` when the person may not restore it.
 */
export async function loadDeletedPage(
  db: Knex,
  context: RequestContext,
  of: { isAdmin: boolean; page: Cursor; restoreDays: number; renamedId?: number | undefined },
): Promise<DeletedPage> {
  const { isAdmin, page, restoreDays, renamedId } = of;
  const person = companyPerson(context, { isAdmin });
  const visible = { ...visibilityOf(person), deletedAfter: restoreLimit(context.at, restoreDays) };
  const [plan, listed, renamed] = await Promise.all([
    findCompanyPlan(db, { companyId: person.companyId, at: context.at }),
    listDeletedWorkspaces(db, { ...visible, page }),
    renamedId === undefined ? null : findDeletedWorkspace(db, { ...visible, workspaceId: renamedId }),
  ]);
  if (renamed === undefined) throw new NotFound();
  const url = (side: string, id: number | null): string | null =>
    id === null ? null : `/workspace/deleted?${side}=${String(id)}`;
  return {
    isAdmin,
    plan,
    restoreDays,
    workspaces: listed.rows.map((row) => ({
      ...row,
      restorable_until: restorableUntil(row.deleted_at, restoreDays),
    })),
    newerUrl: url('after', listed.prevId),
    olderUrl: url('before', listed.nextId),
    renamed,
  };
}
