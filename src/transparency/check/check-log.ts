import type { Knex } from 'knex';
import { parseCheckpoint } from '../notes/checkpoint.ts';
import { parseVkey, verifyNote, type Vkey } from '../notes/signed-note.ts';
import { listKeys } from '../sequence/list-keys.ts';
import { checkpointColumns, findTile, type CheckpointRow, type LogRow } from '../queries.ts';
import type { LogSigner } from '../sequence/log-signer.ts';
import { HASH_BYTES } from '../tree/hash.ts';
import { CompactRange } from '../tree/root.ts';
import { TILE_WIDTH } from '../tree/tiles.ts';
import { checkLeaves, type DroppedRange, type LeafRow } from './check-leaves.ts';

/** Something in a log that is not as it was signed. */
export interface LogFault {
  /** The log by the first line of its checkpoints. */
  origin: string;
  /**
   * changed, gone: a row of evidence. index: indices are not contiguous. tile: a tile does not have the
   * hashes of its leaves. root: a checkpoint has another root than its leaves. signature: a checkpoint that
   * no key of the log has signed. size: the log says that it has more or fewer leaves, or a signed one is
   * missing.
   */
  fault: 'changed' | 'gone' | 'index' | 'tile' | 'root' | 'signature' | 'size';
  index: number;
  type?: string;
  recordId?: number;
}

/** Rows at once. */
const BATCH_LEAVES = 4096;

/**
 * Verifies one log from its rows to its checkpoints, streaming: every row makes its leaf again, the leaves
 * make the tiles and the root of every checkpoint, and a known key has signed each. Yields the faults of each
 * batch and how many leaves it had.
 */
export async function* checkLog(
  db: Knex,
  log: LogRow,
  signer: LogSigner,
): AsyncGenerator<{ leaves: number; faults: LogFault[] }, void> {
  const origin = signer.originOf(log.log_uuid);
  const dropped = await listDropped(db, log);
  const keys = (await listKeys(db, signer, origin)).map(parseVkey).filter((key) => key !== null);
  const range = new CompactRange();
  const fault = (kind: LogFault['fault'], index: number): LogFault => ({ origin, fault: kind, index });
  let tile: Buffer[] = [];
  for (;;) {
    const leaves = await readLeaves(db, log.id, range.size);
    const checkpoints = await listCheckpoints(db, log.id, { above: range.size, count: leaves.length });
    const faults: LogFault[] = [];
    for (const { index, type, recordId, fault: kind } of await checkLeaves(db, log.id, leaves, dropped))
      faults.push({ origin, fault: kind, index, type, recordId });
    for (const leaf of leaves) {
      if (leaf.leaf_index !== range.size) faults.push(fault('index', range.size));
      range.append(leaf.leaf_hash);
      tile.push(leaf.leaf_hash);
      if (tile.length === TILE_WIDTH) {
        if (!(await hasTile(db, log.id, range.size / TILE_WIDTH - 1, tile)))
          faults.push(fault('tile', range.size - 1));
        tile = [];
      }
      while (checkpoints[0]?.size === range.size)
        faults.push(...judge(checkpoints.shift() as CheckpointRow, range, { origin, keys }));
    }
    if (leaves.length < BATCH_LEAVES) {
      const rest = tile.slice(0, log.integrated % TILE_WIDTH);
      if (rest.length > 0 && !(await hasTile(db, log.id, Math.floor(log.integrated / TILE_WIDTH), rest)))
        faults.push(fault('tile', log.integrated - 1));
      if (range.size < log.sequenced) faults.push(fault('size', range.size));
      // A checkpoint beyond the last leaf: leaves were taken away.
      const [beyond] = await listCheckpoints(db, log.id, { above: range.size });
      if (beyond !== undefined) faults.push(fault('size', beyond.size));
      yield { leaves: leaves.length, faults };
      return;
    }
    yield { leaves: leaves.length, faults };
  }
}

function judge(
  checkpoint: CheckpointRow,
  range: CompactRange,
  { origin, keys }: { origin: string; keys: Vkey[] },
): LogFault[] {
  const { size, note } = checkpoint;
  const verified = verifyNote(note, keys);
  const signed = verified === null ? null : parseCheckpoint(verified.text);
  if (signed === null || signed.origin !== origin || signed.size !== size)
    return [{ origin, fault: 'signature', index: size }];
  const isRoot = signed.root.equals(range.root()) && checkpoint.root.equals(signed.root);
  return isRoot ? [] : [{ origin, fault: 'root', index: size }];
}

async function hasTile(db: Knex, logId: number, index: number, hashes: Buffer[]): Promise<boolean> {
  const tile = await findTile(db, { logId, level: 0, index });
  return tile?.subarray(0, hashes.length * HASH_BYTES).equals(Buffer.concat(hashes)) === true;
}

async function readLeaves(db: Knex, logId: number, from: number): Promise<LeafRow[]> {
  return db('log_leaves')
    .where({ log_id: logId })
    .where('leaf_index', '>=', from)
    .orderBy('leaf_index')
    .limit(BATCH_LEAVES)
    .select<LeafRow[]>('leaf_index', 'type', 'record_id', 'leaf_hash');
}

/** The checkpoints of the next `count` sizes, which belong to a batch of leaves; without it the next one. */
async function listCheckpoints(
  db: Knex,
  logId: number,
  { above, count }: { above: number; count?: number },
): Promise<CheckpointRow[]> {
  return db('log_checkpoints')
    .where({ log_id: logId })
    .where('size', '>', above)
    .orderBy('size')
    .modify((query) => {
      if (count === undefined) void query.limit(1);
      else void query.where('size', '<=', above + count);
    })
    .select<CheckpointRow[]>(checkpointColumns);
}

async function listDropped(db: Knex, { company_id }: LogRow): Promise<DroppedRange[]> {
  return db('log_entries')
    .whereRaw(`company_id is not distinct from ?::bigint and entry ->> 'kind' = 'month_dropped'`, [
      company_id,
    ])
    .select<DroppedRange[]>(
      db.raw(
        `entry ->> 'type' as type, (entry ->> 'first')::bigint as first, (entry ->> 'last')::bigint as last,
         (entry ->> 'rows')::bigint as rows`,
      ),
    );
}
