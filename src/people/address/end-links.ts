import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';

/**
 * Ends the links of an account that confirm its address, and the wishes for another one. Whoever sets a new
 * password calls it as well: a link that a stranger asked for earlier must not take the account afterwards.
 */
export async function endLinksOf(
  trx: Knex.Transaction,
  context: RequestContext,
  userId: number,
): Promise<void> {
  for (const table of ['email_confirmations', 'email_change_requests'])
    await trx(table).where('user_id', userId).whereNull('ended_at').update({ ended_at: context.at });
}
