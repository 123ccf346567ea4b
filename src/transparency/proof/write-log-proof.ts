import type { Knex } from 'knex';
import { listKeys } from '../sequence/list-keys.ts';
import { findCheckpoint } from '../queries.ts';
import type { LogSigner } from '../sequence/log-signer.ts';
import { readTree } from '../sequence/read-tree.ts';
import { consistencyProof } from '../tree/consistency.ts';
import { subsetHashes } from '../tree/subset.ts';
import type { ShownLog } from './find-shown-log.ts';
import type { IndexSet } from './index-set.ts';
import type { ShownLeaf } from './list-leaves.ts';

/**
 * Hashes in one piece of base64: a number of bytes that three divides, so that pieces can follow each other.
 */
const HASHES_A_PIECE = 3 * 256;

/**
 * The members of the JSON object that proves some leaves of one log, without its braces: `log`, `vkeys`,
 * `checkpoint`, `leaves`, `hashes`, `range`, `consistency` (README.md, "In the bundle"). Every leaf of
 * `leaves` is added to `shown`, which has those of the records already.
 */
export async function* writeLogProof(
  snapshot: Knex.Transaction,
  log: ShownLog,
  input: {
    signer: LogSigner;
    shown: IndexSet;
    leaves: AsyncIterable<ShownLeaf[]>;
    /** Sizes of older checkpoints that the newest one is to be shown to continue. */
    olderSizes: readonly number[];
  },
): AsyncGenerator<string, void> {
  const { signer, shown, leaves, olderSizes } = input;
  const origin = signer.originOf(log.log_uuid);
  yield `"log":${JSON.stringify(origin)},"vkeys":${JSON.stringify(await listKeys(snapshot, signer, origin))}`;
  yield `,"checkpoint":${JSON.stringify(log.checkpoint)},"leaves":[`;
  let comma = '';
  for await (const batch of leaves) {
    for (const leaf of batch) shown.add(leaf.index);
    const text = batch.map((leaf) => JSON.stringify(leaf)).join(',\n');
    if (text !== '') yield comma + text;
    if (text !== '') comma = ',\n';
  }
  yield '],"hashes":"';
  const indices = shown.toArray();
  const read = readTree(snapshot, log);
  let piece: Buffer[] = [];
  for await (const hash of subsetHashes(indices, log.size, read)) {
    piece.push(hash);
    if (piece.length < HASHES_A_PIECE) continue;
    yield Buffer.concat(piece).toString('base64');
    piece = [];
  }
  yield `${Buffer.concat(piece).toString('base64')}"`;
  yield `,"range":${JSON.stringify(rangeOf(indices))},"consistency":[`;
  comma = '';
  for (const size of new Set(olderSizes)) {
    const older = await findCheckpoint(snapshot, { logId: log.id, size });
    if (older === undefined || size === 0 || size >= log.size) continue;
    const hashes = await consistencyProof(size, log.size, read);
    const entry = { checkpoint: older.note, hashes: hashes.map((hash) => hash.toString('base64')) };
    yield comma + JSON.stringify(entry);
    comma = ',';
  }
  yield ']';
}

function rangeOf(indices: Float64Array): { from: number; to: number } | null {
  const from = indices.at(0);
  const last = indices.at(-1);
  return from === undefined || last === undefined ? null : { from, to: last + 1 };
}
