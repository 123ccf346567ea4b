import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { ChargedAnswer } from '../paytr/paytr.ts';

/**
 * Notes, in the settlement's transaction, that a payment still has to be followed up. A long mail and a
 * question to the gateway would hold up the gateway's notification, so a job does both.
 */
export async function queueFollowUp(
  trx: Knex.Transaction,
  context: RequestContext,
  { paymentId, answer }: { paymentId: number; answer: ChargedAnswer | null },
): Promise<void> {
  // An order that was charged, looked at by a person and accepted later is settled twice.
  await trx('payment_follow_ups')
    .insert({
      payment_id: paymentId,
      due_at: context.at,
      answer: answer === null ? null : JSON.stringify(answer),
    })
    .onConflict('payment_id')
    .ignore()
    .options({ name: 'queue-follow-up' });
}
