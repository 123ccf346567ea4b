import { createHmac } from 'node:crypto';

/** The invented store the sandbox serves. */
export interface SandboxStore {
  merchantId: string;
  merchantKey: string;
  merchantSalt: string;
}

const TOKEN_FIELDS =
  'merchant_id user_ip merchant_oid email payment_amount user_basket no_installment max_installment currency test_mode';

// Written separately from src/billing on purpose, so that a mistake there is not repeated here.

/** The right `paytr_token` for these get-token fields. Source: dev.paytr.com, iFrame API step 1. */
export function expectedTokenHash(store: SandboxStore, fields: Record<string, string>): string {
  const signed = TOKEN_FIELDS.split(' ').map((name) => fields[name] ?? '');
  return hash(store, signed.join('') + store.merchantSalt);
}

/** The right `paytr_token` for a status query. Source: dev.paytr.com/durum-sorgu. */
export function expectedStatusHash(store: SandboxStore, merchantOid: string): string {
  return hash(store, store.merchantId + merchantOid + store.merchantSalt);
}

/**
 * The right `paytr_token` for a refund; the amount as sent, in major units. Source: dev.paytr.com/iade-api.
 */
export function expectedRefundHash(store: SandboxStore, merchantOid: string, returnAmount: string): string {
  return hash(store, store.merchantId + merchantOid + returnAmount + store.merchantSalt);
}

/**
 * The right `paytr_token` for a BIN query, the number first. Source:
 * dev.paytr.com/direkt-api/bin-sorgulama-servisi.
 */
export function expectedBinHash(store: SandboxStore, binNumber: string): string {
  return hash(store, binNumber + store.merchantId + store.merchantSalt);
}

/**
 * The right `paytr_token` for a report: its dates in the order in which they are sent. Source: dev.paytr.com.
 */
export function expectedReportHash(store: SandboxStore, dates: string[]): string {
  return hash(store, store.merchantId + dates.join('') + store.merchantSalt);
}

/** The `hash` of a callback, salt in the middle. Source: dev.paytr.com, iFrame API step 2. */
export function callbackHash(store: SandboxStore, fields: Record<string, string>): string {
  const { merchant_oid: oid = '', status = '', total_amount: total = '' } = fields;
  return hash(store, oid + store.merchantSalt + status + total);
}

/** Every signature: HMAC-SHA256 by the key of the store, in base64. */
export function hash(store: SandboxStore, message: string): string {
  return createHmac('sha256', store.merchantKey).update(message).digest('base64');
}
