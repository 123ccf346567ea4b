import type { Knex } from 'knex';

/** Rows fetched at once: enough to be quick, few enough that memory does not depend on how many there are. */
const BATCH_ROWS = 200;

/** A step of a download that takes longer has gone wrong. */
const STATEMENT_TIMEOUT = '30s';

/** A reader that takes nothing for so long loses the download, so that no connection is held for ever. */
const IDLE_TIMEOUT = '90s';

/**
 * Everything `read` yields comes from one moment: one repeatable-read, read-only transaction on one connection, which is
 * given back when the consumer has read to the end, stops early, or an error occurs.
 */
export async function* inSnapshot<T>(
  db: Knex,
  read: (snapshot: Knex.Transaction) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const snapshot = await db.transaction(undefined, { isolationLevel: 'repeatable read', readOnly: true });
  try {
    await snapshot.raw(`set local statement_timeout = '${STATEMENT_TIMEOUT}'`);
    await snapshot.raw(`set local idle_in_transaction_session_timeout = '${IDLE_TIMEOUT}'`);
    yield* read(snapshot);
  } finally {
    // It has read only, so there is nothing to commit; a connection that is gone has nothing to roll back either.
    await snapshot.rollback().catch(() => undefined);
  }
}

/**
 * The rows of `query` in batches, through a server-side cursor: the next batch is asked for only when the consumer has
 * taken the one before, so a slow reader slows the database down instead of filling the memory.
 */
export async function* streamRows<Row>(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
): AsyncGenerator<Row[], void> {
  await snapshot.raw('declare admin_rows no scroll cursor for ?', [query]);
  for (;;) {
    const { rows } = await snapshot.raw<{ rows: Row[] }>(
      `fetch forward ${String(BATCH_ROWS)} from admin_rows`,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH_ROWS) break;
  }
  await snapshot.raw('close admin_rows');
}

/**
 * Starts a generator and waits for its first value, so that what fails before the first byte can still be answered with
 * an error page. The rest follows when it is read. Not a generator itself: one that was never read would not clean up.
 */
export async function primed<T>(source: AsyncGenerator<T, void>): Promise<AsyncIterableIterator<T, void>> {
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
