import { createHash } from 'node:crypto';

/** The accepted kinds of keys, as OpenSSH names them. No DSA (OpenSSH dropped it) and no certificates. */
const sshKeyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa',
] as const;
export type SshKeyType = (typeof sshKeyTypes)[number];

export interface SshPublicKey {
  type: SshKeyType;
  /** Base64 of the wire format. */
  blob: string;
  /** As `ssh-keygen -l` prints it. */
  fingerprint: string;
  /** The text behind the key, trimmed; often `person@machine`. */
  comment: string;
}

/** Why a text is not one public key. */
export type SshKeyFault = 'private' | 'several-lines' | 'options' | 'type' | 'broken' | 'rsa-short';

/** NIST SP 800-131A: below 2048 bits an RSA key protects nothing. OpenSSH takes no more than 16384. */
const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 16_384;

/** Bytes of an uncompressed point of each curve (SEC 1, section 2.3.3). */
const POINT_BYTES: Record<string, number> = { nistp256: 65, nistp384: 97, nistp521: 133 };

/**
 * Reads one public key as it stands in an `id_….pub` file. Source: RFC 4253 section 6.6, RFC 5656 section
 * 3.1, RFC 8709, OpenSSH's PROTOCOL.u2f.
 *
 * 1. The base64 must be in the canonical form, and the key complete, with nothing behind it.
 * 2. Options in front (as in authorized_keys) are refused: the server alone sets them.
 */
export function parseSshPublicKey(text: string): SshPublicKey | { fault: SshKeyFault } {
  const line = text.trim();
  if (/PRIVATE KEY|PuTTY-User-Key-File/i.test(line)) return { fault: 'private' };
  if (/[\r\n\v\f\0]/.test(line)) return { fault: 'several-lines' };
  const [name = '', blob = '', ...rest] = line.split(/[ \t]+/);
  const type = sshKeyTypes.find((known) => known === name);
  if (type === undefined) return { fault: namesType([blob, ...rest]) ? 'options' : 'type' };
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== blob) return { fault: 'broken' };
  const fault = findFault(type, bytes);
  if (fault !== null) return { fault };
  const fingerprint = fingerprintOf(bytes);
  return { type, blob, fingerprint, comment: rest.join(' ') };
}

/** The SHA-256 fingerprint of a key in wire format. */
function fingerprintOf(bytes: Buffer): string {
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

function namesType(words: string[]): boolean {
  return words.some((word) => sshKeyTypes.some((known) => known === word));
}

function findFault(type: SshKeyType, bytes: Buffer): SshKeyFault | null {
  const fields = readStrings(bytes);
  if (fields?.[0]?.toString('latin1') !== type) return 'broken';
  const parts = fields.slice(1);
  if (type === 'ssh-rsa') return findRsaFault(parts);
  return isWhole(type, parts) ? null : 'broken';
}

/** The strings in the bytes. Null when they are cut off. */
function readStrings(bytes: Buffer): Buffer[] | null {
  const strings: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 4) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/** Keys in hardware end with the application that they are for. */
function isWhole(type: SshKeyType, parts: Buffer[]): boolean {
  const inHardware = type.startsWith('sk-');
  const key = inHardware ? parts.slice(0, -1) : parts;
  if (inHardware && (parts.at(-1)?.length ?? 0) === 0) return false;
  if (type.includes('ed25519')) return key.length === 1 && key[0]?.length === 32;
  const curve = key[0]?.toString('latin1') ?? '';
  const point = key[1];
  return (
    key.length === 2 && type.includes(`-${curve}`) && point?.[0] === 4 && point.length === POINT_BYTES[curve]
  );
}

function findRsaFault([exponent, modulus, ...rest]: Buffer[]): SshKeyFault | null {
  if (exponent === undefined || modulus === undefined || rest.length > 0) return 'broken';
  const [e, bits] = [bitsOf(exponent), bitsOf(modulus)];
  const isOdd = ((exponent.at(-1) ?? 0) & (modulus.at(-1) ?? 0) & 1) === 1;
  if (e === null || e < 2 || bits === null || bits > RSA_MAX_BITS || !isOdd) return 'broken';
  return bits < RSA_MIN_BITS ? 'rsa-short' : null;
}

/** The length of a positive number in its shortest form (RFC 4251, section 5, mpint). Null for any other. */
function bitsOf(number: Buffer): number | null {
  const [first, second = 0] = number;
  if (first === undefined || first >= 0x80) return null;
  if (first !== 0) return number.length * 8 - (Math.clz32(first) - 24);
  return second >= 0x80 ? (number.length - 1) * 8 : null;
}
