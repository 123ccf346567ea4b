import { randomBytes } from 'node:crypto';
import { Integer, Null, OctetString } from 'asn1js';
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs';

/** The object identifier of SHA-256. */
export const SHA_256 = '2.16.840.1.101.3.4.2.1';

/**
 * Eight random bytes as a positive number of full length: the first bit is 0, the first byte is not. So the
 * encoded number is these bytes.
 */
export function randomNonce(): Buffer {
  const nonce = randomBytes(8);
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  return nonce;
}

/**
 * A question for a time stamp of a SHA-256 digest, in DER. The answer must bring the certificate (RFC 3161,
 * 2.4.1).
 */
export function encodeQuery(digest: Buffer, nonce: Buffer): Buffer {
  const query = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA_256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: exactly(digest) }),
    }),
    nonce: new Integer({ valueHex: exactly(nonce) }),
    certReq: true,
  });
  return Buffer.from(query.toSchema().toBER());
}

/** The bytes in memory of their own: the library reads the whole memory of a view. */
const exactly = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
