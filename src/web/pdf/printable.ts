import { LRUCache } from 'lru-cache';
import type PDFDocument from 'pdfkit';

export type PdfDocument = InstanceType<typeof PDFDocument>;

/** The parts of pdfkit's font that say whether it has a character, and that lay a word out. */
interface Font {
  name: string;
  font: {
    characterSet: number[];
    hasGlyphForCodePoint(code: number): boolean;
    glyphForCodePoint(code: number): object;
  };
  layoutRun(text: string, features?: Record<string, boolean>): object;
}

/**
 * Words as the fonts lay them out, of all documents: reading a font's tables for the same words anew is most
 * of what a document costs. Nothing changes a word that is laid out. Long ones, such as the path of a
 * request, are not kept: a letter takes hundreds of bytes, and they hardly come again.
 */
const words = new LRUCache<string, object>({
  max: 5000,
  maxEntrySize: 60,
  sizeCalculation: (_word, key) => key.length,
});

/**
 * A text as the font of the moment can print it, in one line: a character that the font lacks would vanish
 * without a word, so its code is printed instead.
 */
export function printable(document: PdfDocument, text: string): string {
  const shown = fontOf(document);
  printAsWritten(shown);
  return text
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/./gsu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return shown.font.hasGlyphForCodePoint(code) ? character : `[U+${code.toString(16).toUpperCase()}]`;
    });
}

export const fontOf = (document: PdfDocument): Font => (document as unknown as { _font: Font })._font;

/**
 * Turns the contextual alternates of the font off: Inter prints `->` as an arrow, which nobody wrote, and
 * looking for them takes half of the time. With `features` of a text, pdfkit would lay out each word anew.
 */
function printAsWritten(font: Font): void {
  if (Object.hasOwn(font, 'layoutRun')) return;
  const layout = font.layoutRun.bind(font);
  font.layoutRun = (text) => {
    const key = `${font.name} ${text}`;
    const known = words.get(key) ?? layout(text, { calt: false });
    words.set(key, known);
    return known;
  };
}
