import { hash, type SandboxStore } from '../signatures.ts';

const DIRECT_FIELDS =
  'merchant_id user_ip merchant_oid email payment_amount payment_type installment_count currency test_mode non_3d';

/**
 * The right `paytr_token` for a payment by the Direct API, with a new card, a stored one, or a recurring one.
 * Source: dev.paytr.com/direkt-api/direkt-api-1-adim.
 */
export function expectedDirectHash(store: SandboxStore, fields: Record<string, string>): string {
  const signed = DIRECT_FIELDS.split(' ').map((name) => fields[name] ?? '');
  return hash(store, signed.join('') + store.merchantSalt);
}

/** The right `paytr_token` for a payer's cards. Source: …/kart-saklama-api/kayitli-kart-listesi. */
export function expectedCardListHash(store: SandboxStore, utoken: string): string {
  return hash(store, utoken + store.merchantSalt);
}

/**
 * The right `paytr_token` for taking a card away, the card before its payer. Source:
 * …/kart-saklama-api/kayitli-kart-silme.
 */
export function expectedCardDeleteHash(store: SandboxStore, ctoken: string, utoken: string): string {
  return hash(store, ctoken + utoken + store.merchantSalt);
}
