import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Download, DownloadEnd } from '../../web/downloads/download.ts';
import { readPackageBytes, type DisputePackage } from './queries.ts';
import { subjectOf } from './store-package.ts';

/**
 * A package as it was made, byte for byte, or the PDF in it. The download is audited before its first byte
 * and when it has ended.
 */
export async function downloadPackage(
  db: Knex,
  context: RequestContext,
  { made, format }: { made: DisputePackage; format: 'zip' | 'pdf' },
): Promise<Download> {
  const entry = {
    ...subjectOf(made),
    companyId: made.company_id,
    details: { package_id: made.id, name: made.name, format, sha256: made[`${format}_sha256`] },
  };
  await AuditLogger.log(db, context, { ...entry, action: 'dispute_package_downloaded', success: true });
  const part =
    format === 'zip' ? { from: 0, bytes: made.zip_bytes } : { from: made.pdf_at, bytes: made.pdf_bytes };
  return {
    fileName: `${made.name}.${format}`,
    contentType: format === 'zip' ? 'application/zip' : 'application/pdf',
    chunks: readPackageBytes(db, made, part),
    finish: async (endContext: RequestContext, end: DownloadEnd) => {
      await AuditLogger.log(db, endContext, {
        ...entry,
        action: 'dispute_package_download_finished',
        success: end.success,
        details: { ...entry.details, bytes: end.bytes, seconds: end.seconds },
        ...(end.success ? {} : { errorMessage: end.reason }),
      });
    },
  };
}
