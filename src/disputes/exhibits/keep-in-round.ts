import type { Knex } from 'knex';

/**
 * Files that were added while a package was fixed counted for the next round. When that package is given up
 * they count for the round that is prepared again: else its answer would lack them, and nobody would notice.
 */
export async function keepInRound(
  trx: Knex.Transaction,
  { id, round }: { id: number; round: number },
): Promise<void> {
  await trx('dispute_exhibits')
    .where({ dispute_id: id })
    .where('round', '>', round)
    .whereNull('withdrawn_at')
    .update({ round });
}
