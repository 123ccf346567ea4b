import type { Knex } from 'knex';

/** What stays the same under another address, after a fail-over and after a rename: columns of a select. */
export const IDENTITY_COLUMNS = `(select system_identifier::text from pg_control_system()) as system_identifier,
  (select oid::text from pg_database where datname = current_database()) as database_oid`;

/** SQLSTATE of a role that may not call pg_control_system; everybody may, unless somebody revoked it. */
const NOT_ALLOWED = '42501';

/** The database behind a pool in letters that fit a file name, or null where its role may not ask. */
export async function findDatabaseIdentity(db: Knex, timeoutMs: number): Promise<string | null> {
  try {
    const { rows } = await db
      .raw<{ rows: { system_identifier: string; database_oid: string }[] }>(`select ${IDENTITY_COLUMNS}`)
      .timeout(timeoutMs);
    const [row] = rows;
    return row === undefined ? null : `${row.system_identifier}-${row.database_oid}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_ALLOWED) return null;
    throw error;
  }
}
