import type { Knex } from 'knex';
import type { Ce3Decision } from './ce3-decision.ts';

/** A decision as it was stored. */
export interface StoredDecision {
  id: number;
  decided_at: Date;
  status: string;
  rule_version: string;
  code_version: string;
  inputs: unknown;
  inputs_sha256: string;
  decision: Ce3Decision;
}

/** The decisions for a case of a company or, for operators, of any (null), newest first. */
export async function listDecisions(
  db: Knex,
  { companyId, disputeId }: { companyId: number | null; disputeId: number },
): Promise<StoredDecision[]> {
  const query = db('dispute_history_decisions')
    .where('dispute_history_decisions.dispute_id', disputeId)
    .orderBy('dispute_history_decisions.id', 'desc');
  if (companyId !== null) void query.where('dispute_history_decisions.company_id', companyId);
  return query.select<StoredDecision[]>([
    'dispute_history_decisions.id',
    'dispute_history_decisions.decided_at',
    'dispute_history_decisions.status',
    'dispute_history_decisions.rule_version',
    'dispute_history_decisions.code_version',
    'dispute_history_decisions.inputs',
    'dispute_history_decisions.inputs_sha256',
    'dispute_history_decisions.decision',
  ]);
}
