import type { Knex } from 'knex';
import { detailsAreMasked } from './masks.ts';
import { auditRowsInScope, type EvidenceScope } from './scope.ts';

/**
 * Numbers of the audit records that the bundle has only in part, or whose salts another's key makes. All in
 * one row, as text: a number costs a tenth of what a row costs.
 */
export async function listPartialRows(snapshot: Knex.Transaction, scope: EvidenceScope): Promise<number[]> {
  const found = await auditRowsInScope(snapshot, scope)
    .whereRaw('(audit_logs.user_id is distinct from ? or ?)', [
      scope.userId,
      detailsAreMasked(snapshot, 'audit_logs', scope),
    ])
    .first<{ ids: string | null }>(snapshot.raw(`string_agg(audit_logs.id::text, ',') as ids`));
  return found.ids === null ? [] : found.ids.split(',').map(Number);
}
