import type PDFDocument from 'pdfkit';

export type PdfDocument = InstanceType<typeof PDFDocument>;

/** The parts of pdfkit's font that say whether it has a character, and that lay a word out. */
interface Font {
  font: { hasGlyphForCodePoint(code: number): boolean };
  layoutRun(text: string, features?: Record<string, boolean>): unknown;
}

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

const fontOf = (document: PdfDocument): Font => (document as unknown as { _font: Font })._font;

/**
 * Turns the contextual alternates of the font off: Inter prints `->` as an arrow, which nobody wrote, and
 * looking for them takes half of the time. With `features` of a text, pdfkit would lay out each word anew.
 */
function printAsWritten(font: Font): void {
  if (Object.hasOwn(font, 'layoutRun')) return;
  const layout = font.layoutRun.bind(font);
  font.layoutRun = (text) => layout(text, { calt: false });
}
