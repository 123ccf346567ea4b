import type { CheckedFile, RefusedFile } from './checked-file.ts';
import { checkPdf } from './check-pdf.ts';
import { rebuildJpeg } from './rebuild-jpeg.ts';
import { PNG_SIGNATURE, rebuildPng } from './rebuild-png.ts';
import { checkMail } from './check-mail.ts';

/**
 * Says what a file is by its content, never by its name, and gives the bytes that may be kept: pictures are
 * rebuilt without anything but their pixels, documents that can act are refused. A page, a drawing in SVG or
 * any other file is refused.
 */
export async function checkFile(content: Buffer): Promise<CheckedFile | RefusedFile> {
  if (content.length === 0) return { fault: 'empty' };
  if (content.subarray(0, 8).equals(PNG_SIGNATURE)) return rebuildPng(content);
  if (content.readUIntBE(0, Math.min(3, content.length)) === 0xffd8ff) return rebuildJpeg(content);
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') return checkPdf(content);
  return checkMail(content, checkFile);
}
