import PDFDocument from 'pdfkit';
import { expect, it } from 'vitest';
import { createPdf, pdfBytes } from '../../../src/web/pdf/create-pdf.ts';
import { fontOf, printable } from '../../../src/web/pdf/printable.ts';
import { readPdfText } from '../../support/pdf-text.ts';

const FONT = 'node_modules/@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf';

async function pdfOf(text: string): Promise<Buffer> {
  const { pages, chunks } = createPdf({ title: 'T', author: 'A', locale: 'tr', at: new Date(0) });
  pages.text(text);
  pages.title(text);
  await pages.finish('');
  return pdfBytes(chunks);
}

it('has the same bytes and text to copy, whatever the process has printed before', async () => {
  // Drawn from the letters below, which the second document is the first to print by themselves.
  await pdfOf('İÇĞÖŞÜ ığçöşü');
  const text = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789+/=';
  const first = await pdfOf(text);
  expect(await readPdfText(first)).toContain(text.replaceAll(' ', ''));
  await pdfOf('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ АВЕКМНОРСТХ');
  expect(await pdfOf(text)).toEqual(first);
});

it('has apostrophes and quotation marks to copy, and not the rare letters that are drawn as they are', async () => {
  const text = 'PayTR’nin “ücreti” ‘5 Ω’';
  expect(await readPdfText(await pdfOf(text))).toContain(text.replaceAll(' ', ''));
});

it('keeps laid out words for the next document, and no long ones: paths of requests would fill the memory', () => {
  const layOut = (word: string): object => {
    const document = new PDFDocument({ font: FONT });
    printable(document, word);
    return fontOf(document).layoutRun(word);
  };
  // Compared here: a matcher looks into both objects, which have the whole font in them, without an end.
  const isKept = (word: string): boolean => layOut(word) === layOut(word);
  expect(isKept('Ödeme')).toBe(true);
  expect(isKept(`/${'a'.repeat(2000)}`)).toBe(false);
});
