import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import type { HoldKind } from './input.ts';

interface LockedHold {
  kind: HoldKind;
  reference: string;
  user_id: number | null;
  placed_at: Date;
  released_at: Date | null;
}

/**
 * Releases a hold for good. Retention may then remove old rows, unless another hold of the company is open;
 * the row of the hold stays. `ok: false` when it was released before. Throws `NotFound` for a hold of another
 * company.
 */
export async function releaseHold(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; holdId: number; note: string },
): Promise<{ ok: boolean }> {
  const { companyId, holdId, note } = input;
  return db.transaction(async (trx) => {
    const hold = await trx('legal_holds')
      .where({ company_id: companyId, id: holdId })
      .forUpdate()
      .first<LockedHold | undefined>(['kind', 'reference', 'user_id', 'placed_at', 'released_at']);
    if (hold === undefined) throw new NotFound();
    if (hold.released_at !== null) return { ok: false };
    await trx('legal_holds')
      .where({ company_id: companyId, id: holdId })
      .update({ released_at: context.at, released_by: context.userId, release_note: note });
    await AuditLogger.log(trx, context, {
      action: 'legal_hold_released',
      success: true,
      resourceType: 'legal_hold',
      resourceId: holdId,
      companyId,
      details: {
        kind: hold.kind,
        reference: hold.reference,
        about_user_id: hold.user_id,
        placed_at: hold.placed_at,
        release_note: note,
      },
    });
    return { ok: true };
  });
}
