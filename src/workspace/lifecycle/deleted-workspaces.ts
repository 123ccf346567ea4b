import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import type { Visibility } from '../queries.ts';
import { DAY_MS } from '../../durations.ts';

/** A deleted workspace whose files still exist. */
export interface DeletedWorkspace {
  id: number;
  company_id: number;
  owner_user_id: number;
  owner_name: string;
  name: string;
  port: number;
  deleted_at: Date;
  deleted_by_name: string | null;
}

/** When what was deleted must have been deleted after, to be restored at `at`. */
export function restoreLimit(at: Date, restoreDays: number): Date {
  return new Date(at.getTime() - restoreDays * DAY_MS);
}

/** When the grace period of something deleted then ends. */
export function restorableUntil(deletedAt: Date, restoreDays: number): Date {
  return new Date(deletedAt.getTime() + restoreDays * DAY_MS);
}

/** A page of the workspaces that the person may restore, last created first. */
export async function listDeletedWorkspaces(
  db: Knex,
  input: Visibility & { deletedAfter: Date; page: Cursor },
): Promise<Page<DeletedWorkspace>> {
  const query = deletedWorkspaces(db, input).select(columns);
  return readPage<DeletedWorkspace>(
    db,
    query,
    {
      keys: ['workspaces.id'],
      direction: 'desc',
      startsAmong: db('workspaces').where('workspaces.company_id', input.companyId),
      size: PAGE_SIZE,
    },
    input.page,
  );
}

/** A deleted workspace that the person may restore. */
export async function findDeletedWorkspace(
  db: Knex,
  input: Visibility & { deletedAfter: Date; workspaceId: number; forUpdate?: boolean },
): Promise<DeletedWorkspace | undefined> {
  const query = deletedWorkspaces(db, input).where('workspaces.id', input.workspaceId);
  if (input.forUpdate === true) query.forUpdate('workspaces');
  return query.first<DeletedWorkspace | undefined>(columns);
}

/**
 * Deleted workspaces of all companies whose grace period is over, longest deleted first. A company with an
 * open hold is left out, since a dispute or a court may need its workspaces. For scheduled work; no page
 * shows the list.
 */
export async function listWorkspacesToDestroy(
  db: Knex,
  deletedBefore: Date,
): Promise<Pick<DeletedWorkspace, 'id' | 'company_id' | 'owner_user_id' | 'name' | 'deleted_at'>[]> {
  return db('workspaces')
    .where('workspaces.deleted_at', '<=', deletedBefore)
    .whereNull('workspaces.destroyed_at')
    .whereNotExists(
      db('legal_holds')
        .whereRaw('legal_holds.company_id = workspaces.company_id')
        .whereNull('legal_holds.released_at')
        .select(db.raw('1')),
    )
    .orderBy(['workspaces.deleted_at', 'workspaces.id'])
    .select(['id', 'company_id', 'owner_user_id', 'name', 'deleted_at']);
}

function deletedWorkspaces(
  db: Knex,
  { companyId, ownerUserId, deletedAfter }: Visibility & { deletedAfter: Date },
): Knex.QueryBuilder {
  const query = db('workspaces')
    .join('users', 'users.id', 'workspaces.owner_user_id')
    .leftJoin('users as deleters', {
      'deleters.id': 'workspaces.deleted_by',
      'deleters.company_id': 'workspaces.company_id',
    })
    .where('workspaces.company_id', companyId)
    .where('workspaces.deleted_at', '>', deletedAfter)
    .whereNull('workspaces.destroying_since');
  return ownerUserId === null ? query : query.where('workspaces.owner_user_id', ownerUserId);
}

const columns = [
  'workspaces.id',
  'workspaces.company_id',
  'workspaces.owner_user_id',
  'users.full_name as owner_name',
  'workspaces.name',
  'workspaces.port',
  'workspaces.deleted_at',
  'deleters.full_name as deleted_by_name',
];
