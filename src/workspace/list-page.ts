import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Cursor } from '../keyset.ts';
import { companyPerson, visibilityOf, type CompanyPerson } from './company-person.ts';
import { findCompanyPlan, type CompanyPlan } from './company-plan.ts';
import { startOfMonth } from './month.ts';
import { listWorkspaces, type ListedWorkspace } from './queries.ts';
import { calculateUsageByWorkspace, type UsageStats } from './usage-stats.ts';
import { WorkspaceSessionTracker } from './workspace-session-tracker.ts';

export interface ListPage {
  isAdmin: boolean;
  workspaces: (ListedWorkspace & { is_own: boolean; seconds_this_month: number })[];
  plan: CompanyPlan;
  /** This month's use: the company's for an admin, else the person's own. */
  month: UsageStats;
  newerUrl: string | null;
  olderUrl: string | null;
}

/** What the list of workspaces shows this person. */
export async function loadListPage(
  db: Knex,
  context: RequestContext,
  input: { isAdmin: boolean; page: Cursor },
): Promise<ListPage> {
  const person = companyPerson(context, input);
  const { companyId, userId, isAdmin } = person;
  const from = startOfMonth(context.at);
  const [listed, plan, month] = await Promise.all([
    listWorkspaces(db, { ...visibilityOf(person), page: input.page, at: context.at }),
    findCompanyPlan(db, { companyId, at: context.at }),
    WorkspaceSessionTracker.usageStats(db, context, {
      companyId,
      userId: isAdmin ? undefined : userId,
      from,
    }),
  ]);
  return {
    isAdmin,
    workspaces: await addUse(db, { person, rows: listed.rows, from }),
    plan,
    month,
    newerUrl: pageUrl('after', listed.prevId),
    olderUrl: pageUrl('before', listed.nextId),
  };
}

async function addUse(
  db: Knex,
  { person, rows, from }: { person: CompanyPerson; rows: ListedWorkspace[]; from: Date },
): Promise<ListPage['workspaces']> {
  const usage = await calculateUsageByWorkspace(db, {
    companyId: person.companyId,
    workspaceIds: rows.map((row) => row.id),
    from,
  });
  const seconds = new Map(usage.map((use) => [use.workspace_id, use.total_seconds]));
  return rows.map((row) => ({
    ...row,
    is_own: row.owner_user_id === person.userId,
    seconds_this_month: seconds.get(row.id) ?? 0,
  }));
}

function pageUrl(side: 'before' | 'after', id: number | null): string | null {
  return id === null ? null : `/workspace?${side}=${String(id)}`;
}
