/*
 * The part of `node:crypto` that verifier/verify.mjs uses, for browsers, so that a page runs the very file
 * that strangers run on Node. A test holds each function against Node's own.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { readDer } from '../../../src/transparency/verifier/verify.mjs';

const HASHES = { sha1, sha256, sha384, sha512 };
const bytesOf = (data) => (typeof data === 'string' ? new TextEncoder().encode(data) : data);
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function encode(bytes, encoding) {
  if (encoding === 'hex') return hexOf(bytes);
  const binary = String.fromCharCode(...bytes);
  if (encoding === 'binary') return binary;
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function hash(name, data, encoding = 'hex') {
  return encode(HASHES[name](bytesOf(data)), encoding);
}

export function createHmac(name, key) {
  return {
    update: (text) => ({ digest: (encoding) => encode(hmac(HASHES[name], key, bytesOf(text)), encoding) }),
  };
}

/** An Ed25519 key in the form of JWK. */
export function createPublicKey({ key: { x } }) {
  const binary = atob(x.replaceAll('-', '+').replaceAll('_', '/'));
  return { kind: 'Ed25519', raw: Uint8Array.from(binary, (character) => character.charCodeAt(0)) };
}

export function verify(digest, content, key, signature) {
  if (key.kind === 'RSA') return verifyRsa(digest, content, key, signature);
  try {
    // The rules of RFC 8032, without those that ZIP 215 adds.
    if (key.kind === 'Ed25519') return ed25519.verify(signature, content, key.raw, { zip215: false });
    const prehashed = HASHES[digest](content);
    return key.curve.verify(signature, prehashed, key.raw, { prehash: false, format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/** The beginnings of what RSASSA-PKCS1-v1_5 signs (RFC 8017 §9.2). */
const DIGEST_INFOS = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

function verifyRsa(digest, content, { modulus, exponent }, signature) {
  const width = hexOf(modulus).length;
  const numberOf = (bytes) => BigInt(`0x${hexOf(bytes)}`);
  let [result, base, power, n] = [1n, numberOf(signature), numberOf(exponent), numberOf(modulus)];
  if (signature.length !== modulus.length || base >= n) return false;
  for (; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * base) % n;
    base = (base * base) % n;
  }
  const end = `00${DIGEST_INFOS[digest]}${hash(digest, content)}`;
  return result.toString(16).padStart(width, '0') === `0001${'f'.repeat(width - 4 - end.length)}${end}`;
}

const inside = ({ body }) => readDer(body);

const CURVES = { '2a8648ce3d030107': p256, '2b81040022': p384, '2b81040023': p521 };
const DIGESTS = {
  ...{ '2a864886f70d01010b': 'sha256', '2a864886f70d01010c': 'sha384', '2a864886f70d01010d': 'sha512' },
  ...{ '2a8648ce3d040302': 'sha256', '2a8648ce3d040303': 'sha384', '2a8648ce3d040304': 'sha512' },
};

function readKey(spki) {
  const [algorithm, bits] = inside(spki);
  const [type, parameters] = inside(algorithm);
  const raw = bits.body.subarray(1);
  if (hexOf(type.body) === '2b6570') return { kind: 'Ed25519', raw };
  if (hexOf(type.body) === '2a8648ce3d0201')
    return { kind: 'EC', raw, curve: CURVES[hexOf(parameters.body)] };
  const [modulus, exponent] = inside(readDer(raw)[0]).map(({ body }) => body);
  return { kind: 'RSA', modulus: modulus[0] === 0 ? modulus.subarray(1) : modulus, exponent };
}

function oidOf({ body }) {
  const numbers = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 127);
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
  }
  const [first, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...rest].join('.');
}

function timeOf({ tag, body }) {
  const digits = String.fromCharCode(...body);
  const century = tag === 0x17 ? (digits < '5' ? '20' : '19') : '';
  return `${century}${digits}`.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}

export class X509Certificate {
  #content;
  #digest;
  #signature;
  #issuer;
  #subject;

  constructor(bytes) {
    const [whole] = readDer(bytes);
    const [content, algorithm, signature] = inside(whole);
    const fields = inside(content).filter(({ tag }, place) => place > 0 || tag !== 0xa0);
    const [, , issuer, validity, subject, key, ...rest] = fields;
    const list = rest.find(({ tag }) => tag === 0xa3);
    const extensions = list === undefined ? [] : inside(inside(list)[0]).map(inside);
    const extension = (id) => extensions.find(([name]) => hexOf(name.body) === id)?.at(-1);
    const [usage, basic] = [extension('551d25'), extension('551d13')];
    this.raw = whole.raw;
    this.fingerprint256 = hash('sha256', whole.raw);
    [this.validFrom, this.validTo] = inside(validity).map(timeOf);
    this.publicKey = readKey(key);
    this.keyUsage = usage && inside(inside(usage)[0]).map(oidOf);
    this.ca = basic !== undefined && inside(inside(basic)[0])[0]?.body[0] === 0xff;
    const texts = inside(subject).map((set) => inside(inside(set)[0])[1].body);
    this.subject = texts.map((text) => `X=${new TextDecoder().decode(text)}`).join('\n');
    this.#content = content.raw;
    this.#digest = DIGESTS[hexOf(inside(algorithm)[0].body)] ?? null;
    this.#signature = signature.body.subarray(1);
    this.#issuer = hexOf(issuer.raw);
    this.#subject = hexOf(subject.raw);
  }

  checkIssued(other) {
    return this.#issuer === other.#subject;
  }

  verify(key) {
    return verify(this.#digest, this.#content, key, this.#signature);
  }
}
