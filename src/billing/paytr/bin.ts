import { boundedText } from '../../storable-text.ts';
import {
  answerText,
  GATEWAY_MESSAGE_LENGTH,
  postToPaytr,
  type NoAnswer,
  type PaytrConnection,
} from './request.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/**
 * PayTR's knowledge of the cards that begin with some digits. `unknown` is no error: a foreign card, for
 * example. `raw` is the answer as text.
 */
export type BinAnswer =
  | { ok: true; bank: string | null; scheme: string | null; cardType: string | null; raw: string }
  | { ok: false; reason: 'unknown' | 'refused'; gatewayMessage: string }
  | NoAnswer;

const MAX_RAW_LENGTH = 1000;
const MAX_DETAIL_LENGTH = 100;

/**
 * Asks which bank issued the cards with these first digits (BIN query). `binNumber` has 6 or 8 digits. Never
 * throws. Source: dev.paytr.com/direkt-api/bin-sorgulama-servisi; the number comes first in the hash.
 */
export async function queryPaytrBin(
  settings: PaytrCredentials & PaytrConnection,
  binNumber: string,
): Promise<BinAnswer> {
  const reply = await postToPaytr(settings, '/odeme/api/bin-detail', {
    merchant_id: settings.merchantId,
    bin_number: binNumber,
    paytr_token: paytrSignature(settings, [binNumber, settings.merchantId, settings.merchantSalt]),
  });
  if (!reply.ok) return reply;
  const { answer, text } = reply;
  const told = (name: string): string | null =>
    boundedText(answerText(answer[name])?.trim() ?? '', MAX_DETAIL_LENGTH) || null;
  if (answer['status'] === 'success') {
    const raw = boundedText(text, MAX_RAW_LENGTH);
    return { ok: true, bank: told('bank'), scheme: told('schema'), cardType: told('cardType'), raw };
  }
  const gatewayMessage = boundedText(told('err_msg') ?? text, GATEWAY_MESSAGE_LENGTH);
  if (answer['status'] === 'failed') return { ok: false, reason: 'unknown', gatewayMessage };
  return { ok: false, reason: 'refused', gatewayMessage };
}
