import { expect, it } from 'vitest';
import { createPdf, pdfBytes } from '../../../src/web/pdf/create-pdf.ts';
import { readPdfText } from '../../support/pdf-text.ts';

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
