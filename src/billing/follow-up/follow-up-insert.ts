import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { ChargedAnswer } from '../paytr/paytr.ts';

/**
 * The statement by which a settlement notes that a payment still has to be followed up; a part of the one
 * that updates the payment, since each statement of a settlement costs it a round trip. A long mail and a
 * question to the gateway would hold up the gateway's notification, so a job does both.
 */
export function followUpInsert(
  trx: Knex.Transaction,
  context: RequestContext,
  { paymentId, answer }: { paymentId: number; answer: ChargedAnswer | null },
): Knex.QueryBuilder {
  // An order that was charged, looked at by a person and accepted later is settled twice.
  return trx('payment_follow_ups')
    .insert({
      payment_id: paymentId,
      due_at: context.at,
      answer: answer === null ? null : JSON.stringify(answer),
    })
    .onConflict('payment_id')
    .ignore();
}
