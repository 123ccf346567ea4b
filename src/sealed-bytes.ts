import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** AES-256-GCM: nonce of 12 bytes, tag of 16, then the text (NIST SP 800-38D). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The uses of sealed bytes: each has a key of its own, so that none can be put in the place of another. */
type Purpose = 'outbox' | 'totp';

/** A key of a setting, which is replaced by and by: sealed bytes are kept with the `id` of theirs. */
export interface SealingKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

/**
 * Encrypts bytes that the database keeps, so that a stolen dump opens nothing. The key is made from the
 * session secret.
 */
export function sealBytes(sessionSecret: string, bytes: Buffer, purpose: Purpose = 'outbox'): Buffer {
  return sealUnderKey(purposeKey(sessionSecret, purpose), bytes);
}

/** The bytes again, or null when they were sealed under another secret or have been changed. */
export function openBytes(sessionSecret: string, sealed: Buffer, purpose: Purpose = 'outbox'): Buffer | null {
  return openUnderKey(purposeKey(sessionSecret, purpose), sealed);
}

/**
 * Encrypts bytes under a key of 32 bytes. They open only together with the same `owner`: sealed bytes that
 * are copied to another row open nothing there.
 */
export function sealUnderKey(key: Buffer, bytes: Buffer, owner = ''): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(owner));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The bytes again, or null when key or owner are others, or the bytes have been changed. */
export function openUnderKey(key: Buffer, sealed: Buffer, owner = ''): Buffer | null {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(Buffer.from(owner));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function purposeKey(sessionSecret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', sessionSecret, '', purpose, 32));
}
