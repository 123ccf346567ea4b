import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { namedStatement } from '../../db/named-statement.ts';
import { boundedText } from '../../storable-text.ts';
import { withoutCardTokens } from '../paytr/card-tokens.ts';

/**
 * Longest order number that is kept of a notification for an unknown order. Our own have at most 64
 * characters.
 */
const FOREIGN_OID_MAX = 100;

/** A signed notification with its effect. `paymentId` is null for an unknown order. */
export interface Notice {
  paymentId: number | null;
  merchantOid: string;
  rawBody: Buffer;
  outcome: string;
}

/**
 * Keeps a signed notification byte for byte, save the tokens of a stored card, and the hash of all that came.
 * The same bytes again only raise the counter and leave the first outcome. `:names` are of `noticeValues`.
 */
export const KEEP_NOTICE = `
  insert into payment_callbacks
    (payment_id, merchant_oid, body, body_sha256, ip_address, received_at, last_received_at, outcome)
  values (:paymentId, :merchantOid, :body, :bodySha256, :ip, :at, :at, :outcome)
  on conflict on constraint uq_payment_callbacks_body do update set
    last_received_at = greatest(payment_callbacks.last_received_at, excluded.last_received_at),
    received_count = payment_callbacks.received_count + 1
  returning id`;

const keep = namedStatement<{ id: number }>('keep-notice', KEEP_NOTICE);

/** Keeps a notification that opens nothing. Returns the id of the row, which the audit trail names. */
export async function keepNotification(
  trx: Knex.Transaction,
  context: RequestContext,
  notice: Notice,
): Promise<number> {
  const [kept] = await keep(trx, noticeValues(context, notice));
  if (kept === undefined) throw new Error('Bug! An upsert returned no row');
  return kept.id;
}

/** The values of `KEEP_NOTICE`. */
export function noticeValues({ ip, at }: RequestContext, notice: Notice) {
  const { paymentId, merchantOid, rawBody, outcome } = notice;
  return {
    paymentId,
    merchantOid: boundedText(merchantOid, FOREIGN_OID_MAX),
    body: withoutCardTokens(rawBody),
    bodySha256: hash('sha256', rawBody),
    ...{ ip, at, outcome },
  };
}
