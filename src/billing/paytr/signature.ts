import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The credentials that PayTR gives a store (Mağaza No, Mağaza Parola, Mağaza Gizli Anahtar). Key and salt
 * never leave this process.
 */
export interface PaytrCredentials {
  merchantId: string;
  merchantKey: string;
  merchantSalt: string;
}

/**
 * Signs `parts`, joined without separators: base64 of HMAC-SHA256 under `merchant_key`, as in every PayTR
 * call. The caller gives the order of the parts, which differs from call to call (see the samples at
 * dev.paytr.com).
 */
export function paytrSignature(credentials: PaytrCredentials, parts: readonly string[]): string {
  return createHmac('sha256', credentials.merchantKey).update(parts.join(''), 'utf8').digest('base64');
}

/** Compares two signatures in constant time. */
export function sameSignature(expected: string, received: string): boolean {
  const expectedBytes = Buffer.from(expected, 'utf8');
  const receivedBytes = Buffer.from(received, 'utf8');
  return expectedBytes.length === receivedBytes.length && timingSafeEqual(expectedBytes, receivedBytes);
}
