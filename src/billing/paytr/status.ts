import { boundedText } from '../../storable-text.ts';
import { readChargeDetails, type ChargeDetails } from './charge-details.ts';
import { parseMajor } from './minor-units.ts';
import { fromPaytrCurrency } from './currency.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { readReturnedMoney, type ReturnedMoney } from './returned-money.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/**
 * PayTR's answer about one order. Amounts are in minor units; `raw` is the answer as text, at most 4000
 * characters. `no-successful-payment` covers a refused, a pending and an unknown order, which PayTR does not
 * tell apart.
 */
export type StatusAnswer =
  | {
      ok: true;
      paymentAmountMinor: number;
      /** The amount that the customer paid, instalment surcharge included. */
      paymentTotalMinor: number;
      currency: string;
      testMode: boolean;
      maskedPan?: string;
      cardBrand?: string;
      /** As PayTR writes it. The time zone is not stated and presumably that of Türkiye. */
      paymentDate?: string;
      /** Refunds as PayTR lists them, as text of at most 1000 characters. Absent when PayTR lists none. */
      returns?: string;
      /** The same, read; null when it cannot be read, and absent when PayTR lists none. */
      returned?: ReturnedMoney[] | null;
      details: ChargeDetails;
      raw: string;
    }
  | { ok: false; reason: 'no-successful-payment' | 'refused'; gatewayMessage: string }
  | NoAnswer;

/** An order that was paid, in the gateway's own words. */
export type ChargedAnswer = Extract<StatusAnswer, { ok: true }>;

const MAX_RAW_LENGTH = 4000;
const MAX_DETAIL_LENGTH = 100;
const MAX_RETURNS_LENGTH = 1000;
// Two texts share this number: no such order, and no successful payment for it (dev.paytr.com/hata-kodlari).
const NO_SUCCESSFUL_PAYMENT = '004';

/** Asks PayTR whether an order was paid (Durum Sorgu). Never throws. Source: dev.paytr.com/durum-sorgu. */
export async function queryPaytrStatus(
  settings: PaytrCredentials & PaytrConnection,
  merchantOid: string,
): Promise<StatusAnswer> {
  const reply = await postToPaytr(settings, '/odeme/durum-sorgu', {
    merchant_id: settings.merchantId,
    merchant_oid: merchantOid,
    paytr_token: paytrSignature(settings, [settings.merchantId, merchantOid, settings.merchantSalt]),
  });
  if (!reply.ok) return reply;
  if (reply.answer['status'] === 'success') return readPaidOrder(reply.answer, reply.text);
  if (typeof reply.answer['status'] === 'string') return readRefusal(reply.answer);
  return unreadable(reply.text);
}

function readPaidOrder(answer: Record<string, unknown>, text: string): StatusAnswer {
  const paymentAmountMinor = parseMajor(answerText(answer['payment_amount']) ?? '');
  const paymentTotalMinor = parseMajor(answerText(answer['payment_total']) ?? '');
  const currency = answerText(answer['currency'])?.trim();
  if (paymentAmountMinor === null || paymentTotalMinor === null || !currency) return unreadable(text);
  const detail = (name: string): string => boundedText(answerText(answer[name]) ?? '', MAX_DETAIL_LENGTH);
  const [maskedPan, cardBrand, paymentDate] = [
    detail('masked_pan'),
    detail('kart_marka'),
    detail('payment_date'),
  ];
  const returns = readReturns(answer['returns']);
  return {
    ok: true,
    paymentAmountMinor,
    paymentTotalMinor,
    currency: boundedText(fromPaytrCurrency(currency), MAX_DETAIL_LENGTH),
    testMode: !['', '0'].includes(detail('test_mode')),
    ...(maskedPan && { maskedPan }),
    ...(cardBrand && { cardBrand }),
    ...(paymentDate && { paymentDate }),
    ...(returns !== null && { returns, returned: readReturnedMoney(answer['returns']) }),
    details: readChargeDetails(answer),
    raw: boundedText(text, MAX_RAW_LENGTH),
  };
}

/**
 * PayTR lists refunds in an array, possibly empty or absent (dev.paytr.com/durum-sorgu). The form is
 * documented by an example only, so everything that is not plainly empty counts as a refund, and a person
 * looks at it.
 */
function readReturns(returns: unknown): string | null {
  const text = typeof returns === 'string' ? returns.trim() : JSON.stringify(returns ?? []);
  return ['', '[]', '{}', 'null', '0', 'false'].includes(text) ? null : boundedText(text, MAX_RETURNS_LENGTH);
}

function readRefusal(answer: Record<string, unknown>): StatusAnswer {
  const code = (answerText(answer['err_no']) ?? '').padStart(3, '0');
  const message = answerText(answer['err_msg']) ?? answerText(answer['reason']) ?? '';
  return {
    ok: false,
    reason: code === NO_SUCCESSFUL_PAYMENT ? 'no-successful-payment' : 'refused',
    gatewayMessage: boundedText(`${code} ${message}`.trim(), GATEWAY_MESSAGE_LENGTH),
  };
}

function unreadable(text: string): NoAnswer {
  return {
    ok: false,
    reason: 'unreadable',
    gatewayMessage: boundedText(text, GATEWAY_MESSAGE_LENGTH),
  };
}
