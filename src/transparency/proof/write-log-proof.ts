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
import { ShownTiles } from './shown-tiles.ts';

/** Bytes in one piece of base64: a number that three divides, so that pieces can follow each other. */
const PIECE_BYTES = 3 * 8192;

/**
 * The members of the JSON object that proves some leaves of one log, without its braces: `log`, `vkeys`,
 * `checkpoint`, `leaves`, `hashes`, `checks`, `range`, `consistency` (README.md, "In the bundle"). Every leaf
 * of `leaves` is added to `shown`, which has those of the records already.
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
  const tiles = new ShownTiles(snapshot, log, indices);
  yield* asBase64(
    subsetHashes(
      indices,
      log.size,
      readTree(snapshot, log, (index) => tiles.read(index)),
    ),
  );
  yield '","checks":"';
  yield* asBase64(inPieces(await tiles.checks()));
  yield '"';
  yield `,"range":${JSON.stringify(rangeOf(indices))},"consistency":[`;
  comma = '';
  const read = readTree(snapshot, log);
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

/** Bytes that come in parts, as one base64 text in pieces. */
async function* asBase64(parts: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<string, void> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (length < PIECE_BYTES) continue;
    const all = Buffer.concat(waiting);
    const whole = all.length - (all.length % 3);
    yield all.toString('base64', 0, whole);
    waiting = [all.subarray(whole)];
    length = all.length - whole;
  }
  yield Buffer.concat(waiting).toString('base64');
}

function* inPieces(bytes: Buffer): Generator<Buffer, void> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}

function rangeOf(indices: Uint32Array): { from: number; to: number } | null {
  const from = indices.at(0);
  const last = indices.at(-1);
  return from === undefined || last === undefined ? null : { from, to: last + 1 };
}
