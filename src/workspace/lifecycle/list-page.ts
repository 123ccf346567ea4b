import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Cursor } from '../../db/keyset.ts';
import { companyPerson, visibilityOf, type CompanyPerson } from '../company-person.ts';
import { findCompanyPlan, type CompanyPlan } from '../company-plan.ts';
import { listOverLimit } from '../over-limit.ts';
import { startOfMonth } from '../../local-calendar.ts';
import { listPresentPeople, type PresentPerson } from '../usage/present-people.ts';
import { listWorkspaces, type ListedWorkspace } from '../queries.ts';
import { calculateUsageByWorkspace, type UsageStats } from '../sessions/usage-stats.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

interface ListPage {
  isAdmin: boolean;
  workspaces: (ListedWorkspace &
    PresentIn & { is_own: boolean; seconds_this_month: number; is_over: boolean })[];
  plan: CompanyPlan;
  /** This month's use: the company's for an admin, else the person's own. */
  month: UsageStats;
  newerUrl: string | null;
  olderUrl: string | null;
}

/** The people who are in a workspace now: the newest few, and how many more. */
interface PresentIn {
  present: { person_name: string; started_at: Date; is_reader: boolean }[];
  more_present: number;
}

/** People named in a row; the others are counted. */
const NAMED_MAX = 3;

/** The list of workspaces for this person. */
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
  const over = new Set(await listOverLimit(db, [plan.limits]));
  return {
    isAdmin,
    workspaces: (await addUse(db, { person, rows: listed.rows, from, at: context.at })).map((row) => ({
      ...row,
      is_over: over.has(row.id),
    })),
    plan,
    month,
    newerUrl: pageUrl('after', listed.prevId),
    olderUrl: pageUrl('before', listed.nextId),
  };
}

async function addUse(
  db: Knex,
  { person, rows, from, at }: { person: CompanyPerson; rows: ListedWorkspace[]; from: Date; at: Date },
): Promise<Omit<ListPage['workspaces'][number], 'is_over'>[]> {
  const { companyId } = person;
  const workspaceIds = rows.map((row) => row.id);
  const [usage, present] = await Promise.all([
    calculateUsageByWorkspace(db, { companyId, workspaceIds, from }),
    listPresentPeople(db, { companyId, visibleTo: null, workspaceIds, at }),
  ]);
  const seconds = new Map(usage.map((use) => [use.workspace_id, use.connected_seconds]));
  return rows.map((row) => ({
    ...row,
    is_own: row.owner_user_id === person.userId,
    seconds_this_month: seconds.get(row.id) ?? 0,
    ...presentIn(row.id, present, person.userId),
  }));
}

/** Somebody with two windows open is there once, since the earlier one. */
function presentIn(workspaceId: number, all: PresentPerson[], readerId: number): PresentIn {
  const people = new Map(
    all.filter((person) => person.workspace_id === workspaceId).map((person) => [person.user_id, person]),
  );
  const present = [...people.values()].map(({ user_id, person_name, started_at }) => ({
    person_name,
    started_at,
    is_reader: user_id === readerId,
  }));
  return {
    present: present.slice(0, NAMED_MAX),
    more_present: Math.max(0, present.length - NAMED_MAX),
  };
}

function pageUrl(side: 'before' | 'after', id: number | null): string | null {
  return id === null ? null : `/workspace?${side}=${String(id)}`;
}
