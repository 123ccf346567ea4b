import { fromBase64 } from './base64.ts';

/** The proof that one leaf is in a log: `c2sp.org/tlog-proof@v1` (C2SP commit 5ba5ee8). */
interface TlogProof {
  /** Opaque to the proof, and not protected by it. */
  extra?: Buffer;
  index: number;
  /** From the leaf's sibling up to the child of the root. */
  hashes: Buffer[];
  /** The signed note, as it was published. */
  checkpoint: string;
}

export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  return [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
    '',
    checkpoint,
  ].join('\n');
}

/** The parts of such a text, of which nothing is verified. Null for any other text. */
export function parseTlogProof(text: string): TlogProof | null {
  const end = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  if (first !== FIRST_LINE) return null;
  const [, extraText] = /^extra (.*)$/.exec(lines[0] ?? '') ?? [];
  if (extraText !== undefined) lines.shift();
  const [, digits] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '') ?? [];
  const extra = extraText === undefined ? undefined : fromBase64(extraText);
  const hashes = lines.map(fromBase64).filter((hash) => hash?.length === 32);
  const index = Number(digits);
  if (extra === null || !Number.isSafeInteger(index) || hashes.length !== lines.length) return null;
  return {
    ...(extra === undefined ? {} : { extra }),
    index,
    hashes: hashes.filter((hash) => hash !== null),
    checkpoint: text.slice(end + 2),
  };
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
