import { Readable } from 'node:stream';
import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { CSV_BOM, csvLine, type CsvSeparator, type CsvValue } from '../../evidence/csv.ts';
import type { CompanyRow } from '../../people/queries.ts';
import type { Download, DownloadEnd } from '../../web/downloads/download.ts';
import type { Month } from '../../month.ts';
import { loadUsage, type CompanyUsage } from './load-usage.ts';

/** `kind` says whether a line is about a day, a person, a workspace or the whole month. */
const COLUMNS = ['kind', 'id', 'name', 'connected_seconds', 'active_seconds', 'session_count'];

/**
 * The use of a company in a month as CSV for a spreadsheet: UTF-8 with a byte order mark. The file names
 * people with their hours, so its download is audited before its first byte and when it has ended.
 */
export async function exportUsage(
  db: Knex,
  context: RequestContext,
  input: { company: CompanyRow; month: Month; separator: CsvSeparator },
): Promise<Download> {
  const { company, month, separator } = input;
  const entry = { resourceType: 'company', resourceId: company.id, companyId: company.id } as const;
  const usage = await loadUsage(db, { companyId: company.id, month, at: context.at });
  const lines = toCells(usage);
  await AuditLogger.log(db, context, {
    ...entry,
    action: 'usage_exported',
    success: true,
    details: { month: month.month },
  });
  const finish = async (endContext: RequestContext, end: DownloadEnd): Promise<void> => {
    await AuditLogger.log(db, endContext, {
      ...entry,
      action: 'usage_export_finished',
      success: end.success,
      details: { month: month.month, rows: lines.length, bytes: end.bytes, seconds: end.seconds },
      ...(end.success ? {} : { errorMessage: end.reason }),
    });
  };
  return {
    fileName: `usage-${company.subdomain}-${month.month}.csv`,
    contentType: 'text/csv; charset=utf-8',
    chunks: Readable.from([CSV_BOM + [COLUMNS, ...lines].map((cells) => csvLine(cells, separator)).join('')]),
    finish,
  };
}

function toCells({ days, people, workspaces, total }: CompanyUsage): CsvValue[][] {
  const cells = (kind: string, id: CsvValue, name: CsvValue, use: CompanyUsage['total']): CsvValue[] => [
    kind,
    id,
    name,
    use.connected_seconds,
    use.active_seconds,
    use.sessions,
  ];
  return [
    ...days.map((row) => cells('day', null, row.day, row)),
    ...people.map((row) => cells('person', row.id, row.name, row)),
    ...workspaces.map((row) => cells('workspace', row.id, row.name, row)),
    cells('total', null, null, total),
  ];
}
