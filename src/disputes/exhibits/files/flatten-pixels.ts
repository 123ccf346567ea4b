import { setImmediate } from 'node:timers/promises';

/** The fields of a PNG's header. Source: PNG (W3C, third edition), section 11.2.1. */
export interface PngHeader {
  width: number;
  height: number;
  /** Bits of a sample. */
  depth: number;
  /** Samples of a pixel. */
  samples: number;
  colourType: number;
  isInterlaced: boolean;
}

/** The unpacked lines of a picture, each with the number of its filter before it. */
export interface Pixels {
  header: PngHeader;
  lines: Buffer;
  palette: Buffer | null;
  transparency: Buffer | null;
}

interface Pass {
  /** First column and row of the picture, and the steps to the next. */
  x: number;
  y: number;
  stepX: number;
  stepY: number;
  /** Pixels in a line of the pass, and its lines. */
  width: number;
  height: number;
}

/** After so many lines others get their turn. */
const LINES_AT_ONCE = 64;

/** Column, row and steps of the seven passes of an interlaced picture. Source: same, section 8.1. */
const PASSES: [x: number, y: number, stepX: number, stepY: number][] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The passes of a picture that have pixels; one when it is not interlaced. */
export function passesOf({ width, height, isInterlaced }: PngHeader): Pass[] {
  if (!isInterlaced) return [{ x: 0, y: 0, stepX: 1, stepY: 1, width, height }];
  return PASSES.map(([x, y, stepX, stepY]) => {
    const size = { width: Math.ceil((width - x) / stepX), height: Math.ceil((height - y) / stepY) };
    return { x, y, stepX, stepY, ...size };
  }).filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of a line with its filter. */
export function lineSize(width: number, { depth, samples }: PngHeader): number {
  return 1 + Math.ceil((width * depth * samples) / 8);
}

/**
 * Puts a transparent picture on white, and makes one that is interlaced or has 16 bits a plain one of 8. A
 * plain picture stays as it is. Whatever makes a PDF of it then needs to unpack nothing: pdfkit does so in
 * the background, where an error ends the process (png-js 2.0 fails on interlaced ones with an empty pass).
 */
export async function flattenPixels(pixels: Pixels): Promise<Pixels> {
  const { header, lines, palette, transparency } = pixels;
  const { width, height, colourType } = header;
  const hasAlpha = colourType === 4 || colourType === 6 || transparency !== null;
  if (!hasAlpha && !header.isInterlaced && header.depth <= 8) return pixels;
  const samples = colourType === 0 || colourType === 4 ? 1 : 3;
  const size = 1 + width * samples;
  const flat = Buffer.alloc(height * size);
  const readPixel = pixelReader(pixels, samples);
  let at = 0;
  for (const pass of passesOf(header)) {
    const length = lineSize(pass.width, header);
    let above: Buffer = Buffer.alloc(length);
    for (let line = 0; line < pass.height; line += 1) {
      const current = lines.subarray(at, at + length);
      undoFilter(current, above, Math.max(1, (header.depth * header.samples) >> 3));
      const start = (pass.y + line * pass.stepY) * size + 1;
      for (let i = 0; i < pass.width; i += 1)
        readPixel(current, i, flat, start + (pass.x + i * pass.stepX) * samples);
      above = current;
      at += length;
      if (line % LINES_AT_ONCE === 0) await setImmediate();
    }
  }
  await applyFilters(flat, size, samples);
  const plain = { ...header, depth: 8, samples, colourType: samples === 1 ? 0 : 2, isInterlaced: false };
  return { header: plain, lines: flat, palette: colourType === 3 ? null : palette, transparency: null };
}

/** Undoes the filter of a line in place (section 9.2); its first byte is the filter. */
function undoFilter(line: Buffer, above: Buffer, pixelBytes: number): void {
  const [filter] = line;
  for (let i = 1; i < line.length; i += 1) {
    const left = i > pixelBytes ? (line[i - pixelBytes] ?? 0) : 0;
    const up = above[i] ?? 0;
    const upLeft = i > pixelBytes ? (above[i - pixelBytes] ?? 0) : 0;
    line[i] = ((line[i] ?? 0) + guessOf(filter ?? 0, left, up, upLeft)) & 0xff;
  }
}

function guessOf(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, upLeft) : 0;
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const byLeft = Math.abs(guess - left);
  const byUp = Math.abs(guess - up);
  const byBoth = Math.abs(guess - upLeft);
  if (byLeft <= byUp && byLeft <= byBoth) return left;
  return byUp <= byBoth ? up : upLeft;
}

/**
 * Filters the lines, from the last to the first and in place: each by the filter that leaves the smallest
 * differences, which packs best (section 12.7).
 */
async function applyFilters(flat: Buffer, size: number, pixelBytes: number): Promise<void> {
  const nothing = Buffer.alloc(size);
  const tries = [0, 1, 2, 4].map((filter) => ({ filter, line: Buffer.alloc(size) }));
  for (let start = flat.length - size; start >= 0; start -= size) {
    const line = flat.subarray(start, start + size);
    const above = start === 0 ? nothing : flat.subarray(start - size, start);
    let [best, least] = [nothing, Infinity];
    for (const { filter, line: filtered } of tries) {
      const sum = filterLine(filtered, filter, line, above, pixelBytes);
      if (sum < least) [best, least] = [filtered, sum];
    }
    best.copy(line);
    if ((start / size) % LINES_AT_ONCE === 0) await setImmediate();
  }
}

/** Writes the filtered line, and returns the sum of its differences as signed bytes. */
function filterLine(to: Buffer, filter: number, line: Buffer, above: Buffer, pixelBytes: number): number {
  to[0] = filter;
  let sum = 0;
  for (let i = 1; i < line.length; i += 1) {
    const left = i > pixelBytes ? (line[i - pixelBytes] ?? 0) : 0;
    const up = above[i] ?? 0;
    const upLeft = i > pixelBytes ? (above[i - pixelBytes] ?? 0) : 0;
    const value = ((line[i] ?? 0) - guessOf(filter, left, up, upLeft)) & 0xff;
    to[i] = value;
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}

/** Writes pixel `i` of a line with 8 bits a sample, on white. */
function pixelReader(
  { header, palette, transparency }: Pixels,
  samples: number,
): (line: Buffer, i: number, to: Buffer, at: number) => void {
  const { depth, colourType } = header;
  const most = 2 ** depth - 1;
  const raw = (line: Buffer, i: number): number => {
    if (depth === 8) return line[1 + i] ?? 0;
    if (depth === 16) return line.readUInt16BE(1 + 2 * i);
    return ((line[1 + ((i * depth) >> 3)] ?? 0) >> (8 - depth - ((i * depth) & 7))) & most;
  };
  const toByte = (value: number): number => (depth === 8 ? value : Math.round((value * 255) / most));
  const onWhite = (value: number, alpha: number): number => Math.round(255 + ((value - 255) * alpha) / 255);
  if (colourType === 3)
    return (line, i, to, at) => {
      const entry = raw(line, i);
      const alpha = transparency?.[entry] ?? 255;
      for (let sample = 0; sample < 3; sample += 1)
        to[at + sample] = onWhite(palette?.[3 * entry + sample] ?? 0, alpha);
    };
  const hasAlpha = header.samples > samples;
  return (line, i, to, at) => {
    const first = i * header.samples;
    let alpha = hasAlpha ? toByte(raw(line, first + samples)) : 255;
    if (transparency !== null && isTransparent(line, first)) alpha = 0;
    for (let sample = 0; sample < samples; sample += 1)
      to[at + sample] = onWhite(toByte(raw(line, first + sample)), alpha);
  };
  function isTransparent(line: Buffer, first: number): boolean {
    for (let sample = 0; sample < samples; sample += 1)
      if (raw(line, first + sample) !== transparency?.readUInt16BE(2 * sample)) return false;
    return true;
  }
}
