import { createHash } from 'node:crypto';
import { ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { SignedData } from 'pkijs';
import { SHA_256 } from './time-stamp-query.ts';

/** Attributes that name a signer's certificate by its hash: RFC 2634 by SHA-1, RFC 5816 by another one. */
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

const HASH_NAMES: Record<string, string> = {
  [SHA_256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/**
 * Whether the signed attributes name this certificate (DER) first, by its hash, and no other attribute names
 * another one.
 */
export function namesSigner(signed: SignedData, certificate: Buffer): boolean {
  const attributes = (signed.signerInfos[0]?.signedAttrs?.attributes ?? []).filter(({ type }) =>
    [SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2].includes(type),
  );
  return (
    attributes.length > 0 &&
    attributes.every(({ type, values }) => {
      // SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, … }
      const id = firstOf(firstOf(values[0]));
      const named = readId(partsOf(id), type === SIGNING_CERTIFICATE ? 'sha1' : 'sha256');
      return named !== null && createHash(named.name).update(certificate).digest().equals(named.hash);
    })
  );
}

/** Reads an ESSCertID, or an ESSCertIDv2, whose hash is SHA-256 unless an algorithm stands before it. */
function readId(parts: unknown[], usual: string): { name: string; hash: Buffer } | null {
  const [first, second] = parts;
  const hasAlgorithm = first instanceof Sequence;
  const name = hasAlgorithm ? HASH_NAMES[readIdentifier(firstOf(first))] : usual;
  const hash = hasAlgorithm ? second : first;
  if (name === undefined || !(hash instanceof OctetString)) return null;
  return { name, hash: Buffer.from(hash.getValue()) };
}

const readIdentifier = (element: unknown): string =>
  element instanceof ObjectIdentifier ? element.getValue() : '';

const partsOf = (element: unknown): unknown[] =>
  element instanceof Sequence ? element.valueBlock.value : [];

const firstOf = (element: unknown): unknown => partsOf(element)[0];
