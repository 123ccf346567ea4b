import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { caseEntry } from './case-entry.ts';
import type { CaseFacts, CaseRow } from '../case-row.ts';

/**
 * Writes what is newly known of a locked case, and the audit row with each fact before and after. Nothing is
 * written, and the answer is false, when nothing changes. A reference is given once.
 */
export async function learnFacts(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    dispute,
    facts,
    reference = null,
  }: { dispute: CaseRow; facts: Partial<CaseFacts>; reference?: string | null },
): Promise<boolean> {
  const told = {
    ...facts,
    ...(reference !== null && dispute.reference === null ? { reference } : {}),
  };
  const changed = Object.entries(told).filter(
    ([name, value]) => asText(value) !== asText(dispute[name as keyof CaseRow]),
  );
  if (changed.length === 0) return false;
  await trx('disputes')
    .where({ id: dispute.id })
    .update(Object.fromEntries(changed) as Partial<CaseRow>);
  await AuditLogger.logOrThrow(
    trx,
    context,
    caseEntry(context, {
      action: 'dispute_changed',
      dispute: { ...dispute, reference: dispute.reference ?? reference },
      details: {
        changed: changed.map(([name, value]) => ({
          fact: name,
          before: dispute[name as keyof CaseRow],
          after: value,
        })),
      },
    }),
  );
  return true;
}

function asText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : JSON.stringify(value ?? null);
}
