import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockCase } from '../lock-case.ts';
import { canWithdraw, type Exhibit } from './exhibit.ts';

/**
 * Withdraws an exhibit: no package made later has it, but it stays stored, with the reason. Refuses one that
 * is withdrawn already, and one whose round is fixed or sent: what a bank may have stays as it is.
 */
export async function withdrawExhibit(
  db: Knex,
  context: RequestContext,
  { disputeId, exhibitId, reason }: { disputeId: number; exhibitId: number; reason: string },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    const exhibit = await trx('dispute_exhibits')
      .where({ id: exhibitId, dispute_id: dispute.id })
      .first<Pick<Exhibit, 'round' | 'withdrawn_at' | 'kind' | 'sha256'> | undefined>([
        'round',
        'withdrawn_at',
        'kind',
        'sha256',
      ]);
    if (exhibit === undefined || !canWithdraw(exhibit, dispute)) return false;
    await trx('dispute_exhibits')
      .where('id', exhibitId)
      .update({ withdrawn_at: context.at, withdrawn_by: context.userId, withdrawn_reason: reason });
    await AuditLogger.logOrThrow(trx, context, {
      action: 'dispute_exhibit_withdrawn',
      success: true,
      resourceType: 'dispute',
      resourceId: dispute.id,
      companyId: dispute.company_id,
      details: {
        exhibit_id: exhibitId,
        payment_id: dispute.payment_id,
        ...{ kind: exhibit.kind, sha256: exhibit.sha256, reason },
      },
    });
    return true;
  });
}
