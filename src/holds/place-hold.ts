import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { HoldKind } from './input.ts';

interface HoldOrder {
  companyId: number;
  kind: HoldKind;
  /** The case number of the bank or the court. */
  reference: string;
  /** The e-mail address of the present or former person whom the case is about. Null: the whole company. */
  person: string | null;
  reason: string;
}

export type PlaceOutcome = { ok: true } | { ok: false; reason: 'nobody' | 'held-already' };

/**
 * Keeps the evidence of a company from retention until the hold is released. The same order sent again (a
 * double click) is `ok` and places nothing. Refuses with `nobody` when the person is not of the company, and
 * with `held-already` when the case has an open hold with other contents.
 */
export async function placeHold(db: Knex, context: RequestContext, input: HoldOrder): Promise<PlaceOutcome> {
  return db.transaction(async (trx) => {
    const userId = input.person === null ? null : await findPersonId(trx, input.companyId, input.person);
    if (userId === undefined) return { ok: false, reason: 'nobody' };
    const holdId = await insertHold(trx, context, { ...input, userId });
    if (holdId === undefined) return repeatOrRefuse(trx, context, { ...input, userId });
    const { companyId, kind, reference, person, reason } = input;
    await AuditLogger.log(trx, context, {
      action: 'legal_hold_placed',
      success: true,
      resourceType: 'legal_hold',
      resourceId: holdId,
      companyId,
      details: { kind, reference, about_user_id: userId, about_email: person, reason },
    });
    return { ok: true };
  });
}

async function findPersonId(
  trx: Knex.Transaction,
  companyId: number,
  email: string,
): Promise<number | undefined> {
  const row = await trx('users')
    .where({ company_id: companyId, email })
    .first<{ id: number } | undefined>('id');
  return row?.id;
}

/**
 * The id of the new hold. Undefined when uq_legal_holds_open has a hold of this case, also one that another
 * request has just placed.
 */
async function insertHold(
  trx: Knex.Transaction,
  context: RequestContext,
  input: HoldOrder & { userId: number | null },
): Promise<number | undefined> {
  const rows = await trx('legal_holds')
    .insert({
      company_id: input.companyId,
      user_id: input.userId,
      kind: input.kind,
      reference: input.reference,
      reason: input.reason,
      placed_at: context.at,
      placed_by: context.userId,
    })
    .onConflict()
    .ignore()
    .returning<{ id: number }[]>('id');
  return rows[0]?.id;
}

async function repeatOrRefuse(
  trx: Knex.Transaction,
  context: RequestContext,
  input: HoldOrder & { userId: number | null },
): Promise<PlaceOutcome> {
  const same = await trx('legal_holds')
    .where({
      company_id: input.companyId,
      user_id: input.userId,
      kind: input.kind,
      reference: input.reference,
      reason: input.reason,
      placed_by: context.userId,
    })
    .whereNull('released_at')
    .first<{ id: number } | undefined>('id');
  return same === undefined ? { ok: false, reason: 'held-already' } : { ok: true };
}
