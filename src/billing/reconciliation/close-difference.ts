import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { DifferenceKind } from './differences.ts';

/**
 * An operator explains a difference, which then waits for nobody. False when it was explained already or is
 * gone. While the difference lasts it stays explained.
 */
export async function closeDifference(
  db: Knex,
  context: RequestContext,
  input: { differenceId: number; operatorId: number; note: string },
): Promise<boolean> {
  const { differenceId, operatorId, note } = input;
  return db.transaction(async (trx) => {
    const [closed] = await trx('finance_differences')
      .where('id', differenceId)
      .whereNull('closed_at')
      .whereNull('gone_at')
      .update({ closed_at: context.at, closed_by: operatorId, note })
      .returning<{ kind: DifferenceKind; about: string; company_id: number | null }[]>([
        'kind',
        'about',
        'company_id',
      ]);
    if (closed === undefined) return false;
    const { kind, about, company_id } = closed;
    await AuditLogger.log(trx, context, {
      action: 'finance_difference_closed',
      success: true,
      resourceType: 'finance_difference',
      resourceId: differenceId,
      companyId: company_id,
      details: { difference_kind: kind, about, note },
    });
    return true;
  });
}
