import { boundedText } from '../../storable-text.ts';
import { withoutTokensOf, type CardTokens } from './card-tokens.ts';
import { toPaytrCurrency } from './currency.ts';
import { formatMajor } from './minor-units.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  paytrUrl,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';
import { basketJson, buyerFields, guardOrder, type TokenOrder } from './token.ts';

/** A form for the payer's browser: its address at PayTR, and the hidden fields beside those of the card. */
export interface CardForm {
  action: string;
  fields: Record<string, string>;
}

/**
 * PayTR's answer to the charge of a stored card. `accepted` says that the charge is under way or done: the
 * notification decides. After a refusal `tryAgain` false means that the card is closed and must never be
 * charged again, true that another charge of it is under way, and null that PayTR did not say.
 */
export type CardChargeAnswer =
  | { ok: true; gatewayMessage: 'success' | 'wait_callback' }
  | { ok: false; reason: 'refused'; tryAgain: boolean | null; gatewayMessage: string }
  | NoAnswer;

interface Store extends PaytrCredentials, PaytrConnection {
  testMode: boolean;
}

const PATH = '/odeme';

// The order in which PayTR hashes the fields (its samples of the Direct API).
const HASHED_FIELDS =
  'merchant_id user_ip merchant_oid email payment_amount payment_type installment_count currency test_mode non_3d';

/**
 * The signed form by which a payer pays with a card that PayTR then keeps. The browser posts it to PayTR with
 * the fields of the card (`cc_owner`, `card_number`, `expiry_month`, `expiry_year`, `cvv`), which never reach
 * us. Throws for an order that the program built wrongly. Source: dev.paytr.com/direkt-api/direkt-api-1-adim
 * and …/kart-saklama-api/yeni-kart-ekleme.
 */
export function cardForm(store: Store, order: TokenOrder): CardForm {
  const fields = directFields(store, order, { non_3d: '0', store_card: '1' });
  return { action: paytrUrl(store.baseUrl, PATH), fields };
}

/**
 * Charges a stored card without its payer (recurring payment). PayTR recognises no repetition: without a
 * clear answer the status query says what became of it, and it must not be sent again. Source:
 * dev.paytr.com/direkt-api/kart-saklama-api/kayitli-kart-tekrarlayan-odeme.
 */
export async function chargePaytrCard(
  store: Store,
  order: TokenOrder,
  card: CardTokens,
): Promise<CardChargeAnswer> {
  const fields = directFields(store, order, { non_3d: '1', recurring_payment: '1', ...card });
  const reply = await postToPaytr(store, PATH, fields);
  const said = (text: string): string => boundedText(withoutTokensOf(card, text), GATEWAY_MESSAGE_LENGTH);
  if (!reply.ok) return { ...reply, gatewayMessage: said(reply.gatewayMessage) };
  const { status, msg, err_msg: errMessage, try_again: tryAgain } = reply.answer;
  if (status === 'success' || status === 'wait_callback') return { ok: true, gatewayMessage: status };
  if (status !== 'failed' && status !== 'error')
    return { ok: false, reason: 'unreadable', gatewayMessage: said(reply.text) };
  const words = answerText(msg) ?? answerText(errMessage) ?? 'PayTR gave no reason';
  return { ok: false, reason: 'refused', tryAgain: readFlag(tryAgain), gatewayMessage: said(words) };
}

/**
 * Here the basket is JSON without base64, and the amount has major units, as the documents and their samples
 * have it. An integrator was asked for minor units in June 2026: ask PayTR before going live.
 */
function directFields(
  store: Store,
  order: TokenOrder,
  kind: Record<'non_3d', string> & Record<string, string>,
): Record<string, string> {
  guardOrder(order);
  const fields: Record<string, string> = {
    merchant_id: store.merchantId,
    ...buyerFields(order),
    payment_amount: formatMajor(order.amountMinor),
    payment_type: 'card',
    installment_count: '0',
    currency: toPaytrCurrency(order.currency),
    test_mode: store.testMode ? '1' : '0',
    user_basket: basketJson(order.basket),
    debug_on: store.testMode ? '1' : '0',
    client_lang: order.locale,
    ...kind,
  };
  const signed = HASHED_FIELDS.split(' ').map((name) => fields[name] ?? '');
  return { ...fields, paytr_token: paytrSignature(store, [...signed, store.merchantSalt]) };
}

/** PayTR quotes some values and not others. */
function readFlag(value: unknown): boolean | null {
  const text = String(value).trim().toLowerCase();
  if (['true', '1'].includes(text)) return true;
  return ['false', '0'].includes(text) ? false : null;
}
