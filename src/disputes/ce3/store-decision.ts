import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { canonicalJson } from '../../transparency/leaves/canonical-json.ts';
import type { Ce3Decision } from './ce3-decision.ts';
import type { Ce3Input } from './ce3-input.ts';
import { decideCe3 } from './decide-ce3.ts';

/**
 * Decides about the history of a card for a case, and keeps the decision with all that it was made from, in
 * the caller's transaction. The same inputs are kept once. Nothing is kept where the rule does not apply.
 */
export async function storeDecision(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    dispute,
    input,
  }: { dispute: { id: number; company_id: number; user_id: number; payment_id: number }; input: Ce3Input },
): Promise<Ce3Decision> {
  const decision = decideCe3(input);
  if (decision.status === 'not_applicable') return decision;
  const { status, rule_version, code_version } = decision;
  const inputs = canonicalJson(input);
  const inputs_sha256 = hash('sha256', inputs);
  const [kept] = await trx('dispute_history_decisions')
    .insert({
      ...{ dispute_id: dispute.id, company_id: dispute.company_id, decided_at: context.at },
      ...{ status, rule_version, code_version, inputs, inputs_sha256, decision: JSON.stringify(decision) },
    })
    .onConflict(['dispute_id', 'inputs_sha256', 'code_version'])
    .ignore()
    .returning<{ id: number }[]>('id');
  if (kept === undefined) return decision;
  await AuditLogger.logOrThrow(trx, context, {
    action: 'dispute_history_decided',
    success: true,
    resourceType: 'dispute',
    resourceId: dispute.id,
    companyId: dispute.company_id,
    userId: context.userId ?? dispute.user_id,
    details: {
      payment_id: dispute.payment_id,
      outcome: status,
      rule_version,
      code_version,
      sha256: inputs_sha256,
    },
  });
  return decision;
}
