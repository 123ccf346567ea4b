import { openUnderKey, sealUnderKey, type SealingKey } from '../../../sealed-bytes.ts';
import type { CardTokens } from '../../paytr/paytr.ts';

/** The tokens of a card as the database keeps them: encrypted, with the id of the key. */
export interface SealedTokens {
  sealed_tokens: Buffer;
  key_id: string;
}

/** A card is known by the payment that it was stored with: its tokens open in no other row. */
type Owner = number;

/** Seals the tokens of a card under a key. */
export function sealTokens({ id, key }: SealingKey, tokens: CardTokens, firstPaymentId: Owner): SealedTokens {
  const text = Buffer.from(JSON.stringify([tokens.utoken, tokens.ctoken]));
  return { sealed_tokens: sealUnderKey(key, text, ownerOf(firstPaymentId)), key_id: id };
}

/** The tokens again; null when their key is not among the keys, or the bytes have been changed. */
export function openTokens(
  keys: readonly SealingKey[],
  { sealed_tokens: sealed, key_id: keyId }: SealedTokens,
  firstPaymentId: Owner,
): CardTokens | null {
  const key = keys.find(({ id }) => id === keyId);
  const text = key === undefined ? null : openUnderKey(key.key, sealed, ownerOf(firstPaymentId));
  if (text === null) return null;
  const [utoken, ctoken] = JSON.parse(text.toString()) as [string, string];
  return { utoken, ctoken };
}

function ownerOf(firstPaymentId: Owner): string {
  return `stored-card:${String(firstPaymentId)}`;
}
