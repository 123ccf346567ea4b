import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { EvidenceScope } from '../../evidence/scope.ts';
import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { describeActivities, type DescribedActivity } from '../registry/describe-activities.ts';
import { readOwnEvidence } from './own-evidence.ts';
import { listOwnLists, readOwnRows, type DataSubject, type OwnRow } from './own-records.ts';
import { createPdf } from '../../web/pdf/create-pdf.ts';
import type { PdfPages } from '../../web/pdf/pdf-pages.ts';

/** Rows of one list that are printed. Making pages is work for the processor, and the JSON file has all. */
const PRINTED_ROWS = 100;

interface PdfInput {
  scope: EvidenceScope | null;
  format: Format;
  at: Date;
  controller: { name: string; address: string; email: string };
  /** Aborts when the reader is gone. */
  signal: AbortSignal;
}

/**
 * A person's own data to read: purposes first, then every list, with page numbers, tagged, as real text. To
 * lay a row out takes milliseconds, so after each of them other requests have their turn.
 */
export async function* writeOwnDataPdf(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  input: PdfInput,
): AsyncGenerator<Buffer, void> {
  const { format, at, controller } = input;
  const { t, when } = format;
  const title = t('privacy.pdfTitle');
  const { pages, chunks } = createPdf({ title, author: controller.name, locale: format.locale, at });
  pages.title(title);
  pages.text(t('privacy.pdfIntro', { name: subject.full_name, email: subject.email, at: when(at) }));
  pages.text(t('privacy.pdfController', { ...controller }));
  pages.heading(t('privacy.pdfPurposes'));
  for (const row of describeActivities(format)) printActivity(pages, row, format);
  await printLists(pages, snapshot, { subject, ...input });
  await pages.finish(t('privacy.pdfPage'));
  yield* chunks;
}

function printActivity(pages: PdfPages, row: DescribedActivity, { t }: Format): void {
  pages.subheading(row.title);
  pages.text(row.purpose);
  pages.fact(t('privacy.categories'), row.categories.join(', '));
  pages.fact(t('privacy.grounds'), row.grounds.join('; '));
  pages.fact(t('privacy.periods'), row.periods.join('; '));
  pages.fact(t('privacy.recipients'), row.recipients.join(', '));
}

async function printLists(
  pages: PdfPages,
  snapshot: Knex.Transaction,
  { subject, scope, format, signal }: PdfInput & { subject: DataSubject },
): Promise<void> {
  pages.heading(format.t('privacy.pdfData'));
  pages.text(format.t('privacy.pdfDataIntro', { rows: PRINTED_ROWS }));
  if (scope !== null)
    for await (const piece of readOwnEvidence(snapshot, subject, scope))
      if (piece.part === 'list' && ['audit_logs', 'workspace_sessions'].includes(piece.list))
        await printRows(pages, { name: piece.list, rows: piece.rows, format, signal });
  for (const list of listOwnLists(subject)) {
    const rows = readOwnRows(snapshot, subject, list);
    await printRows(pages, { name: list.table, rows, format, signal });
  }
}

interface PrintedList {
  name: string;
  rows: AsyncIterable<OwnRow[]>;
  format: Format;
  signal: AbortSignal;
}

async function printRows(pages: PdfPages, { name, rows, format, signal }: PrintedList): Promise<void> {
  let count = 0;
  for await (const batch of rows) {
    for (const row of batch) {
      if (count === 0) pages.subheading(labelOf(format, 'table', name));
      count += 1;
      if (count > PRINTED_ROWS) continue;
      pages.row(row.id, printedFields(row, format));
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  if (count > PRINTED_ROWS) pages.text(format.t('privacy.pdfMore', { count: count - PRINTED_ROWS }));
}

function printedFields(row: OwnRow, format: Format): [string, string][] {
  return Object.entries(row)
    .filter(([name, value]) => name !== 'id' && value !== null && value !== '')
    .map(([name, value]) => [labelOf(format, 'field', name), printed(value, format)]);
}

function printed(value: unknown, { when, t }: Format): string {
  if (value instanceof Date) return `${when(value)} (${value.toISOString()})`;
  if (typeof value === 'boolean') return t(value ? 'privacy.yes' : 'privacy.no');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

/** The words for a table or a column. One that nobody has given words yet is shown by its name. */
function labelOf({ t }: Format, kind: 'table' | 'field', name: string): string {
  const key = `privacy.${kind}_${name}`;
  try {
    return t(key as TextKey);
  } catch {
    return name.replaceAll('_', ' ');
  }
}
