import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** AES-256-GCM: nonce of 12 bytes, tag of 16, then the text (NIST SP 800-38D). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The uses of sealed bytes: each has a key of its own, so that none can be put in the place of another. */
type Purpose = 'outbox' | 'totp';

/**
 * Encrypts bytes that the database keeps, so that a stolen dump opens nothing. The key is made from the
 * session secret.
 */
export function sealBytes(sessionSecret: string, bytes: Buffer, purpose: Purpose = 'outbox'): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(sessionSecret, purpose), nonce);
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The bytes again, or null when they were sealed under another secret or have been changed. */
export function openBytes(sessionSecret: string, sealed: Buffer, purpose: Purpose = 'outbox'): Buffer | null {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(sessionSecret, purpose), nonce);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function sealingKey(sessionSecret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', sessionSecret, '', purpose, 32));
}
