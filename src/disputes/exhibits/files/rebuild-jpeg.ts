import { SIDE_MAX, type CheckedFile, type RefusedFile } from './checked-file.ts';

/** Markers. Source: ITU-T T.81, table B.1. */
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
/** Quantization tables, Huffman tables and the restart interval. */
const TABLES = [0xdb, 0xc4, 0xdd];
/** Baseline, extended and progressive frames with Huffman codes: what every reader and a PDF can show. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** All other frames and arithmetic coding: lossless, hierarchical, arithmetic. */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xde, 0xdf];

/** Most pixels of a picture, which nothing here unpacks: the cameras of telephones make 50 million. */
const PIXELS_MAX = 60_000_000;

interface Segment {
  marker: number;
  data: Buffer;
}

interface Frame {
  width: number;
  height: number;
  components: number;
}

/**
 * Builds a JPEG anew from its tables, its frame and its scans. Comments, profiles, thumbnails, places and
 * times of a camera, and whatever stands behind the end are left out; how the camera was held stays, since a
 * picture would lie on its side otherwise. The scans themselves are only parted, not decoded.
 */
export function rebuildJpeg(content: Buffer): CheckedFile | RefusedFile {
  const kept: Buffer[] = [];
  const tables = new Set<number>();
  let frame: Frame | null = null;
  let hasScan = false;
  let at = 2;
  for (;;) {
    const segment = readSegment(content, at);
    if (segment === null) return { fault: 'damaged' };
    const { marker, data } = segment;
    if (marker === END) break;
    at = segment.end;
    if (OTHER_FRAMES.includes(marker)) return { fault: 'jpeg-process' };
    if (FRAMES.includes(marker)) {
      const found = readFrame(data);
      if (found === null || frame !== null) return { fault: 'damaged' };
      frame = found;
      kept.push(writeSegment(segment));
    } else if (TABLES.includes(marker)) {
      tables.add(marker);
      kept.push(writeSegment(segment));
    } else if (marker === SCAN) {
      // Data without a frame or tables before it cannot be shown.
      if (frame === null || !tables.has(0xdb) || !tables.has(0xc4) || !isScan(data, frame))
        return { fault: 'damaged' };
      const end = scanEnd(content, at);
      if (end === at) return { fault: 'damaged' };
      kept.push(writeSegment(segment), content.subarray(at, end));
      at = end;
      hasScan = true;
    } else if (!isLeftOut(marker)) return { fault: 'damaged' };
  }
  if (frame === null || !hasScan) return { fault: 'damaged' };
  const { width, height, components } = frame;
  if (Math.max(width, height) > SIDE_MAX || width * height > PIXELS_MAX) return { fault: 'too-many-pixels' };
  // Four colours are for presses: readers disagree whether they are inverted.
  if (components !== 1 && components !== 3) return { fault: 'jpeg-colours' };
  return {
    kind: 'jpeg',
    content: Buffer.concat([
      Buffer.from([0xff, START]),
      ...headsOf(content),
      ...kept,
      Buffer.from([0xff, END]),
    ]),
    ...{ width, height, pages: null, text: null },
  };
}

/** The segment at an offset and the offset behind it. Null when the file is cut or there is none. */
function readSegment(content: Buffer, from: number): (Segment & { end: number }) | null {
  let at = from;
  if (content[at] !== 0xff) return null;
  // Any number of fill bytes may stand before a marker.
  while (content[at] === 0xff) at += 1;
  const marker = content[at];
  if (marker === undefined || marker === 0) return null;
  if (marker === END) return { marker, data: Buffer.alloc(0), end: at + 1 };
  if (at + 3 > content.length) return null;
  const end = at + 1 + content.readUInt16BE(at + 1);
  if (end < at + 3 || end > content.length) return null;
  return { marker, data: content.subarray(at + 3, end), end };
}

/** APPn, comments and the number of lines, which the frame has already told. */
const isLeftOut = (marker: number): boolean => (marker & 0xf0) === 0xe0 || marker === 0xfe;

function writeSegment({ marker, data }: Segment): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** Source: T.81, B.2.2. Eight bits a sample; a height of 0 would be told after the first scan. */
function readFrame(data: Buffer): Frame | null {
  const [depth, , , , , components = 0] = data;
  if (depth !== 8 || components < 1 || components > 4 || data.length !== 6 + 3 * components) return null;
  const frame = { height: data.readUInt16BE(1), width: data.readUInt16BE(3), components };
  return frame.width === 0 || frame.height === 0 ? null : frame;
}

function isScan(data: Buffer, { components }: Frame): boolean {
  const [count = 0] = data;
  return count >= 1 && count <= components && data.length === 4 + 2 * count;
}

/** Where coded data ends: at a marker other than a restart. A coded 0xff is followed by 0. */
function scanEnd(content: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = content.indexOf(0xff, at);
    if (at < 0 || at + 1 >= content.length) return content.length;
    const next = content[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at += 2;
  }
}

/**
 * What is written of the segments for applications, each anew: the density of JFIF without its thumbnail, how
 * the camera was held, and whether three colours are stored as they are (Adobe).
 */
function headsOf(content: Buffer): Buffer[] {
  const heads = new Map<'jfif' | 'held' | 'adobe', Buffer>();
  let at = 2;
  for (;;) {
    const segment = readSegment(content, at);
    if (segment === null || segment.marker === SCAN || segment.marker === END) break;
    const { marker, data } = segment;
    const name = data.toString('latin1', 0, 6);
    if (marker === 0xe0 && name.startsWith('JFIF\0') && data.length >= 14)
      heads.set('jfif', Buffer.concat([data.subarray(0, 12), Buffer.from([0, 0])]));
    if (marker === 0xee && name.startsWith('Adobe') && data.length >= 12)
      heads.set(
        'adobe',
        Buffer.concat([Buffer.from('Adobe\0\x64\0\0\0\0', 'latin1'), data.subarray(11, 12)]),
      );
    const held = marker === 0xe1 && name === 'Exif\0\0' ? readHolding(data.subarray(6)) : null;
    if (held !== null && held > 1) heads.set('held', writeHolding(held));
    at = segment.end;
  }
  const write = (marker: number, data: Buffer | undefined): Buffer[] =>
    data === undefined ? [] : [writeSegment({ marker, data })];
  return [
    ...write(0xe0, heads.get('jfif')),
    ...write(0xe1, heads.get('held')),
    ...write(0xee, heads.get('adobe')),
  ];
}

/** Tag 0x0112 of the first directory: 1 to 8. Source: Exif 2.32 and TIFF 6.0, section 2. */
function readHolding(tiff: Buffer): number | null {
  const order = tiff.toString('latin1', 0, 2);
  if ((order !== 'II' && order !== 'MM') || tiff.length < 14) return null;
  const short = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return null;
  for (let entry = 0; entry < short(first); entry += 1) {
    const at = first + 2 + 12 * entry;
    if (at + 12 > tiff.length) return null;
    if (short(at) !== 0x0112) continue;
    const held = short(at + 8);
    return held >= 1 && held <= 8 ? held : null;
  }
  return null;
}

/** A directory with that one tag. */
function writeHolding(held: number): Buffer {
  const data = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1');
  data.writeUInt16BE(held, 24);
  return data;
}
