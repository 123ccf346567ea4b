import type { Knex } from 'knex';
import { TileWriter } from './tile-writer.ts';

/** Leaves in one transaction: a hundred tiles. */
const BATCH_LEAVES = 25_600;

/** A log whose newest leaves are not in its tiles yet. */
interface LogBehind {
  id: number;
  sequenced: number;
  integrated: number;
}

/**
 * Second step of the log: the hashes of sequenced leaves go into the tiles of the tree. Returns how many did.
 * Each log is locked while it is worked on; another process passes it over.
 */
export async function integrateLeaves(db: Knex, logId?: number): Promise<number> {
  let count = 0;
  for (;;) {
    const integrated = await db.transaction((trx) => integrateBatch(trx, logId));
    if (integrated === 0) return count;
    count += integrated;
  }
}

async function integrateBatch(trx: Knex.Transaction, logId: number | undefined): Promise<number> {
  const log = await trx('transparency_logs')
    // The first condition is that of the index.
    .whereRaw('published < sequenced and integrated < sequenced')
    .modify((query) => {
      if (logId !== undefined) void query.where({ id: logId });
    })
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .first<LogBehind | undefined>('id', 'sequenced', 'integrated');
  if (log === undefined) return 0;
  const end = Math.min(log.sequenced, log.integrated + BATCH_LEAVES);
  const hashes = await trx('log_leaves')
    .where({ log_id: log.id })
    .where('leaf_index', '>=', log.integrated)
    .where('leaf_index', '<', end)
    .orderBy('leaf_index')
    .pluck<Buffer[]>('leaf_hash');
  if (hashes.length !== end - log.integrated)
    throw new Error(
      `log ${String(log.id)} lacks leaves between ${String(log.integrated)} and ${String(end)}`,
    );
  const tiles = await TileWriter.open(trx, log.id, log.integrated);
  for (const hash of hashes) tiles.append(hash);
  await tiles.write();
  await trx('transparency_logs').where({ id: log.id }).update({ integrated: end });
  return hashes.length;
}
