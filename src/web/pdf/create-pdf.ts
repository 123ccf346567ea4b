import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { Locale } from '../locales/catalogues.ts';
import { PdfPages } from './pdf-pages.ts';
import { fontOf, type PdfDocument } from './printable.ts';

const files = createRequire(import.meta.url);
const FONTS = {
  bold: files.resolve('@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf'),
  plain: files.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
};
/** The same, opened: no document changes them, and opening them is most of what a short document costs. */
let opened: [name: string, font: object][] | undefined;

/**
 * An empty tagged A4 document in the product's font, which is embedded: the fonts that every reader has lack
 * ğ, ş and ₺. The same content at the same time gives the same bytes. `chunks` ends after `pages.finish`.
 */
export function createPdf(about: PdfAbout): { pages: PdfPages; chunks: AsyncIterable<Buffer> } {
  const document = createDocument(about, {});
  return { pages: new PdfPages(document), chunks: document as AsyncIterable<Buffer> };
}

/** Title, author, language and time of a document. */
interface PdfAbout {
  title: string;
  author: string;
  locale: Locale;
  at: Date;
}

/**
 * The same for an archive: PDF/A-3 (ISO 19005-3, level A), which may have other files inside. The caller
 * draws on the document and ends it.
 */
export function createArchivePdf(about: PdfAbout): PdfDocument {
  return createDocument(about, { subset: 'PDF/A-3a', autoFirstPage: false });
}

function createDocument(about: PdfAbout, options: PDFKit.PDFDocumentOptions): PdfDocument {
  const document = new PDFDocument({
    ...options,
    size: 'A4',
    margin: 50,
    bufferPages: true,
    tagged: true,
    displayTitle: true,
    lang: about.locale,
    pdfVersion: '1.7',
    // None of its own.
    font: '',
    info: { Title: about.title, Author: about.author, CreationDate: about.at },
  });
  opened ??= openFonts();
  // The types know files only; the library takes an open font as well.
  for (const [name, font] of opened) document.registerFont(name, font as Buffer);
  return document;
}

function openFonts(): [string, object][] {
  return Object.entries(FONTS).map(([name, file]) => {
    const { font } = fontOf(new PDFDocument({ font: file }));
    // A glyph keeps the characters with which it was first asked for, and those are what a reader copies and
    // searches. Asked for as a part of another (the I of İ) it would have none, in every later document. Two
    // modifier letters share theirs with ’ and ”, which texts have.
    const isModifier = (code: number): boolean => /\p{Lm}/u.test(String.fromCodePoint(code));
    for (const code of font.characterSet.filter((each) => !isModifier(each))) font.glyphForCodePoint(code);
    for (const code of font.characterSet) font.glyphForCodePoint(code);
    return [name, font];
  });
}

/** A whole document as bytes, once `pages.finish` was called. Only for short ones: it is kept in memory. */
export async function pdfBytes(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
