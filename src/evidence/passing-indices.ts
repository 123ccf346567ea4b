import type { RecordsPiece } from '../db/copy-records.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';

const LINE_FEED = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;

/** Longest end of a record that is looked at: sixteen digits, a brace and a line feed are fewer bytes. */
const TAIL_BYTES = 32;

/**
 * Passes pieces of records on and adds the index at the end of each record to `shown`: `log_index` is the
 * last field, and each record ends with a line feed, which JSON text has nowhere else. To ask the database
 * for the same indices once more would cost as much as the whole proof.
 */
export async function* withIndices(
  pieces: AsyncIterable<RecordsPiece>,
  shown: IndexSet,
): AsyncGenerator<RecordsPiece, void> {
  let before: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const { bytes } = piece;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, end + 1)) {
      const start = Math.max(0, end - TAIL_BYTES);
      const tail = bytes.subarray(start, end);
      const index = readIndex(start === 0 ? Buffer.concat([before, tail]) : tail);
      if (index !== null) shown.add(index);
    }
    before = Buffer.from(bytes.length < TAIL_BYTES ? Buffer.concat([before, bytes]) : bytes).subarray(
      -TAIL_BYTES,
    );
    yield piece;
  }
}

/** The number before the closing brace; null where there is none. */
function readIndex(tail: Buffer): number | null {
  let index = 0;
  let place = tail.length - 2;
  for (let unit = 1; place >= 0; place -= 1, unit *= 10) {
    const digit = tail[place] as number;
    if (digit < ZERO || digit > NINE) break;
    index += (digit - ZERO) * unit;
  }
  return place === tail.length - 2 ? null : index;
}
