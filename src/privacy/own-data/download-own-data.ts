import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { writeRefusedAttempts } from '../../audit/security/refused-attempts.ts';
import { inSnapshot, withFirstChunk } from '../../db/stream-rows.ts';
import type { ExportPools } from '../../evidence/export-evidence.ts';
import type { EvidenceScope } from '../../evidence/scope.ts';
import type { Download, DownloadEnd } from '../../web/downloads/download.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { writeOwnDataJson } from './own-data-json.ts';
import { writeOwnDataPdf } from './own-data-pdf.ts';
import type { DataSubject } from './own-records.ts';

/** The forms of a person's own copy: for programs, and for reading. */
export const ownDataForms = ['json', 'pdf'] as const;
type OwnDataForm = (typeof ownDataForms)[number];

interface OwnDataRequest {
  subject: DataSubject;
  form: OwnDataForm;
  locale: Locale;
  /** The seller, who is the controller. */
  controller: { name: string; address: string; email: string };
  signal: AbortSignal;
}

/**
 * Everything the company and the platform hold about the person who asks (KVKK art. 11, GDPR arts. 15 and
 * 20). Nothing in it is about anybody else. The download is audited before its first byte and when it ends.
 */
export async function downloadOwnData(
  { db, reads }: ExportPools,
  context: RequestContext,
  input: OwnDataRequest,
): Promise<Download> {
  const { subject, form, signal } = input;
  await writeRefusedAttempts(db, context, { userId: subject.id });
  const audit = { resourceType: 'user', resourceId: subject.id, companyId: subject.companyId };
  await AuditLogger.log(db, context, {
    ...audit,
    action: 'own_data_exported',
    success: true,
    details: { format: form },
  });
  const finish = async (endContext: RequestContext, end: DownloadEnd): Promise<void> => {
    await AuditLogger.log(db, endContext, {
      ...audit,
      action: 'own_data_export_finished',
      success: end.success,
      details: { format: form, bytes: end.bytes, seconds: end.seconds },
      ...(end.success ? {} : { errorMessage: end.reason }),
    });
  };
  try {
    const chunks = await reads.read('export', (pool) =>
      withFirstChunk(
        inSnapshot<string | Buffer>(pool, signal, (snapshot) => {
          const parts = { ...input, scope: toScope(context, subject), format: formatFor(input.locale) };
          return form === 'json'
            ? writeOwnDataJson(snapshot, subject, parts)
            : writeOwnDataPdf(snapshot, subject, { ...parts, at: context.at });
        }),
      ),
    );
    return { fileName: fileNameOf(form, context.at), contentType: contentTypes[form], chunks, finish };
  } catch (error) {
    const reason = signal.aborted ? 'reader-gone' : 'failed';
    await finish(context, { success: false, reason, bytes: 0, seconds: 0 });
    throw error;
  }
}

const contentTypes: Record<OwnDataForm, string> = {
  json: 'application/json; charset=utf-8',
  pdf: 'application/pdf',
};

function toScope(context: RequestContext, subject: DataSubject): EvidenceScope | null {
  if (subject.companyId === null) return null;
  return {
    userId: subject.id,
    companyId: subject.companyId,
    from: null,
    to: null,
    isOwnCopy: true,
    download: { at: context.at, requestId: context.requestId },
  };
}

function fileNameOf(form: OwnDataForm, at: Date): string {
  return `my-data-${at.toISOString().slice(0, 10)}.${form}`;
}
