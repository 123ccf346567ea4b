import type { Knex } from 'knex';

/** Held while leaves get their indices. */
const SEQUENCE = "hashtextextended('sequence the logs', 0)";

/** Held, shared, from before the rows of leaves are read until the leaves are stored. */
const KEYS = "hashtextextended('make leaves with keys', 0)";

/** Waits for the lock of the sequence, which the transaction then holds until it ends. */
export async function lockSequencing(trx: Knex.Transaction): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(${SEQUENCE})`);
}

/** The same without waiting. False: another one holds it. */
export async function tryLockSequencing(trx: Knex.Transaction): Promise<boolean> {
  return tryLock(trx, `pg_try_advisory_xact_lock(${SEQUENCE})`);
}

/**
 * Until the transaction ends no key is destroyed, nor the values of a person erased. False: just now one is,
 * and rows may be read that will have changed when their leaves are stored.
 */
export async function tryKeepKeys(trx: Knex.Transaction): Promise<boolean> {
  return tryLock(trx, `pg_try_advisory_xact_lock_shared(${KEYS})`);
}

/**
 * Waits until nobody makes leaves with keys; until the transaction ends nobody begins to. A batch of
 * leaves waits for no lock of a key, so this always ends.
 */
export async function lockKeys(trx: Knex.Transaction): Promise<void> {
  await lockSequencing(trx);
  await trx.raw(`select pg_advisory_xact_lock(${KEYS})`);
}

async function tryLock(trx: Knex.Transaction, lock: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { is_ours: boolean }[] }>(`select ${lock} as is_ours`);
  return rows[0]?.is_ours === true;
}
