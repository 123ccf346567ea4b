import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import {
  calculateUsage,
  calculateUsageByDay,
  calculateUsageByUser,
  calculateUsageByWorkspace,
  type DayUsage,
  type UsageStats,
} from '../../workspace/sessions/usage-stats.ts';
import type { Month } from '../../month.ts';
import {
  listPaidAmounts,
  listPeopleOfCompany,
  listWorkspacesOfCompany,
  type PaidAmount,
  type PersonOfCompany,
} from './queries.ts';

/** Whoever has used no workspace for so many days is named. */
export const ABSENT_DAYS = 30;

/** Below an hour a cost of an hour says nothing. */
const LEAST_SECONDS = 3600;

type Named = UsageStats & { id: number; name: string };

/** The use of a company in a month, with what it cost. */
export interface CompanyUsage {
  total: UsageStats;
  days: DayUsage[];
  people: Named[];
  workspaces: Named[];
  /** Null for the cost of an active hour where less than an hour was active. */
  costs: (PaidAmount & { per_active_hour_minor: number | null })[];
  /** People who may sign in and have used nothing for `ABSENT_DAYS`, the longest absence first. */
  absent: PersonOfCompany[];
}

/**
 * The use of a company's workspaces in a month by day, person and workspace, between its two bounds: counted
 * by the same functions as on the pages of a person and of a workspace. Those who use two workspaces at once
 * count in both, so that workspaces may add up to more than the whole.
 */
export async function loadUsage(
  db: Knex,
  { companyId, month, at }: { companyId: number; month: Month; at: Date },
): Promise<CompanyUsage> {
  const period = { companyId, from: month.from, to: month.to };
  const [total, days, byUser, byWorkspace, people, workspaces, paid] = await Promise.all([
    calculateUsage(db, period),
    calculateUsageByDay(db, { ...period, month: month.month }),
    calculateUsageByUser(db, period),
    calculateUsageByWorkspace(db, period),
    listPeopleOfCompany(db, companyId),
    listWorkspacesOfCompany(db, companyId),
    listPaidAmounts(db, period),
  ]);
  const names = new Map(people.map(({ id, full_name }) => [id, full_name]));
  const titles = new Map(workspaces.map(({ id, name }) => [id, name]));
  return {
    total,
    days,
    people: mostFirst(
      byUser.map((row) => ({ ...row, id: row.user_id, name: names.get(row.user_id) ?? '–' })),
    ),
    workspaces: mostFirst(
      byWorkspace.map((row) => ({ ...row, id: row.workspace_id, name: titles.get(row.workspace_id) ?? '–' })),
    ),
    costs: paid.map((row) => ({ ...row, per_active_hour_minor: perHour(row.paid_minor, total) })),
    absent: absentSince(people, new Date(at.getTime() - ABSENT_DAYS * DAY_MS)),
  };
}

function mostFirst(rows: Named[]): Named[] {
  return rows.sort(
    (a, b) => b.active_seconds - a.active_seconds || b.connected_seconds - a.connected_seconds,
  );
}

function perHour(paidMinor: number, { active_seconds }: UsageStats): number | null {
  return active_seconds < LEAST_SECONDS ? null : Math.round((paidMinor * 3600) / active_seconds);
}

/** Somebody who joined a week ago is not absent yet. */
function absentSince(people: PersonOfCompany[], since: Date): PersonOfCompany[] {
  const timeOf = ({ last_used_at }: PersonOfCompany): number => last_used_at?.getTime() ?? 0;
  return people
    .filter(({ is_former, created_at }) => !is_former && created_at < since)
    .filter((person) => timeOf(person) < since.getTime())
    .sort((a, b) => timeOf(a) - timeOf(b));
}
