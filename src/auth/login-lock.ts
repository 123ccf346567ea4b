import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { MINUTE_MS } from '../durations.ts';

/** The number of wrong passwords in a row that lock further attempts. */
export const FAILURES_BEFORE_LOCK = 5;
/**
 * A lock lasts half an hour: that leaves 240 guesses a day, and a person who forgot the password can wait
 * that long.
 */
const LOCK_MINUTES = 30;

/** Whether a password may be checked. `lockedUntil` is set when a failure of this attempt starts the lock. */
type Reservation =
  { ok: true; failedCount: number; lockedUntil: Date | null } | { ok: false; retryAfterSeconds: number };

/**
 * Takes one attempt before the password is checked, in one statement.
 *
 * 1. Each attempt counts as wrong until `forgetFailures`, so of any number at once exactly
 *    `FAILURES_BEFORE_LOCK` get through.
 * 2. Attempts during a lock leave it as it is; the caller still counts them as refused. After the lock,
 *    counting starts again.
 * 3. Unknown addresses have rows as well, so a lock does not reveal an account.
 */
export async function reserveAttempt(db: Knex, context: RequestContext, key: string): Promise<Reservation> {
  const lockedUntil = new Date(context.at.getTime() + LOCK_MINUTES * MINUTE_MS);
  const { rows } = await db.raw<{ rows: LockRow[] }>(
    `insert into login_locks as lock (key, failed_count, locked_until, updated_at)
     values (:key, 1, null, :at)
     on conflict (key) do update set
       failed_count = case when lock.locked_until is null then lock.failed_count + 1 else 1 end,
       locked_until = case when lock.locked_until is null and lock.failed_count + 1 >= :limit
                           then :lockedUntil::timestamptz end,
       updated_at   = excluded.updated_at
     where lock.locked_until is null or lock.locked_until <= excluded.updated_at
     returning failed_count, locked_until`,
    { key, at: context.at, limit: FAILURES_BEFORE_LOCK, lockedUntil },
  );
  const [row] = rows;
  if (row !== undefined) return { ok: true, failedCount: row.failed_count, lockedUntil: row.locked_until };
  return { ok: false, retryAfterSeconds: await secondsLeft(db, context, key) };
}

interface LockRow {
  failed_count: number;
  locked_until: Date | null;
}

/** Starts counting anew after a right password. */
export async function forgetFailures(db: Knex, key: string): Promise<void> {
  await db('login_locks').where({ key }).delete();
}

async function secondsLeft(db: Knex, context: RequestContext, key: string): Promise<number> {
  const row = await db('login_locks').where({ key }).first<LockRow | undefined>('locked_until');
  const until = row?.locked_until ?? context.at;
  return Math.max(1, Math.ceil((until.getTime() - context.at.getTime()) / 1000));
}
