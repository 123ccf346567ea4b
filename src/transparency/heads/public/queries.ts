import type { Knex } from 'knex';

/** The places in the platform's log at which its key was changed, newest first. */
export async function listKeyChanges(db: Knex, logId: number): Promise<number[]> {
  return db('log_entries')
    .join('log_leaves', 'log_leaves.record_id', 'log_entries.id')
    .where({ 'log_leaves.log_id': logId, 'log_leaves.type': 'log_entry' })
    .whereRaw(`log_entries.entry->>'kind' = 'key_change'`)
    .orderBy('log_leaves.leaf_index', 'desc')
    .pluck<number[]>('log_leaves.leaf_index');
}
