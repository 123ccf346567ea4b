import { createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Why a text is no signature by a key over a message. */
export type SignatureFault =
  /** Not the text that `ssh-keygen -Y sign` writes. */
  | 'unreadable'
  /** Made with another key. */
  | 'other-key'
  /** Made for another purpose, so that a signature made elsewhere proves nothing here. */
  | 'other-namespace'
  /** Made over something else, damaged, or without a touch of the security key. */
  | 'wrong';

interface Signature {
  publicKey: Buffer;
  namespace: string;
  reserved: Buffer;
  hashAlgorithm: string;
  signature: Buffer;
}

const ARMOR = /^-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----$/;
const MAGIC = 'SSHSIG';
const VERSION = 1;

/** SHA-1 is not among them: PROTOCOL.sshsig allows these two only. */
const HASHES = ['sha256', 'sha512'];

/** The hash of each signature type (RFC 5656, section 6.2.1, and RFC 8332, section 3). `ssh-rsa` is SHA-1. */
const SIGNATURE_HASHES: Record<string, string> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'sha256',
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
};

/** Bytes of a coordinate of each curve. */
const COORDINATE_BYTES: Record<string, number> = { nistp256: 32, nistp384: 48, nistp521: 66 };

/** Set by a security key when somebody touched it (PROTOCOL.u2f). */
const USER_PRESENT = 0x01;

/**
 * Checks a signature that `ssh-keygen -Y sign` made. Null when it is by the key `keyBlob` (base64 of the wire
 * format) over `message`, for `namespace`. Source: OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f.
 */
export function findSignatureFault(
  text: string,
  { keyBlob, namespace, message }: { keyBlob: string; namespace: string; message: string },
): SignatureFault | null {
  const parsed = parseSignature(text);
  if (parsed === null) return 'unreadable';
  if (parsed.publicKey.toString('base64') !== keyBlob) return 'other-key';
  if (parsed.namespace !== namespace) return 'other-namespace';
  const digest = createHash(parsed.hashAlgorithm).update(message).digest();
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    lengthPrefixed(Buffer.from(parsed.namespace)),
    lengthPrefixed(parsed.reserved),
    lengthPrefixed(Buffer.from(parsed.hashAlgorithm)),
    lengthPrefixed(digest),
  ]);
  return isSignedBy(parsed.publicKey, parsed.signature, signed) ? null : 'wrong';
}

function parseSignature(text: string): Signature | null {
  const base64 = ARMOR.exec(text.trim())?.[1]?.replace(/\s+/g, '');
  if (base64 === undefined) return null;
  const reader = new WireReader(Buffer.from(base64, 'base64'));
  if (reader.bytes(MAGIC.length)?.toString('latin1') !== MAGIC || reader.uint32() !== VERSION) return null;
  const [publicKey, namespace, reserved, hash, signature] = [1, 2, 3, 4, 5].map(() => reader.string());
  if (publicKey == null || namespace == null || reserved == null || hash == null || signature == null)
    return null;
  const hashAlgorithm = hash.toString('latin1');
  if (!reader.isAtEnd() || !HASHES.includes(hashAlgorithm)) return null;
  return { publicKey, namespace: namespace.toString('utf8'), reserved, hashAlgorithm, signature };
}

/** True when the signature, in wire format, is by the key over the bytes. */
function isSignedBy(keyBytes: Buffer, signatureBytes: Buffer, signed: Buffer): boolean {
  const key = new WireReader(keyBytes);
  const signature = new WireReader(signatureBytes);
  const keyType = key.string()?.toString('latin1') ?? '';
  const signatureType = signature.string()?.toString('latin1') ?? '';
  const value = signature.string();
  if (value === null || !fits(keyType, signatureType)) return false;
  const publicKey = readKey(keyType, key);
  const data = keyType.startsWith('sk-') ? dataOfSecurityKey(key, signature, signed) : signed;
  if (publicKey === null || data === null || !signature.isAtEnd()) return false;
  return verifies({ keyType, signatureType, publicKey }, data, value);
}

/** An RSA key signs with one of two hashes; every other type of key has one type of signature. */
function fits(keyType: string, signatureType: string): boolean {
  return keyType === 'ssh-rsa' ? /^rsa-sha2-(?:256|512)$/.test(signatureType) : keyType === signatureType;
}

function readKey(keyType: string, reader: WireReader): KeyObject | null {
  const jwk =
    keyType === 'ssh-rsa' ? rsaJwk(reader) : keyType.includes('ed25519') ? edJwk(reader) : ecJwk(reader);
  return jwk === null ? null : createPublicKey({ key: jwk, format: 'jwk' });
}

function rsaJwk(reader: WireReader): JsonWebKey | null {
  const [exponent, modulus] = [reader.string(), reader.string()];
  if (exponent === null || modulus === null) return null;
  const plain = (number: Buffer): string => number.subarray(number[0] === 0 ? 1 : 0).toString('base64url');
  return { kty: 'RSA', e: plain(exponent), n: plain(modulus) };
}

function edJwk(reader: WireReader): JsonWebKey | null {
  const point = reader.string();
  return point === null ? null : { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') };
}

function ecJwk(reader: WireReader): JsonWebKey | null {
  const [curve, point] = [reader.string()?.toString('latin1') ?? '', reader.string()];
  const length = COORDINATE_BYTES[curve];
  if (point?.length !== 1 + 2 * (length ?? 0) || length === undefined) return null;
  const [x, y] = [point.subarray(1, 1 + length), point.subarray(1 + length)];
  const crv = curve.replace('nistp', 'P-');
  return { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') };
}

/** A security key signs its application, its flags and its counter with the hash of the data. */
function dataOfSecurityKey(key: WireReader, signature: WireReader, signed: Buffer): Buffer | null {
  const [application, flags, counter] = [key.string(), signature.bytes(1), signature.bytes(4)];
  if (application === null || flags === null || counter === null) return null;
  if (((flags[0] ?? 0) & USER_PRESENT) === 0) return null;
  const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
  return Buffer.concat([sha256(application), flags, counter, sha256(signed)]);
}

function verifies(
  of: { keyType: string; signatureType: string; publicKey: KeyObject },
  data: Buffer,
  value: Buffer,
): boolean {
  const { keyType, signatureType, publicKey } = of;
  if (keyType.includes('ed25519')) return verify(null, data, publicKey, value);
  const hash = SIGNATURE_HASHES[signatureType];
  if (hash === undefined) return false;
  if (keyType === 'ssh-rsa') return verify(hash, data, publicKey, value);
  const curve = /nistp\d+/.exec(keyType)?.[0] ?? '';
  const raw = rawEcSignature(value, COORDINATE_BYTES[curve] ?? 0);
  return raw !== null && verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw);
}

/** The two numbers of an ECDSA signature, side by side in their full length. */
function rawEcSignature(value: Buffer, length: number): Buffer | null {
  const reader = new WireReader(value);
  const numbers = [reader.string(), reader.string()].map((number) => {
    const plain = number?.subarray(number[0] === 0 ? 1 : 0);
    if (plain === undefined || plain.length > length) return null;
    return Buffer.concat([Buffer.alloc(length - plain.length), plain]);
  });
  const [r, s] = numbers;
  return r == null || s == null || !reader.isAtEnd() ? null : Buffer.concat([r, s]);
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads the parts of SSH's wire format in turn (RFC 4251, section 5). Null where the bytes are cut off. */
class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  bytes(length: number): Buffer | null {
    if (this.#bytes.length - this.#at < length) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number | null {
    return this.bytes(4)?.readUInt32BE() ?? null;
  }

  string(): Buffer | null {
    const length = this.uint32();
    return length === null ? null : this.bytes(length);
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}
