import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { renewalEntry } from './card-evidence.ts';
import type { CardRenewal, RenewalEnd } from './renewal-queries.ts';

/**
 * Ends announced charges, with their audit rows, in the caller's transaction: one of them, or all of a card
 * that wait. A mail with a link asks for the payment then.
 */
export async function endRenewals(
  trx: Knex.Transaction,
  context: RequestContext,
  which: { ended: RenewalEnd } & (
    { cardId: number } | { renewal: Pick<CardRenewal, 'company_id' | 'due_at'> }
  ),
): Promise<void> {
  const { ended } = which;
  const rows = await trx('card_renewals')
    .where(
      'renewal' in which
        ? { company_id: which.renewal.company_id, due_at: which.renewal.due_at }
        : { card_id: which.cardId, state: 'waiting' },
    )
    .whereIn('state', ['waiting', 'sent'])
    .update({ state: 'ended', ended_as: ended, decided_at: context.at, next_try_at: null })
    .returning<CardRenewal[]>(['company_id', 'due_at', 'plan', 'currency', 'amount_minor', 'tries']);
  for (const row of rows)
    await AuditLogger.log(trx, context, renewalEntry('card_renewal_ended', row, { because: ended }));
}
