import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';

/**
 * Keeps the evidence of a company from retention while a dispute of one of its payments is worked on. The
 * same case again places nothing. Nobody need have signed in: the link of a mail opens cases too.
 */
export async function placeCaseHold(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, disputeId, payerId }: { companyId: number; disputeId: number; payerId: number },
): Promise<void> {
  const reference = `dispute-${String(disputeId)}`;
  const [placed] = await trx('legal_holds')
    .insert({
      company_id: companyId,
      user_id: null,
      kind: 'dispute',
      reference,
      reason: REASON,
      placed_at: context.at,
      placed_by: context.userId,
      dispute_id: disputeId,
    })
    .onConflict()
    .ignore()
    .returning<{ id: number }[]>('id');
  if (placed === undefined) return;
  await AuditLogger.log(trx, context, {
    action: 'legal_hold_placed',
    success: true,
    resourceType: 'legal_hold',
    resourceId: placed.id,
    companyId,
    userId: context.userId ?? payerId,
    details: { kind: 'dispute', reference, reason: REASON },
  });
}

/** Releases the hold of a case. Nothing happens when it was released before. */
export async function releaseCaseHold(
  trx: Knex.Transaction,
  context: RequestContext,
  { disputeId, payerId, note }: { disputeId: number; payerId: number; note: string },
): Promise<void> {
  const [released] = await trx('legal_holds')
    .where({ dispute_id: disputeId })
    .whereNull('released_at')
    .update({ released_at: context.at, released_by: context.userId, release_note: note })
    .returning<{ id: number; company_id: number; reference: string }[]>(['id', 'company_id', 'reference']);
  if (released === undefined) return;
  await AuditLogger.log(trx, context, {
    action: 'legal_hold_released',
    success: true,
    resourceType: 'legal_hold',
    resourceId: released.id,
    companyId: released.company_id,
    userId: context.userId ?? payerId,
    details: { kind: 'dispute', reference: released.reference, release_note: note },
  });
}

/** In both languages, since the company's admin reads it as it is stored. */
const REASON = 'Harcama itirazı dosyası açıldı. / A payment dispute was opened.';
