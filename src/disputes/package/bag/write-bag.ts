import { createHash } from 'node:crypto';

/** A file of a package: its path with `/`, and its bytes. */
export interface PackageFile {
  path: string;
  bytes: Buffer;
}

/** Facts of a bag for its `bag-info.txt`, in the order in which they stand there. */
type BagInfo = readonly (readonly [label: string, value: string])[];

/**
 * A bag by RFC 8493 (BagIt 1.0): `payload` below `data/`, `tags` beside it, each named with its SHA-256 in a
 * manifest. `sha256sum -c manifest-sha256.txt` in the folder of the bag verifies the payload.
 */
export function writeBag(input: {
  payload: readonly PackageFile[];
  tags: readonly PackageFile[];
  info: BagInfo;
}): PackageFile[] {
  const payload = inOrder(input.payload.map(({ path, bytes }) => ({ path: `data/${path}`, bytes })));
  const size = payload.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const tags = inOrder([
    textFile('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'),
    textFile(
      'bag-info.txt',
      [...input.info, ['Payload-Oxum', `${String(size)}.${String(payload.length)}`] as const]
        .map(([label, value]) => `${label}: ${value.replaceAll(/\s+/g, ' ')}\n`)
        .join(''),
    ),
    textFile('manifest-sha256.txt', manifestOf(payload)),
    ...input.tags,
  ]);
  return [...tags, textFile('tagmanifest-sha256.txt', manifestOf(tags)), ...payload];
}

/** SHA-256 in hexadecimal. */
export function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A text in UTF-8 as a file. */
export function textFile(path: string, text: string): PackageFile {
  return { path, bytes: Buffer.from(text) };
}

const manifestOf = (files: readonly PackageFile[]): string =>
  files.map(({ path, bytes }) => `${sha256Hex(bytes)}  ${path}\n`).join('');

const inOrder = (files: PackageFile[]): PackageFile[] =>
  files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
