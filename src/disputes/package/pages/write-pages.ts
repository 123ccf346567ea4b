import { createArchivePdf, pdfBytes } from '../../../web/pdf/create-pdf.ts';
import type { Format } from '../../../web/format.ts';
import { writeAgreed } from './agreed.ts';
import type { LeftOut, PackageContent, Printing, RowLimits } from './content.ts';
import { writeCover, writeSummary } from './cover.ts';
import { writeExhibits } from './exhibits.ts';
import { writeHistory } from './history.ts';
import { writeIntegrity, writeLeftOut } from './integrity.ts';
import { writeOrder } from './order.ts';
import { writeInvoices, writeMails, writeMoneyBack } from './papers.ts';
import { writeService } from './use.ts';
import { Sheet } from './sheet.ts';
import { writeTimeline } from './timeline.ts';

/** The PDF of a package, with the figures by which it is judged. */
interface WrittenPages {
  pdf: Buffer;
  pages: number;
  /** Pages of the letter, which should be one. */
  coverPages: number;
  leftOut: LeftOut[];
}

/**
 * Writes the pages of a package as PDF/A-3 with the bundle attached. The same content and limits give the
 * same bytes.
 */
export async function writePages(
  content: PackageContent,
  { format, limits }: { format: Format; limits: RowLimits },
): Promise<WrittenPages> {
  const { t, locale } = format;
  const title = t('disputePackage.documentTitle', {
    name: content.name,
    order: content.facts.order.merchant_oid,
  });
  const document = createArchivePdf({ title, author: content.seller.name, locale, at: content.asOf });
  for (const { path, bytes } of [content.bundle, content.data]) {
    // The types of the library do not know `relationship`, which PDF/A-3 asks for.
    const attachment = {
      name: path,
      type: 'application/json',
      description: t('disputePackage.bundleDescription'),
      creationDate: content.asOf,
      modifiedDate: content.asOf,
      relationship: 'Data',
    };
    document.file(bytes, attachment);
  }
  const left: LeftOut[] = [];
  const printing: Printing = { content, format, limits, leaveOut: (entry) => left.push(entry) };
  const sheet = new Sheet(document);
  writeCover(sheet, printing);
  if (limits.summaryOnCover) writeSummary(sheet, printing);
  const coverPages = sheet.pages;
  sheet.newPage();
  if (!limits.summaryOnCover) writeSummary(sheet, printing);
  writeTimeline(sheet, printing);
  writeOrder(sheet, printing);
  if (content.history !== null) writeHistory(sheet, printing, content.history);
  writeService(sheet, printing);
  writeAgreed(sheet, printing);
  writeMails(sheet, printing);
  writeMoneyBack(sheet, printing);
  writeInvoices(sheet, printing);
  writeExhibits(sheet, printing);
  writeIntegrity(sheet, printing);
  writeLeftOut(sheet, printing, left);
  const { pages } = sheet;
  sheet.finish((page, of) => t('disputePackage.footer', { name: content.name, page, pages: of }));
  const pdf = await pdfBytes(document as AsyncIterable<Buffer>);
  return { pdf, pages, coverPages, leftOut: left };
}
