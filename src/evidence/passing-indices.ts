import type { RecordsPiece } from '../db/copy-records.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Longest end of a record that is looked at: sixteen digits, a brace and a space are fewer bytes. */
const TAIL_BYTES = 32;

/** Indices of the leaves of records. */
export interface PassedIndices {
  shown: IndexSet;
  /** Those of `shown` that the reader cannot make from the records. */
  partial: IndexSet;
}

/**
 * Passes pieces of records on and adds the index at the end of each record to `shown`, and to `partial` where
 * a space follows: `log_index` is the last field, and each record ends with a line feed, which JSON text has
 * nowhere else. To ask the database for the same indices once more would cost as much as the whole proof.
 */
export async function* withIndices(
  pieces: AsyncIterable<RecordsPiece>,
  { shown, partial }: PassedIndices,
): AsyncGenerator<RecordsPiece, void> {
  const read = (bytes: Buffer, end: number): void => {
    const isPartial = bytes[end - 1] === SPACE;
    const index = readIndex(bytes, isPartial ? end - 1 : end);
    if (index === null) return;
    shown.add(index);
    if (isPartial) partial.add(index);
  };
  let before: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const { bytes } = piece;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, end + 1)) {
      if (end >= TAIL_BYTES) read(bytes, end);
      else {
        const tail = Buffer.concat([before, bytes.subarray(0, end)]);
        read(tail, tail.length);
      }
    }
    before = Buffer.from(
      bytes.length < TAIL_BYTES ? Buffer.concat([before, bytes]) : bytes.subarray(-TAIL_BYTES),
    ).subarray(-TAIL_BYTES);
    yield piece;
  }
}

/** The number before the closing brace of the record that ends at `end`; null where there is none. */
function readIndex(bytes: Buffer, end: number): number | null {
  const last = end - 2;
  let index = 0;
  let place = last;
  for (let unit = 1; place >= 0; place -= 1, unit *= 10) {
    const digit = bytes[place] as number;
    if (digit < ZERO || digit > NINE) break;
    index += (digit - ZERO) * unit;
  }
  return place === last ? null : index;
}
