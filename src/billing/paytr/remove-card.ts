import { boundedText } from '../../storable-text.ts';
import { hideCardNumbers } from './card-numbers.ts';
import { withoutTokensOf, type CardTokens } from './card-tokens.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/** Whether PayTR keeps the card no more, or why that is not known. */
export type RemovalAnswer =
  { ok: true } | { ok: false; reason: 'refused'; gatewayMessage: string } | NoAnswer;

/**
 * Takes a stored card away at PayTR. Safe to repeat: where PayTR refuses, its list of the payer's cards says
 * whether the card is still there. Never throws. Source: dev.paytr.com/direkt-api/kart-saklama-api,
 * kayitli-kart-silme and kayitli-kart-listesi.
 */
export async function removePaytrCard(
  store: PaytrCredentials & PaytrConnection,
  card: CardTokens,
): Promise<RemovalAnswer> {
  const { merchantId, merchantSalt } = store;
  const { utoken, ctoken } = card;
  const said = (text: string): string => boundedText(withoutTokensOf(card, text), GATEWAY_MESSAGE_LENGTH);
  const removal = await postToPaytr(store, '/odeme/capi/delete', {
    merchant_id: merchantId,
    ctoken,
    utoken,
    paytr_token: paytrSignature(store, [ctoken, utoken, merchantSalt]),
  });
  if (removal.ok && removal.answer['status'] === 'success') return { ok: true };
  const list = await postToPaytr(store, '/odeme/capi/list', {
    merchant_id: merchantId,
    utoken,
    paytr_token: paytrSignature(store, [utoken, merchantSalt]),
  });
  if (list.ok && isWithout(list.answer, ctoken)) return { ok: true };
  if (!removal.ok) return { ...removal, gatewayMessage: said(removal.gatewayMessage) };
  const words = answerText(removal.answer['err_msg']) ?? removal.text;
  return { ok: false, reason: 'refused', gatewayMessage: said(words) };
}

/** A list that has cards, or is empty. An object with a status is a refusal, and any other says nothing. */
function isWithout(answer: Record<string, unknown>, ctoken: string): boolean {
  const cards = Object.keys(answer).length === 0 ? [] : answer['list'];
  if (!Array.isArray(cards)) return false;
  // A list whose rows cannot be read may have the card.
  return cards.every((row: unknown) => {
    if (typeof row !== 'object' || row === null || !('ctoken' in row)) return false;
    return typeof row.ctoken === 'string' && row.ctoken !== hideCardNumbers(ctoken);
  });
}
