import type { Knex } from 'knex';
import { subscriptionState } from '../billing/subscription-state.ts';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import { planTimesColumns, type PlanTimes } from '../plan.ts';
import type { RuntimeWorkspace, StopCause } from './runtime-types.ts';
import { idleLimit } from './session-row.ts';

export interface Workspace {
  id: number;
  company_id: number;
  owner_user_id: number;
  owner_name: string;
  owner_email: string;
  name: string;
  port: number;
  created_at: Date;
  /** Since when its program should run; null when it should not run. */
  wanted_running_since: Date | null;
  /** The reason for which the system stopped its program; null when the system did not stop it. */
  stopped_because: StopCause | null;
}

const workspaceColumns = [
  'workspaces.id',
  'workspaces.company_id',
  'workspaces.owner_user_id',
  'users.full_name as owner_name',
  'users.email as owner_email',
  'workspaces.name',
  'workspaces.port',
  'workspaces.created_at',
  'workspaces.wanted_running_since',
  'workspaces.stopped_because',
];

/** Which workspaces a person may see: those of the company, or only those they own. */
export interface Visibility {
  companyId: number;
  /** Null for admins, who see all of their company. */
  ownerUserId: number | null;
}

/**
 * Finds a workspace that exists and that the person may see; a deleted one counts as gone, though its
 * sessions are kept. The lock `keep` holds off deletion until the transaction ends, `use` holds off a stop as
 * well, and `delete` keeps out both.
 */
export async function findWorkspace(
  db: Knex,
  input: Visibility & { workspaceId: number; lockTo?: 'keep' | 'use' | 'delete' },
): Promise<Workspace | undefined> {
  return visibleWorkspaces(db, input)
    .where('workspaces.id', input.workspaceId)
    .modify((query) => {
      if (input.lockTo === 'keep') query.forKeyShare('workspaces');
      if (input.lockTo === 'use') query.forShare('workspaces');
      if (input.lockTo === 'delete') query.forUpdate('workspaces');
    })
    .first<Workspace | undefined>(workspaceColumns);
}

/** The workspace of this host label, when the person may see it. */
export async function findWorkspaceAt(
  db: Knex,
  input: Visibility & { label: string },
): Promise<Workspace | undefined> {
  return visibleWorkspaces(db, input)
    .join('workspace_hosts', 'workspace_hosts.workspace_id', 'workspaces.id')
    .where('workspace_hosts.label', input.label)
    .first<Workspace | undefined>(workspaceColumns);
}

export interface ListedWorkspace extends Workspace {
  /** Null when nobody has used it yet. */
  last_used_at: Date | null;
  is_in_use: boolean;
}

/** A page of the workspaces that the person may see, newest first. */
export async function listWorkspaces(
  db: Knex,
  input: Visibility & { page: Cursor; at: Date; size?: number },
): Promise<Page<ListedWorkspace>> {
  const query = visibleWorkspaces(db, input).select([
    ...workspaceColumns,
    // The latest end, and the last activity of what is open: no index has the last activity.
    db.raw(`greatest(
      (select max(ended_at) from workspace_sessions where workspace_sessions.workspace_id = workspaces.id),
      (select max(open.last_activity_at) from open_workspace_sessions
       join workspace_sessions as open on open.id = open_workspace_sessions.workspace_session_id
         and open.started_at = open_workspace_sessions.started_at
       where open_workspace_sessions.workspace_id = workspaces.id)) as last_used_at`),
    db.raw(
      `exists (select 1 from workspace_sessions where workspace_sessions.workspace_id = workspaces.id
               and workspace_sessions.ended_at is null and workspace_sessions.last_activity_at >= ?) as is_in_use`,
      [idleLimit(input.at)],
    ),
  ]);
  const order: KeysetOrder = {
    keys: ['workspaces.id'],
    direction: 'desc',
    startsAmong: db('workspaces').where('workspaces.company_id', input.companyId),
    size: input.size ?? PAGE_SIZE,
  };
  return readPage<ListedWorkspace>(db, query, order, input.page);
}

/** How many other workspaces of a company are meant to run. */
export async function countWantedRunning(
  db: Knex,
  input: { companyId: number; exceptId: number },
): Promise<number> {
  const [row] = await db('workspaces')
    .where('workspaces.company_id', input.companyId)
    .whereNotNull('workspaces.wanted_running_since')
    .whereNull('workspaces.deleted_at')
    .whereNot('workspaces.id', input.exceptId)
    .count<{ count: number }[]>('* as count');
  return row?.count ?? 0;
}

/** The facts of a workspace that the runtime needs, deleted or not. */
export async function findRuntimeWorkspace(
  db: Knex,
  input: { companyId: number; workspaceId: number; at: Date },
): Promise<RuntimeWorkspace | undefined> {
  const row = await db('workspaces')
    .join('subscriptions', 'subscriptions.company_id', 'workspaces.company_id')
    .where({ 'workspaces.id': input.workspaceId, 'workspaces.company_id': input.companyId })
    .first<(Omit<RuntimeWorkspace, 'plan_now'> & PlanTimes) | undefined>([
      'workspaces.id',
      'workspaces.name',
      'workspaces.port',
      ...planTimesColumns,
    ]);
  if (row === undefined) return undefined;
  const { id, name, port } = row;
  return { id, name, port, plan_now: subscriptionState(row, input.at).plan };
}

/** How many workspaces a company has; the plan limits this number. */
export async function countWorkspaces(db: Knex, companyId: number): Promise<number> {
  const [row] = await db('workspaces')
    .where('workspaces.company_id', companyId)
    .whereNull('workspaces.deleted_at')
    .count<{ count: number }[]>('* as count');
  return row?.count ?? 0;
}

/** Names of people by id, for rows that carry only the id. */
export async function listPeopleNames(
  db: Knex,
  input: { companyId: number; userIds: number[] },
): Promise<{ id: number; full_name: string }[]> {
  return db('users')
    .where('users.company_id', input.companyId)
    .whereIn('users.id', input.userIds)
    .select<{ id: number; full_name: string }[]>(['users.id', 'users.full_name']);
}

function visibleWorkspaces(db: Knex, { companyId, ownerUserId }: Visibility): Knex.QueryBuilder {
  const query = db('workspaces')
    .join('users', 'users.id', 'workspaces.owner_user_id')
    .where('workspaces.company_id', companyId)
    .whereNull('workspaces.deleted_at');
  return ownerUserId === null ? query : query.where('workspaces.owner_user_id', ownerUserId);
}

/** The company and role of a person: all that rights depend on. */
export interface ActivePerson {
  company_id: number | null;
  role: 'member' | 'admin' | 'operator';
}

/** Finds what rights depend on, for a request that needs nothing else of the person. */
export async function findActivePerson(db: Knex, userId: number): Promise<ActivePerson | undefined> {
  const { rows } = await db.raw<{ rows: ActivePerson[] }>(
    'select company_id, role from users where id = ? and deactivated_at is null',
    [userId],
  );
  return rows[0];
}
