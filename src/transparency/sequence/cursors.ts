import type { Knex } from 'knex';
import { leafTypes } from '../leaves/leaf-types.ts';

/** How far the rows of one kind have been looked through, and how far this look may settle. */
export interface Progress {
  type: string;
  /** Every row with an id up to this one has its leaf, or never came to be. */
  settledTo: number;
  /** After a look through all rows above, the same holds up to this id. Null: not yet. */
  settles: number | null;
}

interface CursorRow {
  type: string;
  settled_to: number;
  fence_to: number | null;
  is_fence_open: boolean;
}

/**
 * The kinds that may have new rows. An id is given when a row is inserted, and the row appears when its
 * transaction commits, in any order. So a look settles ids only up to a fence:
 *
 * 1. The newest id that has been given is read, then the transactions that are open. An id up to the fence
 *    belongs to one of them, or to one that is over and whose rows can be seen.
 * 2. When none of those is open any more, no further row up to the fence can appear.
 *
 * `pg_snapshot_xmin` would not do: a transaction has its id for the row before it has a transaction id. The
 * lock on its virtual transaction id, which every transaction holds from its first moment, covers that gap.
 * Prepared transactions hold none and are counted by name.
 */
export async function listProgress(db: Knex): Promise<Progress[]> {
  const tips = await readTips(db);
  const open = await listOpenTransactions(db);
  const cursors = await readCursors(db, open);
  const progress: Progress[] = [];
  for (const [type, tip] of tips) {
    const cursor = cursors.get(type);
    const settledTo = cursor?.settled_to ?? 0;
    if (tip <= settledTo) continue;
    progress.push({ type, settledTo, settles: await fenceOf(db, { type, tip, open, cursor }) });
  }
  return progress;
}

/** To be called after a look through all rows above `settledTo`. */
export async function settle(db: Knex, { type, settles }: Progress): Promise<void> {
  if (settles === null) return;
  await db('log_cursors')
    .where({ type })
    .where('settled_to', '<=', settles)
    .update({ settled_to: settles, fence_to: null, fence_transactions: null });
}

/** To be called when a look ended at the row with the number `last`: the next one goes on there. */
export async function settlePart(db: Knex, progress: Progress, last: number): Promise<void> {
  const { type, settles } = progress;
  if (settles === null) return;
  if (last >= settles) await settle(db, progress);
  else await db('log_cursors').where({ type }).where('settled_to', '<', last).update({ settled_to: last });
}

async function fenceOf(
  db: Knex,
  input: { type: string; tip: number; open: string[]; cursor: CursorRow | undefined },
): Promise<number | null> {
  const { type, tip, open, cursor } = input;
  if (cursor !== undefined && cursor.fence_to !== null) return cursor.is_fence_open ? null : cursor.fence_to;
  const row = open.length === 0 ? { type } : { type, fence_to: tip, fence_transactions: open };
  await db('log_cursors').insert(row).onConflict('type').merge(Object.keys(row));
  return open.length === 0 ? tip : null;
}

/** The newest id that each sequenced table has given. */
async function readTips(db: Knex): Promise<Map<string, number>> {
  const sequenced = leafTypes.filter(({ isFinal }) => isFinal === undefined);
  const { rows } = await db.raw<{ rows: { type: string; tip: number | null }[] }>(
    `select type, pg_sequence_last_value(pg_get_serial_sequence(tablename, 'id')) as tip
     from unnest(?::text[], ?::text[]) as sequenced(type, tablename)`,
    [sequenced.map(({ type }) => type), sequenced.map(({ table }) => table)],
  );
  const tips = new Map(rows.map(({ type, tip }) => [type, tip ?? 0]));
  return new Map(sequenced.map(({ type }) => [type, tips.get(type) ?? 0]));
}

/** Transactions of this database that are open now, apart from this statement's own. */
async function listOpenTransactions(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select virtualtransaction as name
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'virtualxid' and pid <> pg_backend_pid() and usesysid is not null
       and datname = current_database()
     union all
     select 'prepared ' || gid from pg_prepared_xacts where database = current_database()`,
  );
  return rows.map(({ name }) => name);
}

async function readCursors(db: Knex, open: string[]): Promise<Map<string, CursorRow>> {
  const rows = await db('log_cursors').select<CursorRow[]>(
    'type',
    'settled_to',
    'fence_to',
    db.raw('coalesce(fence_transactions && ?::text[], false) as is_fence_open', [open]),
  );
  return new Map(rows.map((row) => [row.type, row]));
}
