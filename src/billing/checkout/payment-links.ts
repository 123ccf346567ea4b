import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config.ts';

export type ReturnKind = 'success' | 'fail';

/**
 * The address to which the gateway sends a payer back, at most 400 characters (PayTR iFrame API, step 1). The
 * address carries the order and our signature instead of a sign-in: it may load inside the gateway's frame,
 * where the browser sends no cookies.
 */
export function returnUrl(config: Config, kind: ReturnKind, merchantOid: string): string {
  return `${config.baseUrl}${returnPath(config, kind, merchantOid)}`;
}

/** The same address as a path within this site. `attempt` counts how often the page has looked again. */
export function returnPath(config: Config, kind: ReturnKind, merchantOid: string, attempt?: number): string {
  const query = new URLSearchParams({ order: merchantOid, sig: sign(config, merchantOid) });
  if (attempt !== undefined) query.set('n', String(attempt));
  return `/billing/payment/${kind}?${query.toString()}`;
}

/** True when `signature` is ours for this order. The comparison takes constant time. */
export function isOurSignature(config: Config, merchantOid: string, signature: string): boolean {
  const expected = Buffer.from(sign(config, merchantOid));
  const received = Buffer.from(signature);
  return expected.length === received.length && timingSafeEqual(expected, received);
}

/**
 * The signing key is derived for this purpose alone: a signature made for another purpose is worth nothing
 * here.
 */
function sign(config: Config, merchantOid: string): string {
  const key = createHmac('sha256', config.sessionSecret).update('payment-return').digest();
  return createHmac('sha256', key).update(merchantOid).digest('base64url');
}
