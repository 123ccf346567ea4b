import { extractText, getDocumentProxy } from 'unpdf';

/**
 * The text of a PDF as pdf.js reads it, which is the reader of Firefox. White space is left out, since a line
 * breaks anywhere.
 */
export async function readPdfText(pdf: Buffer): Promise<string> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  const { text } = await extractText(document, { mergePages: true });
  return text.replaceAll(/\s/g, '');
}
