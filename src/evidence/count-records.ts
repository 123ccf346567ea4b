import type { Knex } from 'knex';
import type { AuditRecord } from '../audit/audit-record.ts';
import { inSnapshot } from '../db/stream-rows.ts';
import type { EvidenceFormat } from './input.ts';
import type { EvidencePart } from './read-evidence.ts';
import { countEvidence, type EvidenceCounts, type EvidenceScope } from './scope.ts';

/**
 * Counts the pieces that pass. The lists are queried only after the first piece of the file has been sent.
 */
export async function* countParts(
  parts: AsyncIterable<EvidencePart>,
  rows: EvidenceCounts,
  onFirstList: () => void,
): AsyncGenerator<EvidencePart, void> {
  let isFirstList = true;
  for await (const part of parts) {
    if (part.part === 'list' && isFirstList) {
      isFirstList = false;
      onFirstList();
    } else if (part.part === 'records') {
      rows[part.list] += part.records;
    }
    yield part;
  }
}

/** The same for audit records alone, in batches. */
export async function* countBatches(
  batches: AsyncIterable<AuditRecord[]>,
  rows: EvidenceCounts,
  onStart: () => void,
): AsyncGenerator<AuditRecord[], void> {
  onStart();
  for await (const records of batches) {
    rows.audit_logs += records.length;
    yield records;
  }
}

/**
 * How many records the file will hold. Runs on a connection of its own beside the stream, and is stopped when
 * the download ends first.
 */
export async function countTotal(
  reads: Knex,
  { scope, format, signal }: { scope: EvidenceScope; format: EvidenceFormat; signal: AbortSignal },
  ended: AbortSignal,
): Promise<number> {
  const counting = inSnapshot(reads, AbortSignal.any([signal, ended]), async function* (snapshot) {
    yield await countEvidence(snapshot, scope);
  });
  for await (const counts of counting) return format === 'csv' ? counts.audit_logs : sumOf(counts);
  return 0;
}

/** Records of all kinds. */
export function sumOf(rows: EvidenceCounts): number {
  return rows.audit_logs + rows.workspace_sessions + rows.payments + rows.invoices;
}
