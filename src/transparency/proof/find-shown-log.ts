import type { Knex } from 'knex';
import { findHead, type LogRow } from '../queries.ts';

/** A log at the size of its newest checkpoint: what a proof is about. */
export interface ShownLog extends Pick<LogRow, 'id' | 'log_uuid' | 'integrated'> {
  size: number;
  /** The checkpoint as a signed note. */
  checkpoint: string;
}

/** The log of a company, or the platform's (null), as it was published last. Undefined before that. */
export async function findShownLog(db: Knex, companyId: number | null): Promise<ShownLog | undefined> {
  const head = await findHead(db, companyId);
  if (head === undefined) return undefined;
  const { id, log_uuid, integrated } = head.log;
  return { id, log_uuid, integrated, size: head.newest.size, checkpoint: head.newest.note };
}

/**
 * The index of the leaf of a row: null when the shown log does not have it. One of `selectRecord`'s columns.
 */
export function leafIndexOf(
  db: Knex,
  log: ShownLog,
  { type, table }: { type: string; table: string },
): Knex.Raw {
  return db.raw(
    `(select leaf.leaf_index from log_leaves leaf
      where leaf.type = ?::text and leaf.record_id = ${table}.id
        and leaf.log_id = ?::bigint and leaf.leaf_index < ?::bigint)`,
    [type, log.id, log.size],
  );
}
