import type { Knex } from 'knex';

/** Held while leaves get their indices, and while a key by which leaves are made is destroyed. */
const LOCK = "hashtextextended('sequence the logs', 0)";

/** Waits for the lock of the sequence, which the transaction then holds until it ends. */
export async function lockSequencing(trx: Knex.Transaction): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(${LOCK})`);
}

/** The same without waiting. False: another one holds it. */
export async function tryLockSequencing(trx: Knex.Transaction): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { is_ours: boolean }[] }>(
    `select pg_try_advisory_xact_lock(${LOCK}) as is_ours`,
  );
  return rows[0]?.is_ours === true;
}
