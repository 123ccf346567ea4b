import type { Knex } from 'knex';

/**
 * Changes rows in a way that the product and the database refuse, for instance to make them older. The owner
 * does it, with the table's own triggers off for the length of the transaction.
 */
export async function pastTriggers(
  ownerDb: Knex,
  table: string,
  change: (rows: Knex.QueryBuilder) => PromiseLike<unknown>,
): Promise<void> {
  await ownerDb.transaction(async (trx) => {
    await trx.raw('alter table ?? disable trigger user', [table]);
    await change(trx(table));
    await trx.raw('alter table ?? enable trigger user', [table]);
  });
}
