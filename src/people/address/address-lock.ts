import type { Knex } from 'knex';

/**
 * Makes decisions about who gets an e-mail address happen one after the other, until the end of the
 * transaction. Take it before the rows of accounts are locked.
 */
export async function lockAddress(trx: Knex.Transaction, ...emails: string[]): Promise<void> {
  for (const email of [...new Set(emails)].sort())
    await trx.raw(`select pg_advisory_xact_lock(hashtextextended('address ' || ?, 0))`, [email]);
}
