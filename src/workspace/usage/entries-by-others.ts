import type { Knex } from 'knex';
import { sessionBounds } from '../sessions/session-bounds.ts';
import { isInUse, sessionColumns, whereReaches, type WorkspaceSession } from '../session-row.ts';
import { DAY_MS } from '../../durations.ts';

/**
 * The list shows an owner the entries of so many days, and at most so many of them; the history of the
 * workspace has all.
 */
const TOLD_DAYS = 30;
const ENTRIES_MAX = 5;

/** A time that somebody else was in a person's workspace. */
export interface EntryByOther {
  id: number;
  workspace_id: number;
  workspace_name: string;
  person_name: string;
  started_at: Date;
  /** To its last activity while it lasts. */
  counted_seconds: number;
  is_active: boolean;
}

/** The owner, the company, and either one workspace or all. */
interface OwnedFilter {
  companyId: number;
  ownerUserId: number;
  workspaceId?: number | undefined;
}

/**
 * The newest times in the last 30 days that somebody else came into this person's workspaces, for the owner
 * to see.
 */
export async function listEntriesByOthers(
  db: Knex,
  { at, ...filter }: OwnedFilter & { at: Date },
): Promise<EntryByOther[]> {
  const rows = await enteredByOthers(db, filter)
    .join('users', 'users.id', 'workspace_sessions.user_id')
    .join('workspaces', 'workspaces.id', 'workspace_sessions.workspace_id')
    .where('workspace_sessions.started_at', '>=', new Date(at.getTime() - TOLD_DAYS * DAY_MS))
    .orderBy([
      { column: 'workspace_sessions.started_at', order: 'desc' },
      { column: 'workspace_sessions.id', order: 'desc' },
    ])
    .limit(ENTRIES_MAX)
    .select<(WorkspaceSession & { person_name: string; workspace_name: string })[]>([
      ...sessionColumns,
      'users.full_name as person_name',
      'workspaces.name as workspace_name',
    ]);
  return rows.map((row) => ({
    id: row.id,
    workspace_id: row.workspace_id,
    workspace_name: row.workspace_name,
    person_name: row.person_name,
    started_at: row.started_at,
    counted_seconds: sessionBounds(row).length_seconds,
    is_active: isInUse(row, at),
  }));
}

/** How often somebody else was in this person's workspaces; sessions that overlap the time, null is open. */
export async function countEntriesByOthers(
  db: Knex,
  { from, to, ...filter }: OwnedFilter & { from: Date | null; to: Date | null },
): Promise<number> {
  const [row] = await enteredByOthers(db, filter)
    .where('workspace_sessions.started_at', '<', to ?? 'infinity')
    .modify((query) => {
      if (from !== null) whereReaches(query, 'workspace_sessions', from);
    })
    .count<{ count: number }[]>('* as count');
  return row?.count ?? 0;
}

/** Such sessions are few, and have an index of their own. */
function enteredByOthers(db: Knex, { companyId, ownerUserId, workspaceId }: OwnedFilter): Knex.QueryBuilder {
  return db('workspace_sessions')
    .where('workspace_sessions.company_id', companyId)
    .where('workspace_sessions.on_behalf_of', ownerUserId)
    .modify((query) => {
      if (workspaceId !== undefined) void query.where('workspace_sessions.workspace_id', workspaceId);
    });
}
