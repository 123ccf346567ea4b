import type { Knex } from 'knex';
import type { AuditEntryRow } from '../audit/audit-record.ts';

/** Something of the company that audit rows name. */
interface NamedThing {
  kind: 'user' | 'workspace';
  id: number;
  name: string;
  is_deleted: boolean;
}

/**
 * The people and workspaces of one company that some audit rows name. Anything of another company is left
 * out.
 */
export interface AuditNames {
  find(kind: NamedThing['kind'], id: number | null): NamedThing | undefined;
}

/** Reads all the names in these rows by one query. */
export async function findAuditNames(
  db: Knex,
  input: { companyId: number; rows: AuditEntryRow[] },
): Promise<AuditNames> {
  const { companyId, rows } = input;
  const userIds = distinct(rows.flatMap(usersOf));
  const workspaceIds = distinct(rows.map((row) => resourceIdOf(row, 'workspace')));
  const found =
    userIds.length + workspaceIds.length === 0
      ? []
      : await db('users')
          .where('users.company_id', companyId)
          .whereRaw('users.id = any(?::bigint[])', [userIds])
          .select<NamedThing[]>(
            db.raw(`'user' as kind, users.id, users.full_name as name, false as is_deleted`),
          )
          .unionAll(
            db('workspaces')
              .where('workspaces.company_id', companyId)
              .whereRaw('workspaces.id = any(?::bigint[])', [workspaceIds])
              .select(
                db.raw(
                  `'workspace', workspaces.id, workspaces.name, workspaces.deleted_at is not null as is_deleted`,
                ),
              ),
          );
  const byKey = new Map(found.map((thing) => [`${thing.kind} ${String(thing.id)}`, thing]));
  return { find: (kind, id) => byKey.get(`${kind} ${String(id)}`) };
}

/** The number of the row's resource when it is of this kind. */
export function resourceIdOf(row: AuditEntryRow, type: string): number | null {
  const { resource_type, resource_id } = row;
  return resource_type === type && resource_id !== null && /^[1-9]\d{0,14}$/.test(resource_id)
    ? Number(resource_id)
    : null;
}

/** A person whom the details name by number. */
export function userIdIn(row: AuditEntryRow, name: 'owner_user_id' | 'about_user_id'): number | null {
  const id = row.details[name];
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
}

function usersOf(row: AuditEntryRow): (number | null)[] {
  return [
    row.user_id,
    resourceIdOf(row, 'user'),
    userIdIn(row, 'owner_user_id'),
    userIdIn(row, 'about_user_id'),
  ];
}

function distinct(ids: (number | null)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null))];
}
