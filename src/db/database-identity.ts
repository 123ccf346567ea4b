import type { Knex } from 'knex';

/** Columns of a select that stay the same under another address, after a fail-over and after a rename. */
export const IDENTITY_COLUMNS = `(select system_identifier::text from pg_control_system()) as system_identifier,
  (select oid::text from pg_database where datname = current_database()) as database_oid`;

/** SQLSTATE for a role that may not call pg_control_system. Every role may, unless the right was revoked. */
const NOT_ALLOWED = '42501';

/**
 * The identity of the database behind a pool, in letters that fit a file name. Null where its role may not
 * ask.
 */
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
