import type { Knex } from 'knex';
import { leafType, type LeafType } from '../transparency/leaves/leaf-types.ts';
import { leafIndexOf, type ShownLog } from '../transparency/proof/find-shown-log.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';
import { auditRowsInScope, sessionsInScope, type EvidenceScope } from './scope.ts';
import { sliceAuditRows } from './slice-audit-rows.ts';

/** Adds the indices of the audit records and workspace sessions of a bundle to `shown`. */
export async function addRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope & { log: ShownLog },
  shown: IndexSet,
): Promise<void> {
  const audit = sliceAuditRows(
    snapshot,
    scope,
    (slice) => readIndices(snapshot, scope.log, leafType('audit_log'), auditRowsInScope(snapshot, slice)),
    (indices) => indices.length,
  );
  for await (const indices of audit) for (const index of indices) shown.add(index);
  const sessions = readIndices(
    snapshot,
    scope.log,
    leafType('workspace_session'),
    sessionsInScope(snapshot, scope).whereNotNull('workspace_sessions.ended_at'),
  );
  for await (const indices of sessions) for (const index of indices) shown.add(index);
}

/**
 * All in one row, as text: a number costs a tenth of what a row costs, and a slice has few enough of them.
 * Each row looks its leaf up: a join would be planned by what Postgres knows of a table that grows by the
 * second.
 */
async function* readIndices(
  snapshot: Knex.Transaction,
  log: ShownLog,
  type: LeafType,
  rows: Knex.QueryBuilder,
): AsyncGenerator<number[], void> {
  const each = rows.select(snapshot.raw('? as leaf_index', [leafIndexOf(snapshot, log, type)]));
  const found = await snapshot
    .from(each.as('each'))
    .first<{ indices: string | null }>(snapshot.raw(`string_agg(leaf_index::text, ',') as indices`));
  if (found.indices !== null) yield found.indices.split(',').map(Number);
}
