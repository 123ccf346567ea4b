import { webcrypto } from 'node:crypto';
import { ObjectIdentifier } from 'asn1js';
import {
  Certificate,
  ContentInfo,
  CryptoEngine,
  SignedData,
  setEngine,
  TimeStampResp,
  TSTInfo,
  type ExtKeyUsage,
} from 'pkijs';
import { namesOf, toPem } from './certificate-text.ts';
import { namesSigner } from './signing-certificate.ts';
import { SHA_256 } from './time-stamp-query.ts';

/** The facts of a time stamp that was verified. */
export interface VerifiedStamp {
  /** The common name of the certificate that signed. */
  authority: string;
  /** As `openssl ts -reply -text` prints it. */
  serial: string;
  generatedAt: Date;
  /** In PEM, from the signer's to the pinned root. */
  chain: string;
  /** The names of all certificates of the chain. */
  names: string[];
}

/** The question, and by what its answer is judged. */
interface Expected {
  digest: Buffer;
  nonce: Buffer;
  roots: Certificate[];
  /** Between these two the authority has to say that it signed. */
  notBefore: Date;
  notAfter: Date;
}

export type ReplyVerdict = { ok: true; stamp: VerifiedStamp } | { ok: false; problem: string };

const CONTENT_TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_DATA = '1.2.840.113549.1.7.1';
const ATTRIBUTE_CONTENT_TYPE = '1.2.840.113549.1.9.3';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

/**
 * Judges the answer of an authority. A stamp is good only when all of this holds (RFC 3161, 2.3 and 2.4.2):
 *
 * 1. status: granted, with or without changes.
 * 2. imprint and nonce: those of the question.
 * 3. time: within the tolerance.
 * 4. signature: over exactly these contents, by a certificate whose one use, marked critical, is time
 *    stamping, and which the signed attributes name by its hash.
 * 5. chain: from that certificate to a pinned root, valid at the time of the stamp. Whether a certificate was
 *    revoked is not asked.
 *
 * Never throws: anything that cannot be read is a problem of the reply.
 */
export async function verifyReply(reply: Buffer, expected: Expected): Promise<ReplyVerdict> {
  try {
    return { ok: true, stamp: await readStamp(reply, expected) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function readStamp(reply: Buffer, expected: Expected): Promise<VerifiedStamp> {
  setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto }));
  const response = TimeStampResp.fromBER(new Uint8Array(reply));
  const status: number = response.status.status;
  if (status !== 0 && status !== 1) throw new Error(`the authority refused with status ${String(status)}`);
  if (response.timeStampToken === undefined) throw new Error('the reply holds no time stamp');
  const signed = readSigned(response.timeStampToken);
  const info = readInfo(signed);
  checkInfo(info, expected);
  const { signer, path } = await verifySignature(signed, info.genTime, expected.roots);
  checkSigner(signer);
  if (!namesSigner(signed, Buffer.from(signer.toSchema().toBER())))
    throw new Error('the signed attributes do not name the certificate that signed');
  return {
    authority: namesOf(signer).at(-1) ?? 'without a name',
    serial: `0x${Buffer.from(info.serialNumber.valueBlock.valueHexView).toString('hex').toUpperCase()}`,
    generatedAt: info.genTime,
    chain: path.map(toPem).join(''),
    names: path.flatMap(namesOf),
  };
}

function readSigned(token: ContentInfo): SignedData {
  if (token.contentType !== ContentInfo.SIGNED_DATA) throw new Error('the time stamp is not signed data');
  const signed = new SignedData({ schema: token.content });
  if (signed.encapContentInfo.eContentType !== CONTENT_TST_INFO)
    throw new Error('what was signed is not a time stamp');
  if (signed.signerInfos.length !== 1) throw new Error('the time stamp has not exactly one signature');
  return signed;
}

function readInfo({ encapContentInfo }: SignedData): TSTInfo {
  if (encapContentInfo.eContent === undefined) throw new Error('the time stamp is empty');
  return TSTInfo.fromBER(encapContentInfo.eContent.getValue());
}

function checkInfo(info: TSTInfo, { digest, nonce, notBefore, notAfter }: Expected): void {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  if (info.version !== 1) throw new Error(`the time stamp has version ${String(info.version)}`);
  if (hashAlgorithm.algorithmId !== SHA_256) throw new Error('the imprint is not made by SHA-256');
  if (!digest.equals(hashedMessage.valueBlock.valueHexView)) throw new Error('the imprint is another one');
  const answered = info.nonce?.valueBlock.valueHexView;
  if (answered === undefined || !nonce.equals(answered)) throw new Error('the nonce is another one');
  if (info.genTime < notBefore || info.genTime > notAfter)
    throw new Error(`the time of the stamp is ${info.genTime.toISOString()}, which is not now`);
}

/**
 * The library wants the stamped data where the content is a time stamp, and there is only its digest. So it
 * gets the signature to verify as one over plain data; the attribute that names the type of the content is
 * checked here.
 */
async function verifySignature(
  signed: SignedData,
  at: Date,
  roots: Certificate[],
): Promise<{ signer: Certificate; path: Certificate[] }> {
  const types = (signed.signerInfos[0]?.signedAttrs?.attributes ?? [])
    .filter(({ type }) => type === ATTRIBUTE_CONTENT_TYPE)
    .map(({ values }) => values[0] as unknown);
  if (
    types.length !== 1 ||
    !(types[0] instanceof ObjectIdentifier) ||
    types[0].getValue() !== CONTENT_TST_INFO
  )
    throw new Error('the signed attributes name another type of contents');
  signed.encapContentInfo.eContentType = CONTENT_DATA;
  const { signatureVerified, signerCertificate, certificatePath } = await signed.verify({
    signer: 0,
    trustedCerts: roots,
    checkDate: at,
    checkChain: true,
    passedWhenNotRevValues: true,
    extendedMode: true,
  });
  if (signatureVerified !== true || !signerCertificate) throw new Error('the signature is wrong');
  return { signer: signerCertificate, path: certificatePath };
}

function checkSigner({ extensions = [] }: Certificate): void {
  const usage = extensions.filter(({ extnID }) => extnID === EXTENDED_KEY_USAGE);
  const { keyPurposes = [] } = (usage[0]?.parsedValue ?? {}) as Partial<ExtKeyUsage>;
  if (usage.length !== 1 || !usage[0]?.critical || keyPurposes.join() !== TIME_STAMPING)
    throw new Error('the certificate that signed is not one for time stamps alone');
}
