import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { lockSubscription } from '../lock-order.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { findStoredCard } from './queries.ts';
import { removeCards } from './remove-cards.ts';
import { requestCardRemoval } from './request-card-removal.ts';

/**
 * Removes the company's card on the wish of an admin: the wish is committed, so that nothing is charged any
 * more, and then the gateway is asked. `leaving`: it has not confirmed yet, and scheduled work asks on.
 */
export async function removeCard(
  db: Knex,
  context: RequestContext,
  { companyId, config, paytr }: { companyId: number; config: Config; paytr: Paytr },
): Promise<'removed' | 'leaving' | 'none'> {
  const isAsked = await db.transaction(async (trx) => {
    await lockSubscription(trx, companyId);
    return requestCardRemoval(trx, context, { companyId, cause: 'asked' });
  });
  await removeCards(db, context, { config, paytr, companyId });
  const left = await findStoredCard(db, companyId);
  if (left !== undefined) return 'leaving';
  return isAsked ? 'removed' : 'none';
}
