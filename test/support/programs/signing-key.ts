import { generateKeyPairSync } from 'node:crypto';

/** A new key for LOG_SIGNING_KEYS. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}
