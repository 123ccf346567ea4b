import type { Knex } from 'knex';
import { leafType } from '../leaves/leaf-types.ts';
import { withoutLeaf } from './without-leaf.ts';

/**
 * The time of the oldest audit row that has no place in its log yet; null when all have one. Everything else
 * that gets a leaf comes with an audit row.
 */
export async function findOldestUnsequenced(db: Knex): Promise<Date | null> {
  const type = leafType('audit_log');
  const settled = db.raw(`coalesce((select settled_to from log_cursors where type = 'audit_log'), 0)`);
  const row = await withoutLeaf(db('audit_logs'), type, settled)
    .orderBy('audit_logs.id')
    .first<{ timestamp: Date } | undefined>('audit_logs.timestamp');
  return row?.timestamp ?? null;
}
