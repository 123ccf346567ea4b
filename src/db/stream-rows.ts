import type { Knex } from 'knex';
import { cancelOnAbort } from './cancel-on-abort.ts';

/** Rows fetched at once: enough to be quick, few enough that memory does not depend on the total. */
const BATCH_ROWS = 500;

const FETCH = `fetch forward ${String(BATCH_ROWS)} from admin_rows`;

/**
 * A database that gives nothing for so long ends the download. Each batch of a cursor is a statement of its
 * own.
 */
const STATEMENT_TIMEOUT = '60s';

/**
 * Only for a process that hangs: a living one ends an idle reader after a minute, and a slow reader may need
 * long for the contents of the buffers.
 */
const IDLE_TIMEOUT = '1h';

/**
 * Postgres' settings for a stream:
 * - A cursor is planned for its first rows rather than its last. For the very first alone Postgres would read
 *   whole tables where an index finds the rows, since an index takes a moment to open.
 * - A download takes one of its processes and not three.
 * - A month of one busy person is sorted in memory.
 * - Compiling would take longer than the first batch.
 */
const SETTINGS = {
  statement_timeout: STATEMENT_TIMEOUT,
  idle_in_transaction_session_timeout: IDLE_TIMEOUT,
  cursor_tuple_fraction: '0.01',
  max_parallel_workers_per_gather: '0',
  work_mem: '32MB',
  jit: 'off',
};

/**
 * Runs `read` in one repeatable-read, read-only transaction on one connection of `reads`, so that everything
 * it yields comes from one moment. The connection is given back when the consumer has read to the end, stops
 * early, or fails. When `signal` aborts, the current statement is cancelled.
 */
export async function* inSnapshot<T>(
  reads: Knex,
  signal: AbortSignal,
  read: (snapshot: Knex.Transaction) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  signal.throwIfAborted();
  const snapshot = await reads.transaction(undefined, { isolationLevel: 'repeatable read', readOnly: true });
  let stopWatching: (() => Promise<void>) | undefined;
  try {
    await snapshot.raw('select set_config(key, value, true) from jsonb_each_text(?::jsonb)', [
      JSON.stringify(SETTINGS),
    ]);
    stopWatching = await cancelOnAbort(reads, snapshot, signal);
    yield* read(snapshot);
  } finally {
    await stopWatching?.();
    // The transaction has only read, so there is nothing to commit. A lost connection has nothing to roll
    // back either.
    await snapshot.rollback().catch(() => undefined);
  }
}

/**
 * The rows of `query` in batches, through a server-side cursor. The next batch is fetched only when the
 * consumer has taken the last, so a slow reader slows the database down instead of filling the memory.
 */
export async function* streamRows<Row>(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
): AsyncGenerator<Row[], void> {
  await snapshot.raw('declare admin_rows no scroll cursor for ?', [query]);
  for (;;) {
    const { rows } = await snapshot.raw<{ rows: Row[] }>(FETCH);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH_ROWS) break;
  }
  await snapshot.raw('close admin_rows');
}

/**
 * The same for a list that is short for nearly everybody: it comes by one statement instead of three. A long
 * one is read anew, through a cursor.
 */
export async function* streamShortList<Row>(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
): AsyncGenerator<Row[], void> {
  const { rows } = await snapshot.raw<{ rows: Row[] }>('? limit ?', [query, BATCH_ROWS + 1]);
  if (rows.length > BATCH_ROWS) yield* streamRows<Row>(snapshot, query);
  else if (rows.length > 0) yield rows;
}

/** Sets the time limit of a single statement again, after a statement without one. */
export async function limitStatements(snapshot: Knex.Transaction): Promise<void> {
  await snapshot.raw(`set local statement_timeout = '${STATEMENT_TIMEOUT}'`);
}

/**
 * Starts a generator and waits for its first value, so that a fault before the first byte can still be
 * answered with an error page. The rest follows when it is read. This is no generator itself: a generator
 * that is never read would not clean up.
 */
export async function withFirstChunk<T>(
  source: AsyncGenerator<T, void>,
): Promise<AsyncIterableIterator<T, void>> {
  let first: IteratorResult<T, void> | null = await source.next();
  const rest: AsyncIterableIterator<T, void> = {
    next: () => {
      if (first === null) return source.next();
      const result = Promise.resolve(first);
      first = null;
      return result;
    },
    return: () => source.return(),
    [Symbol.asyncIterator]: () => rest,
  };
  return rest;
}
