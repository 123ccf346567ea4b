import { createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410 section 7). */
const PKCS8_START = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The keys in a list of base64 texts, separated by commas. Null when one of them is no Ed25519 key. */
export function readSigningKeys(list: string): KeyObject[] | null {
  const keys = list.split(',').map((text) => readKey(Buffer.from(text.trim(), 'base64')));
  return keys.every((key) => key !== null) ? keys : null;
}

/**
 * A key for development and tests, the same for the same secret. Whoever knows the secret can sign, so that
 * production needs a key of its own.
 */
export function signingKeyFromSecret(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'key of the transparency log', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8_START, seed]), format: 'der', type: 'pkcs8' });
}

function readKey(der: Buffer): KeyObject | null {
  try {
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** A new key in the form that LOG_SIGNING_KEYS takes. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}
