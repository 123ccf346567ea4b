import { inflateSync } from 'node:zlib';

/**
 * The text of a PDF that pdfkit made, as a reader copies it out: by the table of each font that says which
 * character a glyph stands for (ISO 32000, 9.10.3). White space is left out, since a line breaks anywhere.
 */
export function readPdfText(pdf: Buffer): string {
  const objects = new Map(listObjects(pdf.toString('latin1')));
  const fonts = new Map<string, Map<string, string>>();
  for (const body of objects.values())
    for (const [, name = '', id = ''] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1] ?? '';
      fonts.set(name, readGlyphs(contentOf(objects.get(table) ?? '')));
    }
  return [...objects.values()]
    .map(contentOf)
    .filter((content) => content.includes('\nBT\n'))
    .map((content) => readPage(content, fonts))
    .join('')
    .replaceAll(/\s/g, '');
}

function listObjects(text: string): [id: string, body: string][] {
  return [...text.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj$/gm)].map(([, id = '', body = '']) => [
    id,
    body,
  ]);
}

/** The unpacked stream of an object; empty when it has none. */
function contentOf(body: string): string {
  const packed = /\/FlateDecode[\s\S]*?>>\nstream\n([\s\S]*)\nendstream$/.exec(body)?.[1];
  return packed === undefined ? '' : inflateSync(Buffer.from(packed, 'latin1')).toString('latin1');
}

/** The characters of each glyph, from ranges with one entry for each. */
function readGlyphs(table: string): Map<string, string> {
  const ranges = [...table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[(.*)\]/g)];
  return new Map(
    ranges.flatMap(([, first = '', list = '']) =>
      [...list.matchAll(/<([0-9a-f]*)>/g)].map(([, utf16 = ''], index): [string, string] => [
        (parseInt(first, 16) + index).toString(16).padStart(4, '0'),
        Buffer.from(utf16, 'hex').swap16().toString('utf16le'),
      ]),
    ),
  );
}

function readPage(content: string, fonts: Map<string, Map<string, string>>): string {
  let glyphs: Map<string, string> | undefined;
  const parts = content.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9a-f]+)>/g);
  return [...parts]
    .map(([, font, codes = '']) => {
      if (font !== undefined) glyphs = fonts.get(font);
      return [...codes.matchAll(/.{4}/g)].map(([code]) => glyphs?.get(code) ?? '\uFFFD').join('');
    })
    .join('');
}
