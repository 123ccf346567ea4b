import type { Knex } from 'knex';
import { leafType } from '../transparency/leaves/leaf-types.ts';
import { leafIndexOf, type ShownLog } from '../transparency/proof/find-shown-log.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';
import { detailsAreMasked } from './masks.ts';
import { auditRowsInScope, sessionsInScope, type EvidenceScope } from './scope.ts';
import { sliceAuditRows } from './slice-audit-rows.ts';

type Scope = EvidenceScope & { log: ShownLog };

/** Lists of numbers as text: a number costs a tenth of what a row costs. */
interface Found {
  indices: string | null;
  ids: string | null;
}

/**
 * Adds the indices of the audit records and workspace sessions of a bundle to `shown`. Returns the numbers of
 * the audit records that the bundle has only in part, or whose salts are another's.
 */
export async function addRecords(
  snapshot: Knex.Transaction,
  scope: Scope,
  shown: IndexSet,
): Promise<number[]> {
  const partial: number[] = [];
  const audit = sliceAuditRows(
    snapshot,
    scope,
    (slice) => readAudit(snapshot, scope, slice),
    ({ indices }) => indices.length,
  );
  for await (const { indices, ids } of audit) {
    for (const index of indices) shown.add(index);
    partial.push(...ids);
  }
  const sessions = sessionsInScope(snapshot, scope)
    .whereNotNull('workspace_sessions.ended_at')
    .select(
      snapshot.raw('? as leaf_index', [leafIndexOf(snapshot, scope.log, leafType('workspace_session'))]),
    );
  const found = await snapshot
    .from(sessions.as('each'))
    .first<Found>(snapshot.raw(`string_agg(leaf_index::text, ',') as indices`));
  for (const index of numbers(found.indices)) shown.add(index);
  return partial;
}

/**
 * Each row looks its leaf up: Postgres knows too little of a table that grows by the second to plan a join.
 */
async function* readAudit(
  snapshot: Knex.Transaction,
  scope: Scope,
  slice: EvidenceScope,
): AsyncGenerator<{ indices: number[]; ids: number[] }, void> {
  const each = auditRowsInScope(snapshot, slice).select([
    'audit_logs.id',
    snapshot.raw('? as leaf_index', [leafIndexOf(snapshot, scope.log, leafType('audit_log'))]),
    snapshot.raw('(audit_logs.user_id is distinct from ? or ?) as is_partial', [
      scope.userId,
      detailsAreMasked(snapshot, 'audit_logs', scope),
    ]),
  ]);
  const found = await snapshot
    .from(each.as('each'))
    .first<Found>(
      snapshot.raw(
        `string_agg(leaf_index::text, ',') as indices, string_agg(id::text, ',') filter (where is_partial) as ids`,
      ),
    );
  yield { indices: numbers(found.indices), ids: numbers(found.ids) };
}

function numbers(list: string | null): number[] {
  return list === null ? [] : list.split(',').map(Number);
}
