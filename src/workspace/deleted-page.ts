import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Cursor } from '../keyset.ts';
import { companyPerson, visibilityOf } from './company-person.ts';
import { findCompanyPlan, type CompanyPlan } from './company-plan.ts';
import {
  listDeletedWorkspaces,
  restorableUntil,
  restoreLimit,
  type DeletedWorkspace,
} from './deleted-workspaces.ts';

export interface DeletedPage {
  isAdmin: boolean;
  plan: CompanyPlan;
  restoreDays: number;
  workspaces: (DeletedWorkspace & { restorable_until: Date })[];
  newerUrl: string | null;
  olderUrl: string | null;
}

/** What the page of deleted workspaces shows this person: those that can still be restored. */
export async function loadDeletedPage(
  db: Knex,
  context: RequestContext,
  { isAdmin, page, restoreDays }: { isAdmin: boolean; page: Cursor; restoreDays: number },
): Promise<DeletedPage> {
  const person = companyPerson(context, { isAdmin });
  const deletedAfter = restoreLimit(context.at, restoreDays);
  const [plan, listed] = await Promise.all([
    findCompanyPlan(db, { companyId: person.companyId, at: context.at }),
    listDeletedWorkspaces(db, { ...visibilityOf(person), deletedAfter, page }),
  ]);
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
  };
}
