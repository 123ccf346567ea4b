import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { LockedOrder } from '../lock-order.ts';
import type { ReturnedMoney } from '../paytr/paytr.ts';
import { finishRefund } from './finish-refund.ts';
import { matchReturns } from './match-returns.ts';
import { lockRefunds, refundColumns, type Refund } from './queries.ts';
import { refundCurrency, sumRefunds } from './refundable.ts';

/** The changes that a list of the gateway brought, as counts. */
interface NotedReturns {
  made: number;
  foreign: number;
  notListed: Refund[];
}

/**
 * Brings our rows into line with everything that the gateway lists as given back for a payment. The caller
 * has locked the order and got the list by a status query.
 *
 * 1. A refund of ours that was under way is done.
 * 2. An entry that is not ours was made in the gateway's panel: it gets a row, a reversal and a mail, and a
 *    person says later whether the paid time ends.
 * 3. A refund of ours that is not listed stays under way: the gateway may list it later.
 */
export async function noteReturns(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { order: LockedOrder; returned: ReturnedMoney[]; config: Config },
): Promise<NotedReturns> {
  const { order, returned, config } = input;
  const { made, foreign, notListed } = matchReturns(await lockRefunds(trx, order.payment.id), returned);
  for (const refund of made)
    await finishRefund(trx, context, {
      order,
      refund,
      knownBy: 'status-query',
      gatewayMessage: null,
      config,
    });
  for (const entry of foreign) {
    const refund = await insertFound(trx, context, order, entry);
    await finishRefund(trx, context, {
      order,
      refund,
      knownBy: 'status-query',
      gatewayMessage: entry.referenceNo === null ? null : `reference_no ${entry.referenceNo}`,
      config,
    });
  }
  if (foreign.length > 0) await warn(trx, context, order);
  return { made: made.length, foreign: foreign.length, notListed };
}

async function insertFound(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment }: LockedOrder,
  entry: ReturnedMoney,
): Promise<Refund> {
  const [refund] = await trx('refunds')
    .insert({
      payment_id: payment.id,
      company_id: payment.company_id,
      source: 'panel',
      amount_minor: entry.amountMinor,
      currency: refundCurrency(payment),
      state: 'done',
      requested_at: context.at,
      decided_at: context.at,
      gateway_message: entry.referenceNo === null ? null : `reference_no ${entry.referenceNo}`,
      gateway_date: entry.date,
    })
    .returning<Refund[]>(refundColumns);
  if (refund === undefined) throw new Error('Bug! An insert returned no row');
  return refund;
}

async function warn(trx: Knex.Transaction, context: RequestContext, { payment }: LockedOrder): Promise<void> {
  const sums = sumRefunds(payment, await lockRefunds(trx, payment.id));
  const taken = sums.doneMinor + sums.underWayMinor;
  const fields = { merchant_oid: payment.merchant_oid, returned_minor: sums.doneMinor };
  if (taken > sums.chargedMinor)
    context.log.error(fields, 'more was given back than was charged: a person must look');
  else context.log.warn(fields, 'the gateway told of a refund that was not made here');
}
