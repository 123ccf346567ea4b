import { type SandboxStore, callbackHash } from './signatures.ts';
import type { Delivery, Transaction } from './transactions.ts';

// PayTR does not document how long it waits. Ten seconds are long enough to notice a slow server.
const ANSWER_TIMEOUT_MS = 10_000;
const MAX_KEPT_BODY_LENGTH = 2000;

/**
 * The fields that PayTR posts about a finished payment, signed. Overrides are signed as well, so a
 * notification can be genuine and wrong at the same time. Throws for a payment that has not ended. Source:
 * dev.paytr.com, iFrame API step 2.
 */
export function callbackFields(store: SandboxStore, transaction: Transaction): Record<string, string> {
  const { outcome } = transaction;
  if (!outcome) throw new Error(`${transaction.merchantOid} has not been paid or refused yet`);
  const amount = String(transaction.amountMinor);
  const paid: Record<string, string> = {
    currency: transaction.currency === 'TRY' ? 'TL' : transaction.currency,
    payment_amount: amount,
    installment_count: String(transaction.instalments),
    ...transaction.storedCard,
  };
  const fields: Record<string, string> = {
    merchant_oid: transaction.merchantOid,
    status: outcome.status,
    total_amount: outcome.status === 'success' ? amount : '0',
    payment_type: 'card',
    merchant_id: store.merchantId,
    ...(transaction.testMode && { test_mode: '1' }),
    ...(outcome.status === 'success'
      ? paid
      : { failed_reason_code: outcome.reasonCode, failed_reason_msg: outcome.reasonMessage }),
    ...transaction.overrides,
  };
  return { hash: callbackHash(store, fields), ...fields };
}

/**
 * Posts the fields once and reads the answer. Only status 200 with the two bytes `OK` is an acknowledgement.
 */
export async function postCallback(
  url: string,
  fields: Record<string, string>,
  now: Date,
): Promise<Delivery> {
  if (url === '') return unanswered(now, 'BİLDİRİM URL EKSİK / HATALI');
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    // Bytes instead of text(), which would drop a byte order mark before the OK.
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      at: now,
      status: response.status,
      body: bytes.subarray(0, MAX_KEPT_BODY_LENGTH).toString('utf8'),
      contentType: response.headers.get('content-type') ?? '',
      acknowledged: response.status === 200 && bytes.equals(Buffer.from('OK')),
    };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return unanswered(now, cause instanceof Error ? cause.message || cause.name : String(cause));
  }
}

function unanswered(at: Date, error: string): Delivery {
  return { at, status: null, body: '', contentType: '', acknowledged: false, error };
}
