import { deflateRawSync, deflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';
import { extractImages, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../../src/disputes/exhibits/files/check-file.ts';
import { pdfBytes } from '../../../src/web/pdf/create-pdf.ts';
import { chunk, header, jpegs, png, roses, smallPng } from './samples.ts';

const SCRIPT = '<script>alert(document.cookie)</script>';

async function kept(content: Buffer): Promise<Buffer> {
  const file = await checkFile(content);
  if ('fault' in file) throw new Error(`refused: ${file.fault}`);
  return file.content;
}

/** Puts a picture into a PDF as the package does, and reads it with pdf.js, the reader of Firefox. */
async function inPdf(picture: Buffer): Promise<{ width: number; height: number; pixels: number[] }> {
  const document = new PDFDocument({ size: 'A4' });
  const bytes = pdfBytes(document as AsyncIterable<Buffer>);
  document.image(picture, 0, 0);
  document.end();
  const read = await getDocumentProxy(new Uint8Array(await bytes));
  const [image] = await extractImages(read, 1);
  if (image === undefined) throw new Error('there is no picture');
  return { width: image.width, height: image.height, pixels: [...image.data] };
}

describe('a PNG', () => {
  it('is kept with its pixels, and without anything else', async () => {
    const text = chunk('tEXt', Buffer.from(`Comment\0${SCRIPT}`, 'latin1'));
    const profile = chunk('iCCP', Buffer.from('sRGB\0\0x', 'latin1'));
    const content = Buffer.concat([smallPng([text, profile]), Buffer.from(SCRIPT)]);
    const file = await checkFile(content);
    expect(file).toMatchObject({ kind: 'png', width: 4, height: 3 });
    const bytes = await kept(content);
    expect(bytes.toString('latin1')).not.toMatch(/script|tEXt|iCCP/);
    expect(await inPdf(bytes)).toEqual({ width: 4, height: 3, pixels: Array<number>(36).fill(128) });
  });

  it('gives the same bytes when it is rebuilt once more', async () => {
    const once = await kept(smallPng());
    expect(await kept(once)).toEqual(once);
  });

  it('loses what hides behind the packed pixels, and pixels that are words when packed', async () => {
    const line = Buffer.concat([Buffer.from([0]), Buffer.from(SCRIPT.padEnd(60, ' '))]);
    const stored = deflateSync(line, { level: 0 });
    expect(stored.includes(SCRIPT)).toBe(true);
    const hidden = Buffer.concat([stored, Buffer.from('<svg onload=alert(1)>')]);
    const bytes = await kept(png(header({ width: 20, height: 1 }), chunk('IDAT', hidden)));
    expect(bytes.toString('latin1')).not.toContain('svg');
    expect(bytes.length).toBeLessThan(stored.length + 60);
  });

  it.each([
    ['grey', { colours: 0 }, 4],
    ['grey with 16 bits', { colours: 0, depth: 16 }, 8],
    ['colours with 16 bits', { colours: 2, depth: 16 }, 24],
    ['grey with alpha', { colours: 4 }, 8],
    ['colours with alpha', { colours: 6 }, 16],
    ['colours with alpha and 16 bits', { colours: 6, depth: 16 }, 32],
  ])('of every kind can stand in a package: %s', async (_name, kind, lineBytes) => {
    const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(lineBytes, 0xff)]);
    const pixels = Buffer.concat([line, line, line]);
    const content = png(header({ width: 4, height: 3, ...kind }), chunk('IDAT', deflateSync(pixels)));
    expect(await inPdf(await kept(content))).toMatchObject({ width: 4, height: 3 });
  });

  it('with transparent colours is put on white', async () => {
    const line = Buffer.from([0, 0, 1, 1, 0]);
    const content = png(
      header({ width: 4, height: 1, colours: 3 }),
      chunk('PLTE', Buffer.from([255, 0, 0, 0, 0, 255])),
      chunk('tRNS', Buffer.from([255, 0])),
      chunk('IDAT', deflateSync(line)),
    );
    const bytes = await kept(content);
    expect(bytes.includes('tRNS')).toBe(false);
    const { pixels } = await inPdf(bytes);
    expect(pixels).toEqual([255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 0, 0]);
  });

  it('that is interlaced can stand in a package', async () => {
    // The passes of 4 × 3 pixels that have any: width and height. Each line begins with its filter.
    const passes = [
      [1, 1],
      [1, 1],
      [2, 1],
      [2, 2],
      [4, 1],
    ];
    const pixels = Buffer.concat(
      passes.flatMap(([width = 0, height = 0]) =>
        Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(width, 0xaa)])),
      ),
    );
    const content = png(
      header({ width: 4, height: 3, colours: 0, interlace: 1 }),
      chunk('IDAT', deflateSync(pixels)),
    );
    expect(await inPdf(await kept(content))).toMatchObject({
      width: 4,
      height: 3,
      pixels: Array<number>(36).fill(170),
    });
  });

  it.each(['interlacedWithAlpha', 'deepWithAlpha'] as const)(
    'keeps its pixels when flattened: %s',
    async (kind) => {
      const bytes = await kept(roses[kind]);
      expect(bytes.subarray(24, 29).toString('hex')).toBe('0802000000');
      expect(await inPdf(bytes)).toEqual(await inPdf(roses.plain));
    },
  );

  it('of two colours keeps its one bit', async () => {
    const content = png(
      header({ width: 8, height: 2, colours: 0, depth: 1 }),
      chunk('IDAT', deflateSync(Buffer.from([0, 0xaa, 0, 0x55]))),
    );
    expect(await kept(content)).toEqual(content);
  });

  it.each<[string, Buffer]>([
    ['with a wrong checksum', smallPng([flipLast(chunk('tEXt', Buffer.from('a')))])],
    ['that is cut', smallPng().subarray(0, -6)],
    ['without an end', smallPng().subarray(0, -12)],
    ['that is only its signature', smallPng().subarray(0, 8)],
    ['without pixels', png(header({ width: 4, height: 3 }))],
    ['whose pixels are not packed', png(header({ width: 4, height: 3 }), chunk('IDAT', Buffer.alloc(40)))],
    [
      'with too few pixels',
      png(header({ width: 4, height: 9 }), chunk('IDAT', deflateSync(Buffer.alloc(39)))),
    ],
    [
      'with too many pixels for its header',
      png(header({ width: 4, height: 3 }), chunk('IDAT', deflateSync(Buffer.alloc(40)))),
    ],
    [
      'with an unknown filter',
      png(header({ width: 1, height: 1 }), chunk('IDAT', deflateSync(Buffer.from([5, 0, 0, 0])))),
    ],
    ['of raw deflate', png(header({ width: 1, height: 1 }), chunk('IDAT', deflateRawSync(Buffer.alloc(4))))],
    ['with a chunk that must be understood', smallPng([chunk('EVIL', Buffer.alloc(1))])],
    ['with two headers', smallPng([header({ width: 1, height: 1 })])],
    [
      'without a palette',
      png(header({ width: 1, height: 1, colours: 3 }), chunk('IDAT', deflateSync(Buffer.alloc(2)))),
    ],
    ['without width', png(header({ width: 0, height: 1 }), chunk('IDAT', deflateSync(Buffer.alloc(1))))],
    [
      'of an unknown depth',
      png(header({ width: 1, height: 1, depth: 7 }), chunk('IDAT', deflateSync(Buffer.alloc(4)))),
    ],
  ])('%s is refused as damaged', async (_name, content) => {
    expect(await checkFile(content)).toEqual({ fault: 'damaged' });
  });

  it('that unpacks to gigabytes is refused before it is unpacked', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(70_000);
    const small = png(header({ width: 4, height: 3 }), chunk('IDAT', bomb));
    expect(await checkFile(small)).toEqual({ fault: 'damaged' });
    const huge = png(header({ width: 60_000, height: 60_000 }), chunk('IDAT', bomb));
    expect(await checkFile(huge)).toEqual({ fault: 'too-many-pixels' });
    const long = png(header({ width: 1, height: 2 ** 31 - 1 }), chunk('IDAT', bomb));
    expect(await checkFile(long)).toEqual({ fault: 'too-many-pixels' });
  });
});

describe('a JPEG', () => {
  it.each(['baseline', 'progressive', 'grey'] as const)('can stand in a package: %s', async (kind) => {
    const file = await checkFile(jpegs[kind]);
    expect(file).toMatchObject({ kind: 'jpeg', width: 16, height: 8 });
    const before = await inPdf(jpegs[kind]);
    expect(await inPdf(await kept(jpegs[kind]))).toEqual(before);
  });

  it('loses place, comment, thumbnail and what stands behind its end', async () => {
    const [start, rest] = [jpegs.baseline.subarray(0, 2), jpegs.baseline.subarray(2)];
    const segment = (marker: number, text: string): Buffer => {
      const data = Buffer.from(text, 'latin1');
      return Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data]);
    };
    const content = Buffer.concat([
      start,
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPSLatitude'),
      segment(0xfe, SCRIPT),
      segment(0xed, 'Photoshop 3.0\0secret'),
      rest,
      Buffer.from(SCRIPT),
    ]);
    const bytes = await kept(content);
    expect(bytes.toString('latin1')).not.toMatch(/script|GPS|secret|adobe/i);
    expect(await inPdf(bytes)).toEqual(await inPdf(jpegs.baseline));
    expect(await kept(bytes)).toEqual(bytes);
  });

  it('keeps how the camera was held, and nothing else of what the camera wrote', async () => {
    const exif = Buffer.from(
      'Exif\0\0II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0Apple\0',
      'latin1',
    );
    const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
    const content = Buffer.concat([jpegs.baseline.subarray(0, 2), head, exif, jpegs.baseline.subarray(2)]);
    const bytes = await kept(content);
    expect(bytes.includes('Apple')).toBe(false);
    expect(bytes.includes(Buffer.from('011200030000000100060000', 'hex'))).toBe(true);
    // Turned by a quarter, it takes the height of what it was wide.
    const document = new PDFDocument({ size: 'A4' });
    const image = (document as unknown as { openImage(data: Buffer): { orientation: number } }).openImage(
      bytes,
    );
    expect(image.orientation).toBe(6);
  });

  it.each<[string, Buffer, string]>([
    ['that is cut in its pixels', jpegs.baseline.subarray(0, -4), 'damaged'],
    ['that is cut in its tables', jpegs.baseline.subarray(0, 60), 'damaged'],
    ['that is only its beginning', jpegs.baseline.subarray(0, 3), 'damaged'],
    ['that has only an end', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'damaged'],
    ['that goes on as a page', Buffer.from(`\xff\xd8\xff<html>${SCRIPT}`, 'latin1'), 'damaged'],
    ['in four colours for presses', jpegs.cmyk, 'jpeg-colours'],
    ['coded in a way that few readers know', withFrame(0xc9), 'jpeg-process'],
    ['without loss', withFrame(0xc3), 'jpeg-process'],
    ['of huge size', withSize(65_000, 65_000), 'too-many-pixels'],
    ['without height', withSize(0, 8), 'damaged'],
  ])('%s is refused', async (_name, content, fault) => {
    expect(await checkFile(content)).toEqual({ fault });
  });
});

/** The same bytes but for one bit of the last. */
function flipLast(bytes: Buffer): Buffer {
  const last = bytes.length - 1;
  return Buffer.concat([bytes.subarray(0, last), Buffer.from([(bytes[last] ?? 0) ^ 1])]);
}

/** The sample with another marker for its frame. */
function withFrame(marker: number): Buffer {
  const content = Buffer.from(jpegs.baseline);
  content[frameAt(content) + 1] = marker;
  return content;
}

function withSize(height: number, width: number): Buffer {
  const content = Buffer.from(jpegs.baseline);
  content.writeUInt16BE(height, frameAt(content) + 5);
  content.writeUInt16BE(width, frameAt(content) + 7);
  return content;
}

function frameAt(content: Buffer): number {
  return content.indexOf(Buffer.from([0xff, 0xc0, 0, 17]));
}

describe('any other file', () => {
  it.each<[string, string]>([
    ['a page', `<!doctype html><title>x</title>${SCRIPT}`],
    ['a drawing in SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a drawing with a declaration', '<?xml version="1.0"?><svg onload="alert(1)"/>'],
    ['a GIF', 'GIF89a\x01\0\x01\0'],
    ['a ZIP', 'PK\x03\x04'],
    ['a program', 'MZ\x90\0'],
    ['words', 'Merhaba dünya'],
    ['one byte', 'x'],
    ['a picture with a byte before it', `x${smallPng().toString('latin1')}`],
    ['a page that names a sender', `<html>\nFrom: a@b.c\nDate: now\n\n${SCRIPT}`],
    ['a head without a sender', `X-Page: ${SCRIPT}\nDate: now\n\nbody`],
  ])('is refused whatever its name says: %s', async (_name, content) => {
    expect(await checkFile(Buffer.from(content, 'latin1'))).toEqual({ fault: 'unknown' });
  });

  it('is refused when it is empty', async () => {
    expect(await checkFile(Buffer.alloc(0))).toEqual({ fault: 'empty' });
  });
});
