import { randomBytes } from 'node:crypto';
import { boundedText } from '../../storable-text.ts';
import { queryPaytrBin, type BinAnswer } from './bin.ts';
import type { CardTokens } from './card-tokens.ts';
import { cardForm, chargePaytrCard, type CardChargeAnswer, type CardForm } from './direct.ts';
import { readPaytrNotification, type NotificationReading } from './notification.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  paytrUrl,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { removePaytrCard, type RemovalAnswer } from './remove-card.ts';
import { newReferenceNo, sendPaytrRefund, type RefundAnswer, type RefundOrder } from './refund.ts';
import {
  queryPayoutLines,
  queryPayouts,
  queryTransactions,
  type ReportAnswer,
  type ReportedMovement,
  type ReportedPayout,
  type ReportedPayoutLine,
} from './report.ts';
import type { PaytrCredentials } from './signature.ts';
import { queryPaytrStatus, type StatusAnswer } from './status.ts';
import { isEmailForPaytr, tokenRequestFields, type TokenOrder } from './token.ts';

export type { BinAnswer } from './bin.ts';
export type { CardTokens } from './card-tokens.ts';
export type { CardChargeAnswer, CardForm } from './direct.ts';
export type { PaytrCurrency } from './currency.ts';
export type { NotificationReading, PaytrNotification } from './notification.ts';
export type { RefundAnswer } from './refund.ts';
export type { ReturnedMoney } from './returned-money.ts';
export type { ChargedAnswer, StatusAnswer } from './status.ts';
export type { ReportAnswer, ReportedMovement, ReportedPayout, ReportedPayoutLine } from './report.ts';
export type { BasketRow, TokenOrder } from './token.ts';

/**
 * A store at PayTR. `baseUrl` is https://www.paytr.com or the sandbox; `timeoutSeconds` bounds each call
 * (default 20), `refundTimeoutSeconds` a refund (default 90); `testMode` asks for test payments and for error
 * detail.
 */
export interface PaytrSettings extends PaytrCredentials, PaytrConnection {
  testMode: boolean;
  refundTimeoutSeconds?: number;
}

/**
 * A token for the payment page, or the reason why there is none. `refused` means that PayTR said no, in its
 * own words.
 */
export type TokenAnswer =
  { ok: true; token: string } | { ok: false; reason: 'refused'; gatewayMessage: string } | NoAnswer;

/** PayTR's protocol. Nothing here touches the database. */
export interface Paytr {
  /**
   * Asks for a payment page. Throws a plain Error naming the field for an order the program itself built
   * wrongly.
   */
  requestToken: (order: TokenOrder) => Promise<TokenAnswer>;
  /** The address the payment frame shows. */
  frameUrl: (token: string) => string;
  /** The form by which a payer's browser pays at PayTR with a card that PayTR then keeps. */
  cardForm: (order: TokenOrder) => CardForm;
  /** Charges a stored card. Never to be sent again without a clear answer: see `chargePaytrCard`. */
  chargeCard: (order: TokenOrder, card: CardTokens) => Promise<CardChargeAnswer>;
  /** Takes a stored card away at PayTR. Safe to repeat. Never throws. */
  removeCard: (card: CardTokens) => Promise<RemovalAnswer>;
  /** Reads and verifies one callback from its raw body. Never throws. */
  readNotification: (rawBody: Buffer) => NotificationReading;
  /** Asks whether an order was paid. Never throws. */
  queryStatus: (merchantOid: string) => Promise<StatusAnswer>;
  /** Asks which bank issued the cards with these first digits. Never throws. */
  queryBin: (binNumber: string) => Promise<BinAnswer>;
  /** Gives money back. Never to be sent again without a clear answer: see `sendPaytrRefund`. */
  sendRefund: (refund: RefundOrder) => Promise<RefundAnswer>;
  /** A new id for a refund: see `newReferenceNo`. */
  newReferenceNo: () => string;
  /** Fetch the gateway's own lists, of whole days with both included. Never throw. */
  listTransactions: (days: { from: string; to: string }) => Promise<ReportAnswer<ReportedMovement>>;
  listPayouts: (days: { from: string; to: string }) => Promise<ReportAnswer<ReportedPayout>>;
  listPayoutLines: (day: string) => Promise<ReportAnswer<ReportedPayoutLine>>;
  /** A new order number that nobody can guess: see `newMerchantOid`. */
  newMerchantOid: (prefix?: string) => string;
}

/** Speaks PayTR's protocol for one store. Source: dev.paytr.com, iFrame API and Durum Sorgu. */
export function createPaytr(settings: PaytrSettings): Paytr {
  return {
    requestToken: (order) => requestToken(settings, order),
    frameUrl: (token) => paytrUrl(settings.baseUrl, `/odeme/guvenli/${encodeURIComponent(token)}`),
    cardForm: (order) => cardForm(settings, order),
    chargeCard: (order, card) => chargePaytrCard(settings, order, card),
    removeCard: (card) => removePaytrCard(settings, card),
    readNotification: (rawBody) => readPaytrNotification(settings, rawBody),
    queryStatus: (merchantOid) => queryPaytrStatus(settings, merchantOid),
    queryBin: (binNumber) => queryPaytrBin(settings, binNumber),
    sendRefund: (refund) => sendPaytrRefund(settings, refund),
    newReferenceNo,
    listTransactions: (days) => queryTransactions(settings, days),
    listPayouts: (days) => queryPayouts(settings, days),
    listPayoutLines: (day) => queryPayoutLines(settings, day),
    newMerchantOid,
  };
}

/**
 * A `merchant_oid` of letters and digits: the prefix and 128 random bits, so that neither a stranger nor a
 * double click can hit another order. The prefix tells environments of one store apart and has at most 16
 * characters. Throws for a prefix that PayTR refuses.
 */
export function newMerchantOid(prefix = 'YAC'): string {
  if (!/^[A-Za-z0-9]{0,16}$/.test(prefix)) throw new Error(`Not a merchant_oid prefix: ${prefix}`);
  return prefix + randomBytes(16).toString('hex').toUpperCase();
}

async function requestToken(settings: PaytrSettings, order: TokenOrder): Promise<TokenAnswer> {
  const fields = tokenRequestFields(settings, settings.testMode, order);
  // The customer chose the address, so a bad one is no bug of ours. PayTR would refuse it, so the call is
  // spared.
  if (!isEmailForPaytr(order.email)) {
    return {
      ok: false,
      reason: 'refused',
      gatewayMessage: 'Not sent: PayTR does not take this e-mail address',
    };
  }
  const reply = await postToPaytr(settings, '/odeme/api/get-token', fields);
  if (!reply.ok) return reply;
  const { status, token } = reply.answer;
  if (status === 'success' && typeof token === 'string' && token !== '') return { ok: true, token };
  const reason = status === 'success' || typeof status !== 'string' ? 'unreadable' : 'refused';
  const said = reason === 'refused' ? refusalText(reply.answer) : reply.text;
  return { ok: false, reason, gatewayMessage: boundedText(said, GATEWAY_MESSAGE_LENGTH) };
}

// get-token calls the text `reason`; most other PayTR calls say `err_no` and `err_msg` (PayTR iFrame API,
// step 1).
function refusalText(answer: Record<string, unknown>): string {
  const error = [answerText(answer['err_no']), answerText(answer['err_msg'])].filter(Boolean).join(' ');
  return answerText(answer['reason']) ?? (error || 'PayTR gave no reason');
}
