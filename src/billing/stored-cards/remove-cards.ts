import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { ASK_AFTER_MS } from '../paytr/ask-pauses.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { cardEntry } from './card-evidence.ts';
import { openTokens } from './sealing/card-seal.ts';
import { listCardsToRemove, type CardToRemove } from './removal-queries.ts';

/** At most so many cards in one run: each is a call that may last until its time-out. */
const BATCH = 20;

/** A run stops after this time: other scheduled work waits. */
const RUN_SECONDS = 60;

/** After so many failed tries somebody should look. */
const STUCK_AFTER_TRIES = 3;

/**
 * Has the gateway remove the cards whose removal was asked for, with no transaction open: those of
 * one company at once, or all that are due. Without a clear answer it is tried again, with growing pauses and
 * in the end daily, since a removal may be repeated. Returns how many were removed.
 */
export async function removeCards(
  db: Knex,
  context: RequestContext,
  { config, paytr, companyId }: { config: Config; paytr: Paytr; companyId?: number },
): Promise<number> {
  let removed = 0;
  const startedAt = performance.now();
  for (const card of await listCardsToRemove(db, { at: context.at, limit: BATCH, companyId })) {
    const tokens = openTokens(config.storedCards.keys, card, card.first_payment_id);
    const answer =
      tokens === null
        ? { ok: false, gatewayMessage: `STORED_CARD_KEYS has no key ${card.key_id} that opens the tokens` }
        : await paytr.removeCard(tokens);
    if (answer.ok) {
      await noteRemoved(db, context, card);
      removed += 1;
    } else await noteFailure(db, context, card, 'gatewayMessage' in answer ? answer.gatewayMessage : '');
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  return removed;
}

async function noteRemoved(db: Knex, context: RequestContext, card: CardToRemove): Promise<void> {
  await db.transaction(async (trx) => {
    const gone = await trx('stored_cards').where('id', card.id).whereNull('removed_at').update({
      removed_at: context.at,
      sealed_tokens: null,
      key_id: null,
      removal_due_at: null,
      removal_problem: null,
    });
    if (gone === 1) await AuditLogger.log(trx, context, cardEntry('stored_card_removed', card, {}));
  });
}

async function noteFailure(
  db: Knex,
  context: RequestContext,
  card: CardToRemove,
  problem: string,
): Promise<void> {
  const tries = card.removal_tries + 1;
  const pause = ASK_AFTER_MS[card.removal_tries] ?? DAY_MS;
  await db('stored_cards')
    .where('id', card.id)
    .whereNull('removed_at')
    .update({
      removal_tries: tries,
      removal_due_at: new Date(context.at.getTime() + pause),
      removal_problem: problem,
    });
  const fields = { company_id: card.company_id, problem, tries };
  if (tries === STUCK_AFTER_TRIES) context.log.error(fields, 'a stored card cannot be removed');
  else context.log.warn(fields, 'a stored card could not be removed yet');
}
