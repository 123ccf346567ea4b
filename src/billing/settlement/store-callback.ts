import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { boundedText } from '../../storable-text.ts';

/**
 * Longest order number that is kept of a notification for an unknown order. Our own have at most 64
 * characters.
 */
const FOREIGN_OID_MAX = 100;

export type CallbackOutcome =
  'paid' | 'failed' | 'repeat' | 'ignored' | 'review' | 'unknown-order' | 'unknown-status';

/**
 * Keeps a signed notification byte for byte. The same bytes again only raise the counter and leave the first
 * outcome. Returns the id of the row, which the audit trail names.
 */
export async function storeCallback(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { paymentId: number | null; merchantOid: string; rawBody: Buffer; outcome: CallbackOutcome },
): Promise<number> {
  const { rows } = await trx.raw<{ rows: { id: number }[] }>(
    `insert into payment_callbacks
       (payment_id, merchant_oid, body, ip_address, received_at, last_received_at, outcome)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict on constraint uq_payment_callbacks_body do update set
       last_received_at = greatest(payment_callbacks.last_received_at, excluded.last_received_at),
       received_count = payment_callbacks.received_count + 1
     returning id`,
    [
      input.paymentId,
      boundedText(input.merchantOid, FOREIGN_OID_MAX),
      input.rawBody,
      context.ip,
      context.at,
      context.at,
      input.outcome,
    ],
  );
  const kept = rows[0];
  if (kept === undefined) throw new Error('Bug! An upsert returned no row');
  return kept.id;
}
