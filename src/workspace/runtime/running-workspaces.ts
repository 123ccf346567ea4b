import type { Knex } from 'knex';
import { subscriptionState } from '../../billing/subscription-state.ts';
import { planTimesColumns, type PlanTimes } from '../../plan.ts';
import type { RuntimeWorkspace } from '../runtime-types.ts';

/** A workspace whose program should run, of any company. */
export interface RunningWorkspace extends RuntimeWorkspace, PlanTimes {
  company_id: number;
  owner_user_id: number;
  wanted_running_since: Date;
  /** Until when the company's subscription lets workspaces be opened. */
  opens_until: Date;
  /**
   * When a person last used it, by what flowed there or by what a page or a program reported; a tab that is
   * merely connected is no use. Null: not yet.
   */
  last_active_at: Date | null;
  /** When the access of its owner ended; null while they have it. */
  owner_left_at: Date | null;
  /** Somebody other than the owner has it open. */
  is_open_to_others: boolean;
}

/** Every workspace, of all companies, whose program should run. For scheduled work; no page shows it. */
export async function listRunningWorkspaces(db: Knex, at: Date): Promise<RunningWorkspace[]> {
  const rows = await runningWorkspaces(db).orderBy('workspaces.id').select<Row[]>(columnsOf(db));
  return rows.map((row) => ({ ...row, plan_now: subscriptionState(row, at).plan }));
}

/** The same of one; undefined when its program should not run. */
export async function findRunningWorkspace(
  db: Knex,
  id: number,
  at: Date,
): Promise<RunningWorkspace | undefined> {
  const row = await runningWorkspaces(db).where('workspaces.id', id).first<Row | undefined>(columnsOf(db));
  return row === undefined ? undefined : { ...row, plan_now: subscriptionState(row, at).plan };
}

type Row = Omit<RunningWorkspace, 'plan_now'>;

function runningWorkspaces(db: Knex): Knex.QueryBuilder {
  return db('workspaces')
    .join('subscriptions', 'subscriptions.company_id', 'workspaces.company_id')
    .join('users as owner', 'owner.id', 'workspaces.owner_user_id')
    .whereNotNull('workspaces.wanted_running_since')
    .whereNull('workspaces.deleted_at');
}

function columnsOf(db: Knex): (string | Knex.Raw)[] {
  return [
    'workspaces.id',
    'workspaces.name',
    'workspaces.port',
    'workspaces.company_id',
    'workspaces.owner_user_id',
    'workspaces.wanted_running_since',
    'subscriptions.opens_until',
    ...planTimesColumns,
    db.raw(LAST_ACTIVE),
    'owner.deactivated_at as owner_left_at',
    db.raw(OPEN_TO_OTHERS),
  ];
}

/**
 * A session whose traffic is counted says by that when it was used; in any other only reports of use move the
 * last activity.
 */
const LAST_ACTIVE = `(
  select max(case when s.connected_until is null then s.last_activity_at else s.active_until end)
  from workspace_sessions as s
  where s.workspace_id = workspaces.id and s.company_id = workspaces.company_id
) as last_active_at`;

const OPEN_TO_OTHERS = `exists (
  select from workspace_sessions as s
  where s.workspace_id = workspaces.id and s.company_id = workspaces.company_id
    and s.ended_at is null and s.user_id <> workspaces.owner_user_id
) as is_open_to_others`;
