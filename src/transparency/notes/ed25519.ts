import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** The 32 bytes of an Ed25519 public key (RFC 8032), from either half of a pair. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { crv, x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('Not an Ed25519 key');
  return Buffer.from(x, 'base64url');
}

/** The signature of `message`: 64 bytes. */
export function signEd25519(message: Buffer, privateKey: KeyObject): Buffer {
  return sign(null, message, privateKey);
}

/** Whether `signature` is that of `message` by the key of these 32 bytes. False for bytes that are no key. */
export function verifyEd25519(message: Buffer, signature: Buffer, publicKey: Buffer): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const x = publicKey.toString('base64url');
    return verify(
      null,
      message,
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
      signature,
    );
  } catch {
    return false;
  }
}
