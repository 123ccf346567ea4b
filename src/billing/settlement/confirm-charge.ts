import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { boundedText } from '../../storable-text.ts';
import type { ChargedAnswer, Paytr, PaytrNotification } from '../paytr/paytr.ts';
import { GATEWAY_MESSAGE_LENGTH } from '../paytr/request.ts';
import { MERCHANT_OID } from '../paytr/token.ts';
import type { Payment } from '../queries.ts';
import { isCharged } from './decide-settlement.ts';

/** The gateway's answer, null where none is needed, or why it gave none. */
type Confirmation = { ok: true; answer: ChargedAnswer | null } | { ok: false; problem: string };

/**
 * Asks the gateway, in production and with no transaction open, about a notified charge that would open an
 * order: of a notification only number, status and total are signed, and currency, amount and test mode are
 * not. Source: PayTR's own WHMCS module 9.0.3, which asks before it books and answers 503 without an answer.
 *
 * 1. A payment that is decided, an order of ours that was opened as a test, and a number that is not ours are
 *    not asked about: nothing opens by them.
 * 2. Without an answer the problem is noted beside the payment. The caller must not acknowledge the
 *    notification then, so that the gateway repeats it.
 */
export async function confirmCharge(
  db: Knex,
  context: RequestContext,
  input: { notification: PaytrNotification; paytr: Paytr; config: Config },
): Promise<Confirmation> {
  const { merchantOid, status } = input.notification;
  if (!input.config.production || status !== 'success' || !MERCHANT_OID.test(merchantOid))
    return { ok: true, answer: null };
  const payment = await db('payments')
    .where('payments.merchant_oid', merchantOid)
    .options({ name: 'confirm-charge' })
    .first<Pick<Payment, 'id' | 'status' | 'test_mode'> | undefined>([
      'payments.id',
      'payments.status',
      'payments.test_mode',
    ]);
  if (payment === undefined || !needsConfirmation(payment)) return { ok: true, answer: null };
  const answer = await input.paytr.queryStatus(merchantOid);
  if (answer.ok) return { ok: true, answer };
  const problem = boundedText(`${answer.reason}: ${answer.gatewayMessage}`, GATEWAY_MESSAGE_LENGTH);
  await db('payments')
    .where({ id: payment.id, status: 'pending' })
    .update({ asked_at: context.at, ask_problem: problem });
  return { ok: false, problem };
}

/** True for an order that a charge would open. */
function needsConfirmation({ status, test_mode }: Pick<Payment, 'status' | 'test_mode'>): boolean {
  return !test_mode && !isCharged(status);
}
