import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import { writeRefusedAttempts } from '../audit/security/refused-attempts.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config/config.ts';
import { NotFound } from '../errors.ts';
import type { ReadDb } from '../db/read-db.ts';
import type { Download, DownloadEnd } from '../web/downloads/download.ts';
import { findSubject, type Subject } from './queries.ts';
import { EVIDENCE_SCHEMA_VERSION } from './schemas/bundle-schema.ts';
import { countBatches, countParts, countTotal, sumOf } from './count-records.ts';
import type { EvidenceCounts, EvidenceScope } from './scope.ts';
import { startProgress } from './export-progress.ts';
import type { WithheldKind } from './schemas/proof-schema.ts';
import type { EvidenceFormat } from './input.ts';
import { logSigner, type LogSigner } from '../transparency/sequence/log-signer.ts';
import { publishCompanyGuarded } from '../transparency/heads/outside/publish-company-guarded.ts';
import { readAuditRecords, readEvidence, type Downloader } from './read-evidence.ts';
import { inSnapshot, withFirstChunk } from '../db/stream-rows.ts';
import type { CsvSeparator } from './csv.ts';
import { writeAuditCsv, writeBundle, writeLines } from './write-evidence.ts';

export interface EvidenceRequest {
  userId: number;
  /** The company of the person. Null (operators) means any company. */
  companyId: number | null;
  /** Inclusive; null is open. */
  from: Date | null;
  /** Exclusive; null is open. */
  to: Date | null;
  /** The person who downloads. */
  by: Downloader;
  format?: EvidenceFormat;
  /** Fields that are left out. */
  withheld?: readonly WithheldKind[];
  /** The only workspace to tell of; absent: all. */
  workspaceId?: number;
  /** For a CSV only; a comma when it is absent. */
  separator?: CsvSeparator;
  /**
   * The token with which the page that started the download asks for its progress. Absent when no page asks.
   */
  progressToken?: string | null;
  /** Aborted when the reader has gone. Postgres then stops as well. */
  signal?: AbortSignal;
}

/**
 * `db` takes the export's writes: its audit rows and its progress. `reads` is where the exported data comes
 * from: when a replica fails before the first byte the primary takes over, and when it fails later the
 * download breaks.
 */
export interface ExportPools {
  db: Knex;
  reads: ReadDb;
}

/** The same, and whose log proves the records of the file. */
export interface EvidencePools extends ExportPools {
  config: Pick<Config, 'transparency'>;
}

/** Everything that belongs to one running export. */
interface Export {
  subject: Subject;
  scope: EvidenceScope;
  by: Downloader;
  format: EvidenceFormat;
  separator: CsvSeparator;
  signal: AbortSignal;
  /** How many records of each kind have been read so far. */
  rows: EvidenceCounts;
}

const contentTypes: Record<EvidenceFormat, string> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/**
 * Everything that can be proved about one person: as one JSON document (`bundle-schema.ts`), as lines of JSON
 * (`line-schema.ts`), or its audit rows as CSV. Throws `NotFound` when there is no such person in that
 * company.
 *
 * 1. The download is audited before its first byte and again when it has ended.
 * 2. Everything in the file comes from one moment in between; the two audit rows are left out.
 * 3. Neither memory nor the wait for the first byte grows with the number of rows.
 */
export async function exportEvidence(
  { db, reads, config }: EvidencePools,
  context: RequestContext,
  input: EvidenceRequest,
): Promise<Download> {
  const subject = await findSubject(db, input.userId, input.companyId);
  if (subject === undefined) throw new NotFound();
  const running = toExport(context, input, subject);
  await writeRefusedAttempts(db, context, { userId: subject.user.id });
  await publishCompanyGuarded(db, context, { config, companyId: subject.company.id });
  const signer = logSigner(config);
  await auditStart(db, context, running);
  const progress = await startProgress(db, context, {
    userId: input.by.id,
    token: input.progressToken ?? null,
    rowsDone: () => sumOf(running.rows),
  });
  const ended = new AbortController();
  const finish = async (endContext: RequestContext, end: DownloadEnd): Promise<void> => {
    ended.abort();
    await progress.end(end.success);
    await auditEnd(db, endContext, running, end);
  };
  try {
    const chunks = await reads.read('export', (pool) =>
      withFirstChunk(
        readChunks(pool, context, { ...running, signer }, () => {
          progress.count(() => countTotal(pool, running, ended.signal));
        }),
      ),
    );
    return {
      fileName: fileNameOf(running, context.at),
      contentType: contentTypes[running.format],
      chunks,
      finish,
    };
  } catch (error) {
    const reason = running.signal.aborted ? 'reader-gone' : 'failed';
    await finish(context, { success: false, reason, bytes: 0, seconds: 0 });
    throw error;
  }
}

function toExport(context: RequestContext, input: EvidenceRequest, subject: Subject): Export {
  return {
    subject,
    scope: {
      userId: subject.user.id,
      companyId: subject.company.id,
      from: input.from,
      to: input.to,
      withheld: input.withheld ?? [],
      ...(input.workspaceId === undefined ? {} : { workspaceId: input.workspaceId }),
      download: { at: context.at, requestId: context.requestId },
    },
    by: input.by,
    format: input.format ?? 'json',
    separator: input.separator ?? 'comma',
    signal: input.signal ?? new AbortController().signal,
    rows: { audit_logs: 0, workspace_sessions: 0, payments: 0, invoices: 0 },
  };
}

function readChunks(
  reads: Knex,
  context: RequestContext,
  { subject, scope, by, format, separator, signal, rows, signer }: Export & { signer: LogSigner },
  onFirstList: () => void,
): AsyncGenerator<string | Buffer, void> {
  return inSnapshot<string | Buffer>(reads, signal, (snapshot) => {
    if (format === 'csv') {
      const records = countBatches(readAuditRecords(snapshot, scope), rows, onFirstList);
      return writeAuditCsv(records, subject.user, separator);
    }
    const parts = countParts(
      readEvidence(snapshot, context, { scope, by, form: format, signer }),
      rows,
      onFirstList,
    );
    return format === 'ndjson' ? writeLines(parts) : writeBundle(parts);
  });
}

async function auditStart(db: Knex, context: RequestContext, { scope, format }: Export): Promise<void> {
  await AuditLogger.log(db, context, {
    action: 'evidence_exported',
    success: true,
    resourceType: 'user',
    resourceId: scope.userId,
    companyId: scope.companyId,
    details: {
      period: { from: scope.from, to: scope.to },
      ...(scope.withheld?.length ? { withheld: scope.withheld } : {}),
      ...(scope.workspaceId === undefined ? {} : { workspace_id: scope.workspaceId }),
      format,
      schema_version: EVIDENCE_SCHEMA_VERSION,
    },
  });
}

async function auditEnd(
  db: Knex,
  context: RequestContext,
  { scope, format, rows }: Export,
  end: DownloadEnd,
): Promise<void> {
  await AuditLogger.log(db, context, {
    action: 'evidence_export_finished',
    success: end.success,
    resourceType: 'user',
    resourceId: scope.userId,
    companyId: scope.companyId,
    details: { format, rows, bytes: end.bytes, seconds: end.seconds },
    ...(end.success ? {} : { errorMessage: end.reason }),
  });
}

function fileNameOf({ subject, format }: Export, at: Date): string {
  return `evidence-${subject.company.subdomain}-user-${String(subject.user.id)}-${at.toISOString().slice(0, 10)}.${format}`;
}
