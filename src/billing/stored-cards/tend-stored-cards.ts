import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { isPublishingHalted } from '../../transparency/queries.ts';
import { lockSubscription } from '../lock-order.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { chargeCards } from './charge-cards.ts';
import { followCharges } from './follow-charges.ts';
import { listCardsWithoutReason } from './removal-queries.ts';
import { removeCards } from './remove-cards.ts';
import { requestCardRemoval } from './request-card-removal.ts';
import { resealCards } from './sealing/reseal-cards.ts';

const BATCH = 100;

type Done = 'charged' | 'unknown' | 'refused' | 'removed' | 'resealed';

/**
 * The scheduled work on stored cards: removes those that nobody needs any more, notes what became of charges,
 * charges what is due, and seals tokens under the newest key. Without `STORED_CARDS` nothing is charged, and
 * cards are still removed. Nothing is charged either while the log is halted: a restored backup does
 * not know the charges that came after it, and would make them again. Returns a summary.
 */
export async function tendStoredCards(
  db: Knex,
  context: RequestContext,
  parts: { config: Config; paytr: Paytr },
): Promise<Record<Done, number>> {
  for (const { company_id: companyId, cause } of await listCardsWithoutReason(db, {
    at: context.at,
    limit: BATCH,
  }))
    await db.transaction(async (trx) => {
      await lockSubscription(trx, companyId);
      await requestCardRemoval(trx, context, { companyId, cause });
    });
  const removed = await removeCards(db, context, parts);
  await followCharges(db, context);
  const mayCharge = parts.config.storedCards.isOn && !(await isPublishingHalted(db));
  const { answers, broken } = mayCharge ? await chargeCards(db, context, parts) : { answers: [], broken: [] };
  // A fault of the keys keeps no other card waiting.
  const resealed = await resealCards(db, parts.config);
  if (broken.length > 0) throw new Error(`Not charged: company ${broken.slice(0, 10).join(', ')}`);
  const count = (...kinds: string[]): number => answers.filter((answer) => kinds.includes(answer)).length;
  return {
    charged: count('accepted'),
    unknown: count('unknown'),
    refused: count('busy', 'closed', 'refused', 'unsent'),
    removed,
    resealed,
  };
}
