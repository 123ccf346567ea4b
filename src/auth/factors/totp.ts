import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** RFC 6238: the time step, in seconds. Authenticator apps know no other. */
const PERIOD_SECONDS = 30;

/** RFC 4226, section 4: 128 bits at least, 160 advised. */
const SECRET_BYTES = 20;

/** Steps before and after the current one whose codes count (RFC 6238, section 5.2): clocks differ. */
const WINDOW = 1;

/** A new secret for an authenticator app. */
export function newTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** The secret as a person types it into an app: base32. */
export function totpKey(secret: Buffer): string {
  return secretOf(secret).base32;
}

/** The address that a QR code holds (Key Uri Format of the authenticator apps). */
export function totpUri(secret: Buffer, email: string): string {
  return new TOTP({ issuer: 'YouAreCoder', label: email, secret: secretOf(secret) }).toString();
}

/** The code of a moment. */
export function totpCode(secret: Buffer, at: Date, digits = 6): string {
  const totp = new TOTP({ secret: secretOf(secret), period: PERIOD_SECONDS, digits });
  return totp.generate({ timestamp: at.getTime() });
}

/**
 * The time step whose code was given: the current one, the one before or the one after. Null when it is none
 * of theirs. Every code is compared in constant time, and all are compared.
 */
export function matchingStep(secret: Buffer, code: string, at: Date): number | null {
  const current = Math.floor(at.getTime() / 1000 / PERIOD_SECONDS);
  const given = Buffer.from(code);
  let found: number | null = null;
  for (let step = current - WINDOW; step <= current + WINDOW; step += 1) {
    const expected = Buffer.from(totpCode(secret, new Date(step * PERIOD_SECONDS * 1000)));
    const isSame = given.length === expected.length && timingSafeEqual(given, expected);
    if (isSame) found = step;
  }
  return found;
}

function secretOf(bytes: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(bytes).buffer });
}
