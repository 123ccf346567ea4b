import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockLegalInvoice } from './record-issue.ts';
import type { FileKind, LegalInvoice } from './legal-invoice.ts';

/** A file to be stored. Its kind is told by its content, see `kindOfFile`. */
export interface NewFile {
  kind: FileKind;
  content: Buffer;
}

/** A file of a legal invoice has 5 MiB at most; the table refuses more. */
export const FILE_BYTES_MAX = 5 * 1024 * 1024;

/**
 * The start of an invoice in UBL: declaration, comments and instructions, then its root. A page or
 * a picture in XML could carry a script, and a document type could name files of ours.
 */
const UBL_START = /^\uFEFF?\s*(?:(?:<\?[^>]*\?>|<!--(?:(?!-->)[^])*-->)\s*)*<(?:[A-Za-z]\w*:)?Invoice[\s>]/;

/** So much of a file is looked at: a style sheet's name and comments may stand before the root. */
const START_BYTES = 4000;

/** Says by its start whether a file is a PDF or an invoice in UBL, in UTF-8. Null for anything else. */
export function kindOfFile(content: Buffer): FileKind | null {
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') return 'pdf';
  return UBL_START.test(content.subarray(0, START_BYTES).toString('utf8')) ? 'xml' : null;
}

/** Stores a further file of a legal invoice that is issued, with its audit row. Refuses one that is not. */
export async function addLegalInvoiceFile(
  db: Knex,
  context: RequestContext,
  { id, file }: { id: number; file: NewFile },
): Promise<{ ok: true } | { ok: false; reason: 'not-issued' | 'same-file' }> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    if (legal.issued_at === null) return { ok: false, reason: 'not-issued' };
    return (await addFile(trx, context, legal, file)) ? { ok: true } : { ok: false, reason: 'same-file' };
  });
}

/** Stores a file in the caller's transaction. False when this one is already there. */
export async function addFile(
  trx: Knex.Transaction,
  context: RequestContext,
  legal: Pick<LegalInvoice, 'id' | 'company_id' | 'invoice_id'>,
  file: NewFile,
): Promise<boolean> {
  const [row] = await trx('legal_invoice_files')
    .insert({
      company_id: legal.company_id,
      legal_invoice_id: legal.id,
      kind: file.kind,
      content: file.content,
      added_at: context.at,
      added_by: context.userId,
    })
    .onConflict(['legal_invoice_id', 'sha256'])
    .ignore()
    .returning<{ id: number; sha256: string }[]>(['id', 'sha256']);
  if (row === undefined) return false;
  await AuditLogger.logOrThrow(trx, context, {
    action: 'legal_invoice_file_added',
    success: true,
    resourceType: 'legal_invoice',
    resourceId: legal.id,
    companyId: legal.company_id,
    details: {
      invoice_id: legal.invoice_id,
      kind: file.kind,
      bytes: file.content.length,
      sha256: row.sha256,
    },
  });
  return true;
}
