import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { findSubject } from './evidence-queries.ts';
import type { SubjectRow } from './evidence-rows.ts';
import { EVIDENCE_SCHEMA_VERSION } from './evidence-schema.ts';
import { countEvidence, type EvidenceScope } from './evidence-scope.ts';
import { inSnapshot, primed } from './stream-rows.ts';
import { writeEvidenceBundle, type Downloader } from './write-evidence-bundle.ts';

export interface EvidenceRequest {
  userId: number;
  /** Where the person must belong; null (operators) means any company. */
  companyId: number | null;
  /** Inclusive; null is open. */
  from: Date | null;
  /** Exclusive; null is open. */
  to: Date | null;
  /** Who downloads. */
  by: Downloader;
}

/** A download: its ASCII file name, and its text piece by piece. */
export interface Download {
  fileName: string;
  chunks: AsyncIterable<string>;
}

/**
 * Everything we can prove about one person, as one JSON document in the form of `evidence-schema.ts`. The download is
 * audited before its first byte, and everything in it comes from one later moment, that audit row left out. Memory does
 * not grow with the number of rows. Throws `NotFound` when there is no such person in that company.
 */
export async function exportEvidence(
  db: Knex,
  context: RequestContext,
  input: EvidenceRequest,
): Promise<Download> {
  const subject = await findSubject(db, input.userId, input.companyId);
  if (subject === undefined) throw new NotFound();
  const scope: EvidenceScope = {
    userId: subject.id,
    companyId: subject.company_id,
    from: input.from,
    to: input.to,
    download: { at: context.at, requestId: context.requestId },
  };
  await AuditLogger.log(db, context, {
    action: 'evidence_exported',
    success: true,
    resourceType: 'user',
    resourceId: subject.id,
    companyId: subject.company_id,
    details: {
      period: { from: input.from, to: input.to },
      rows: await countEvidence(db, scope),
      schema_version: EVIDENCE_SCHEMA_VERSION,
    },
  });
  const pieces = inSnapshot(db, (snapshot) =>
    writeEvidenceBundle(snapshot, context, { scope, by: input.by }),
  );
  return { fileName: fileNameOf(subject, context.at), chunks: await primed(pieces) };
}

function fileNameOf(subject: SubjectRow, at: Date): string {
  return `evidence-${subject.subdomain}-user-${String(subject.id)}-${at.toISOString().slice(0, 10)}.json`;
}
