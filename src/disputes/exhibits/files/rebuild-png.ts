import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { SIDE_MAX, type CheckedFile, type RefusedFile } from './checked-file.ts';
import { flattenPixels, lineSize, passesOf, type Pixels, type PngHeader } from './flatten-pixels.ts';

/** The first eight bytes of a PNG. */
export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Most pixels (three screens of 4K) and most bytes of a picture when unpacked: an upload holds both. */
const PIXELS_MAX = 24_000_000;
const UNPACKED_MAX = 96 * 1024 * 1024;

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);
const pack = promisify<Buffer, Buffer>(deflate);

/** Bit depths and samples of each colour type. Source: PNG (W3C, third edition), table 8. */
const colourTypes: Partial<Record<number, { depths: number[]; samples: number }>> = {
  0: { depths: [1, 2, 4, 8, 16], samples: 1 },
  2: { depths: [8, 16], samples: 3 },
  3: { depths: [1, 2, 4, 8], samples: 1 },
  4: { depths: [8, 16], samples: 2 },
  6: { depths: [8, 16], samples: 4 },
};

interface Chunk {
  type: string;
  data: Buffer;
}

/**
 * Builds a PNG anew from its header, palette and pixels. Text, profiles, times, animation and whatever stands
 * behind the end are left out, and the pixels are packed anew: a file that is a picture and a page at once is
 * only a picture afterwards. Every checksum must fit, and the pixels must unpack to exactly the size that the
 * header tells. Transparent and interlaced pictures are flattened.
 */
export async function rebuildPng(content: Buffer): Promise<CheckedFile | RefusedFile> {
  const chunks = readChunks(content);
  const first = chunks?.[0];
  if (chunks === null || first?.type !== 'IHDR') return { fault: 'damaged' };
  const header = readHeader(first.data);
  if (header === null || !isInOrder(chunks, header)) return { fault: 'damaged' };
  const { width, height } = header;
  const size = unpackedSize(header);
  if (Math.max(width, height) > SIDE_MAX || width * height > PIXELS_MAX || size > UNPACKED_MAX)
    return { fault: 'too-many-pixels' };
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const lines = await unpack(packed, { maxOutputLength: size + 1 }).catch(() => null);
  if (lines?.length !== size || !hasKnownFilters(lines, header)) return { fault: 'damaged' };
  const dataOf = (wanted: string): Buffer | null => chunks.find(({ type }) => type === wanted)?.data ?? null;
  const palette = dataOf('PLTE');
  const pixels = await flattenPixels({ header, lines, palette, transparency: dataOf('tRNS') });
  const file = writePng(pixels, await pack(pixels.lines));
  return { kind: 'png', content: file, width, height, pages: null, text: null };
}

function writePng({ header, palette }: Pixels, packed: Buffer): Buffer {
  const { width, height, depth, colourType } = header;
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    writeChunk({ type: 'IHDR', data }),
    ...(palette === null || colourType !== 3 ? [] : [writeChunk({ type: 'PLTE', data: palette })]),
    writeChunk({ type: 'IDAT', data: packed }),
    writeChunk({ type: 'IEND', data: Buffer.alloc(0) }),
  ]);
}

/** The chunks up to the end of the picture. Null when one is cut, has a wrong checksum or there is no end. */
function readChunks(content: Buffer): Chunk[] | null {
  const chunks: Chunk[] = [];
  let at = PNG_SIGNATURE.length;
  while (at + 12 <= content.length) {
    const length = content.readUInt32BE(at);
    if (at + 12 + length > content.length) return null;
    const type = content.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) return null;
    if (crc32(content.subarray(at + 4, at + 8 + length)) !== content.readUInt32BE(at + 8 + length))
      return null;
    chunks.push({ type, data: content.subarray(at + 8, at + 8 + length) });
    if (type === 'IEND') return chunks;
    at += 12 + length;
  }
  return null;
}

function readHeader(data: Buffer): PngHeader | null {
  if (data.length !== 13) return null;
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  const [depth = 0, colourType = 0, compression, filter, interlace = 2] = data.subarray(8);
  const colours = colourTypes[colourType];
  if (width === 0 || height === 0 || colours?.depths.includes(depth) !== true) return null;
  if (compression !== 0 || filter !== 0 || interlace > 1) return null;
  const { samples } = colours;
  return { width, height, depth, samples, colourType, isInterlaced: interlace === 1 };
}

/**
 * One header, at most one palette and one transparency of the right length before the pixels, pixels without
 * a gap, and no other chunk that a reader must understand.
 */
function isInOrder(chunks: Chunk[], { colourType, depth }: PngHeader): boolean {
  const sizesOf = (wanted: string): number[] =>
    chunks.flatMap(({ type, data }) => (type === wanted ? [data.length] : []));
  const firstPixels = chunks.findIndex(({ type }) => type === 'IDAT');
  const lastPixels = chunks.findLastIndex(({ type }) => type === 'IDAT');
  const isWhole = chunks.slice(firstPixels, lastPixels + 1).every(({ type }) => type === 'IDAT');
  const isKnown = chunks.every(({ type }) => /^(?:IHDR|PLTE|IDAT|IEND|[a-z].*)$/.test(type));
  const isBefore = chunks.slice(lastPixels).every(({ type }) => type !== 'PLTE' && type !== 'tRNS');
  if (firstPixels < 0 || !isWhole || !isKnown || !isBefore || sizesOf('IHDR').length !== 1) return false;
  return hasFittingColours(sizesOf('PLTE'), sizesOf('tRNS'), { colourType, depth });
}

function hasFittingColours(
  palettes: number[],
  transparencies: number[],
  { colourType, depth }: Pick<PngHeader, 'colourType' | 'depth'>,
): boolean {
  const [palette = 0] = palettes;
  const [transparency = 0] = transparencies;
  if (palettes.length > 1 || transparencies.length > 1 || palette % 3 !== 0) return false;
  if (colourType === 3) return palette > 0 && palette / 3 <= 2 ** depth && transparency <= palette / 3;
  if (palette > 768 || (palette > 0 && (colourType === 0 || colourType === 4))) return false;
  return transparencies.length === 0 || transparency === (colourType === 0 ? 2 : colourType === 2 ? 6 : -1);
}

function unpackedSize(header: PngHeader): number {
  return passesOf(header).reduce((sum, { width, height }) => sum + height * lineSize(width, header), 0);
}

/** Each line begins with the number of its filter, 0 to 4. */
function hasKnownFilters(lines: Buffer, header: PngHeader): boolean {
  let at = 0;
  for (const { width, height } of passesOf(header))
    for (let line = 0; line < height; line += 1) {
      if ((lines[at] ?? 5) > 4) return false;
      at += lineSize(width, header);
    }
  return true;
}

function writeChunk({ type, data }: Chunk): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
  return Buffer.concat([head, data, end]);
}
