import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { Signer, SignPdf } from '@signpdf/signpdf';
import { fromBER, Sequence } from 'asn1js';

/** Bytes kept free for the token: one with a chain of certificates has some 4 to 6 kB. */
const TOKEN_BYTES_MAX = 12_000;

/**
 * A text longer than the final one by as many characters as the type of a time stamp is longer than that of a
 * signature: the library writes only signatures, and no offset behind it may move.
 */
const REASON = 'document time stamp';
const REASON_PADDED = `${REASON}${'.'.repeat('DocTimeStamp'.length - 'Sig'.length)}`;

/**
 * Adds a document time stamp (ISO 32000-2, 12.8.5) to a PDF, as an update behind its bytes, which stay as
 * they are. `stamp` gives the token for the bytes that it covers, which are all but the token. Null when it
 * has none.
 */
export async function stampDocument(
  pdf: Buffer,
  { at, by, stamp }: { at: Date; by: string; stamp: (covered: Buffer) => Promise<Buffer | null> },
): Promise<Buffer | null> {
  const prepared = plainAddPlaceholder({
    pdfBuffer: pdf,
    reason: REASON_PADDED,
    contactInfo: '',
    name: by,
    location: '',
    signingTime: at,
    signatureLength: TOKEN_BYTES_MAX,
    subFilter: 'ETSI.RFC3161',
  });
  const asked = new AskingSigner(stamp);
  try {
    return await new SignPdf().sign(asTimeStamp(pdf, prepared), asked);
  } catch (error) {
    if (error === NO_STAMP) return null;
    throw error;
  }
}

/** The token (a CMS in DER) of an authority's reply, byte for byte (RFC 3161, 2.4.2). */
export function tokenOf(reply: Buffer): Buffer {
  const { result } = fromBER(new Uint8Array(reply));
  const token = result instanceof Sequence ? result.valueBlock.value[1] : undefined;
  if (token === undefined) throw new Error('the reply holds no time stamp');
  return Buffer.from(token.valueBeforeDecodeView);
}

const NO_STAMP = new Error('no authority gave a time stamp');

class AskingSigner extends Signer {
  readonly #stamp: (covered: Buffer) => Promise<Buffer | null>;

  constructor(stamp: (covered: Buffer) => Promise<Buffer | null>) {
    super();
    this.#stamp = stamp;
  }

  override async sign(covered: Buffer): Promise<Buffer> {
    const token = await this.#stamp(covered);
    if (token === null) throw NO_STAMP;
    return token;
  }
}

/**
 * Makes a time stamp of the signature that the library prepared, and repeats the document's id in the new
 * trailer, which PDF/A wants and the library leaves out. Everything changed lies behind the bytes of `pdf`.
 */
function asTimeStamp(pdf: Buffer, prepared: Buffer): Buffer {
  const id = /\/ID \[[^\]]*\]/.exec(pdf.toString('latin1', pdf.lastIndexOf('trailer')))?.[0] ?? '';
  const from = pdf.length - 1;
  const update = prepared
    .toString('latin1', from)
    .replace('/Type /Sig\n', '/Type /DocTimeStamp\n')
    .replace(REASON_PADDED, REASON)
    .replace(/(\/Prev \d+\n)/, `$1${id}\n`)
    // The library counts the line feed before the table, which strict readers complain about.
    .replace(/startxref\n(\d+)/, (_, offset: string) => `startxref\n${String(Number(offset) + 1)}`);
  return Buffer.concat([prepared.subarray(0, from), Buffer.from(update, 'latin1')]);
}
