import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import { AUDIT_CSV_COLUMNS, type AuditEntryRow } from '../audit/audit-record.ts';
import { writeRefusedAttempts } from '../audit/security/refused-attempts.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { Download, DownloadEnd } from '../web/downloads/download.ts';
import { allAuditRows, type AuditFilter } from './audit-queries.ts';
import { CSV_BOM, csvLine, type CsvSeparator, type CsvValue } from '../evidence/csv.ts';
import type { ExportPools } from '../evidence/export-evidence.ts';
import type { CompanyRow } from '../people/queries.ts';
import { inSnapshot, withFirstChunk, streamRows } from '../db/stream-rows.ts';

/**
 * The rows of a company's audit trail that fit the filter, newest first, as CSV for a spreadsheet: UTF-8 with
 * a byte order mark, times in ISO 8601 UTC.
 *
 * 1. The download is audited before its first byte and again when it has ended.
 * 2. Memory does not grow with the number of rows.
 * 3. Aborting `signal` stops Postgres.
 */
export async function exportAudit(
  { db, reads }: ExportPools,
  context: RequestContext,
  input: { company: CompanyRow; filter: AuditFilter; separator: CsvSeparator; signal: AbortSignal },
): Promise<Download> {
  const { company, filter, separator, signal } = input;
  const entry = { resourceType: 'company', resourceId: company.id, companyId: company.id } as const;
  await writeRefusedAttempts(db, context, { companyId: company.id });
  await AuditLogger.log(db, context, {
    ...entry,
    action: 'audit_exported',
    success: true,
    details: { filters: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null)) },
  });
  const written = { rows: 0 };
  const finish = (endContext: RequestContext, end: DownloadEnd): Promise<void> =>
    AuditLogger.log(db, endContext, {
      ...entry,
      action: 'audit_export_finished',
      success: end.success,
      details: { rows: written.rows, bytes: end.bytes, seconds: end.seconds },
      ...(end.success ? {} : { errorMessage: end.reason }),
    });
  const read = (pool: Knex): AsyncGenerator<string, void> =>
    inSnapshot(pool, signal, (snapshot) =>
      writeCsv(snapshot, { companyId: company.id, filter, separator, written }),
    );
  try {
    return {
      fileName: `audit-${company.subdomain}-${context.at.toISOString().slice(0, 10)}.csv`,
      contentType: 'text/csv; charset=utf-8',
      chunks: await reads.read('export', (pool) => withFirstChunk(read(pool))),
      finish,
    };
  } catch (error) {
    const reason = signal.aborted ? 'reader-gone' : 'failed';
    await finish(context, { success: false, reason, bytes: 0, seconds: 0 });
    throw error;
  }
}

async function* writeCsv(
  snapshot: Knex.Transaction,
  {
    written,
    separator,
    ...input
  }: { companyId: number; filter: AuditFilter; separator: CsvSeparator; written: { rows: number } },
): AsyncGenerator<string, void> {
  yield CSV_BOM + csvLine([...AUDIT_CSV_COLUMNS], separator);
  for await (const rows of streamRows<AuditEntryRow>(snapshot, allAuditRows(snapshot, input))) {
    written.rows += rows.length;
    yield rows
      .map((row) =>
        csvLine(
          AUDIT_CSV_COLUMNS.map((column) => cellOf(row[column])),
          separator,
        ),
      )
      .join('');
  }
}

function cellOf(value: AuditEntryRow[keyof AuditEntryRow]): CsvValue {
  if (value instanceof Date) return value.toISOString();
  return value;
}
