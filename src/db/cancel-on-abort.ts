import type { Knex } from 'knex';

/** A cancellation between two statements has no effect, so it is repeated until the transaction is over. */
const REPEAT_MS = 500;

/**
 * Once `signal` aborts, Postgres cancels the current statement of `transaction`, asked over another
 * connection of `pool`. Returns a function that ends the watch. Await it before the transaction's connection
 * is given back, or a cancellation may hit its next user.
 */
export async function cancelOnAbort(
  pool: Knex,
  transaction: Knex.Transaction,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { rows } = await transaction.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  let asked: Promise<unknown> = Promise.resolve();
  let repeating: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    // A failed request to cancel is repeated.
    asked = asked.then(() => pool.raw('select pg_cancel_backend(?)', [pid])).catch(() => undefined);
  };
  const start = (): void => {
    cancel();
    repeating = setInterval(cancel, REPEAT_MS);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return async () => {
    signal.removeEventListener('abort', start);
    clearInterval(repeating);
    await asked;
  };
}
