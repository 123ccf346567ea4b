import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { allAuditRows, type AuditEntryRow, type AuditFilter } from './audit-queries.ts';
import { CSV_BOM, csvLine } from './csv.ts';
import type { Download } from './export-evidence.ts';
import type { CompanyRow } from './queries.ts';
import { inSnapshot, primed, streamRows } from './stream-rows.ts';

const columns = [
  'id',
  'timestamp',
  'action_type',
  'success',
  'actor_type',
  'user_id',
  'user_name',
  'user_email',
  'resource_type',
  'resource_id',
  'ip_address',
  'user_agent',
  'request_method',
  'request_path',
  'request_id',
  'error_message',
  'details',
] as const satisfies (keyof AuditEntryRow)[];

/**
 * The rows of a company's audit trail that fit the filter, newest first, as CSV for a spreadsheet: UTF-8 with a byte order
 * mark, times in ISO 8601 UTC. The download is audited before its first byte. Memory does not grow with the number of rows.
 */
export async function exportAudit(
  db: Knex,
  context: RequestContext,
  input: { company: CompanyRow; filter: AuditFilter },
): Promise<Download> {
  const { company, filter } = input;
  await AuditLogger.log(db, context, {
    action: 'audit_exported',
    success: true,
    resourceType: 'company',
    resourceId: company.id,
    companyId: company.id,
    details: { filters: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null)) },
  });
  const pieces = inSnapshot(db, (snapshot) => writeCsv(snapshot, { companyId: company.id, filter }));
  return {
    fileName: `audit-${company.subdomain}-${context.at.toISOString().slice(0, 10)}.csv`,
    chunks: await primed(pieces),
  };
}

async function* writeCsv(
  snapshot: Knex.Transaction,
  input: { companyId: number; filter: AuditFilter },
): AsyncGenerator<string, void> {
  yield CSV_BOM + csvLine([...columns]);
  for await (const rows of streamRows<AuditEntryRow>(snapshot, allAuditRows(snapshot, input))) {
    yield rows.map((row) => csvLine(columns.map((column) => cellOf(row[column])))).join('');
  }
}

function cellOf(value: AuditEntryRow[keyof AuditEntryRow]): string | number | boolean | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
