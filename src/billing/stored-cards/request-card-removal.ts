import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { cardEntry } from './card-evidence.ts';
import { endRenewals } from './end-renewals.ts';

/** Why a card is removed. */
type Cause = 'asked' | 'replaced' | 'closed' | 'cancelled' | 'person-left' | 'subscription-over';

/**
 * Notes that the company's card is to be removed, in the caller's transaction, which has locked the
 * subscription: from now on nothing is charged to it, and an announced charge ends. The gateway is
 * asked after the commit (`removeCards`). Returns false when there is no card.
 */
export async function requestCardRemoval(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, cause }: { companyId: number; cause: Cause },
): Promise<boolean> {
  const [card] = await trx('stored_cards')
    .where('company_id', companyId)
    .whereNull('removal_asked_at')
    .update({ removal_asked_at: context.at, removal_cause: cause, removal_due_at: context.at })
    .returning<{ id: number; company_id: number; user_id: number; first_payment_id: number }[]>([
      'id',
      'company_id',
      'user_id',
      'first_payment_id',
    ]);
  if (card === undefined) return false;
  await AuditLogger.log(trx, context, cardEntry('stored_card_removal_requested', card, { cause }));
  const ended = cause === 'closed' ? 'card-closed' : cause === 'cancelled' ? 'cancelled' : 'card-removed';
  await endRenewals(trx, context, { cardId: card.id, ended });
  return true;
}
