import { randomBytes } from 'node:crypto';
import { boundedText } from '../../storable-text.ts';
import { formatMajor, parseMajor } from './minor-units.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/** One refund of a paid order, in minor units. PayTR has no field for a currency: it is the payment's own. */
export interface RefundOrder {
  merchantOid: string;
  amountMinor: number;
  /** Ours, at most 64 letters and digits, never used before: the only way to recognise the refund later. */
  referenceNo: string;
}

/**
 * When a refused refund may be sent again. `later`: PayTR could not do it now. `never`: it would refuse it
 * again.
 */
type Retry = 'later' | 'never';

/** PayTR’s answer to a refund. */
export type RefundAnswer =
  | { ok: true; isTest: boolean; gatewayMessage: string }
  /** PayTR said no, so no money moved. */
  | {
      ok: false;
      reason: 'refused';
      code: string;
      retry: Retry;
      isOverPayment: boolean;
      gatewayMessage: string;
    }
  /** No answer that says whether money moved; with `neverSent` PayTR was not reached at all. */
  | NoAnswer;

/**
 * The numbers that PayTR documents for a refund (dev.paytr.com/iade-api): 000 locked during a payout, 007 the
 * payment was not yet notified to us, 010 too little on PayTR's account. Its samples write 006 where its
 * table has 009 (more than was paid), so the text is read as well.
 */
const RETRIES: Record<string, Retry> = {
  '000': 'later',
  '001': 'never',
  '002': 'never',
  '003': 'never',
  '004': 'never',
  '005': 'never',
  '006': 'never',
  '007': 'later',
  '008': 'never',
  '009': 'never',
  '010': 'later',
  '011': 'never',
};
const OVER_PAYMENT = ['006', '009'];

const REFERENCE_NO = /^[A-Za-z0-9]{1,64}$/;

// PayTR's own sample waits this long. A refund that is given up early has to be asked about.
const DEFAULT_TIMEOUT_SECONDS = 90;

/** A `reference_no` that no other refund has: the prefix and 128 random bits. */
export function newReferenceNo(): string {
  return `R${randomBytes(16).toString('hex').toUpperCase()}`;
}

/**
 * Gives back a part of a payment, or all of it (İade). Never throws for a fault of the network or the
 * gateway. PayTR recognises no repetition: after `timeout`, `unreadable` or `unreachable` without `neverSent`
 * the same refund must not be sent again, and the status query tells what became of it. Source:
 * dev.paytr.com/iade-api.
 */
export async function sendPaytrRefund(
  settings: PaytrCredentials & PaytrConnection & { refundTimeoutSeconds?: number },
  refund: RefundOrder,
): Promise<RefundAnswer> {
  if (!REFERENCE_NO.test(refund.referenceNo)) throw new Error('Bug! PayTR would refuse this reference_no');
  if (refund.amountMinor <= 0) throw new Error('Bug! A refund of nothing');
  // The same text is signed and sent.
  const amount = formatMajor(refund.amountMinor);
  const { merchantId, merchantSalt } = settings;
  const timeoutSeconds = settings.refundTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const reply = await postToPaytr({ ...settings, timeoutSeconds }, '/odeme/iade', {
    merchant_id: merchantId,
    merchant_oid: refund.merchantOid,
    return_amount: amount,
    reference_no: refund.referenceNo,
    paytr_token: paytrSignature(settings, [merchantId, refund.merchantOid, amount, merchantSalt]),
  });
  if (!reply.ok) return reply;
  return readAnswer(reply.answer, refund) ?? unreadable(reply.text);
}

function readAnswer(answer: Record<string, unknown>, refund: RefundOrder): RefundAnswer | null {
  const status = answerText(answer['status']);
  if (status === 'success') return readSuccess(answer, refund);
  if (status !== 'error' && status !== 'failed') return null;
  const number = answerText(answer['err_no'])?.trim() ?? '';
  // PayTR quotes some numbers and not others: 0 is 000.
  const code = number === '' ? '' : number.padStart(3, '0');
  const message = answerText(answer['err_msg']) ?? answerText(answer['reason']) ?? '';
  const isOverPayment = OVER_PAYMENT.includes(code) || /\bfazla\b/i.test(message);
  const retry = RETRIES[code] ?? (isOverPayment ? 'never' : undefined);
  // A number that PayTR does not document says nothing about the money.
  if (retry === undefined) return null;
  return {
    ok: false,
    reason: 'refused',
    code,
    retry,
    isOverPayment,
    gatewayMessage: boundedText(`${code} ${message}`.trim(), GATEWAY_MESSAGE_LENGTH),
  };
}

/** A success about another amount or another refund is not ours to believe: the status query decides. */
function readSuccess(answer: Record<string, unknown>, refund: RefundOrder): RefundAnswer | null {
  const amount = answerText(answer['return_amount']);
  const reference = answerText(answer['reference_no']);
  const order = answerText(answer['merchant_oid']);
  if (amount !== undefined && parseMajor(amount) !== refund.amountMinor) return null;
  if (reference !== undefined && reference !== refund.referenceNo) return null;
  if (order !== undefined && order !== refund.merchantOid) return null;
  const isTest = !['', '0'].includes(answerText(answer['is_test'])?.trim() ?? '');
  return { ok: true, isTest, gatewayMessage: isTest ? 'success (test)' : 'success' };
}

function unreadable(text: string): NoAnswer {
  return { ok: false, reason: 'unreadable', gatewayMessage: boundedText(text, GATEWAY_MESSAGE_LENGTH) };
}
