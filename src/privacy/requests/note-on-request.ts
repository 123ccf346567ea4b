import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';

/** Adds an operator's note to a request. */
export async function noteOnRequest(
  db: Knex,
  context: RequestContext,
  { requestId, words }: { requestId: number; words: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    const companyId = await lockCompanyOf(trx, requestId);
    await trx('data_request_notes').insert({
      request_id: requestId,
      written_at: context.at,
      written_by: context.userId,
      words,
    });
    await AuditLogger.log(trx, context, {
      action: 'data_request_noted',
      success: true,
      resourceType: 'data_request',
      resourceId: requestId,
      companyId,
    });
  });
}

/** Writes down how the identity of the person was checked; once. `ok: false` when it had been before. */
export async function noteIdentity(
  db: Knex,
  context: RequestContext,
  { requestId, words }: { requestId: number; words: string },
): Promise<{ ok: boolean }> {
  return db.transaction(async (trx) => {
    const companyId = await lockCompanyOf(trx, requestId);
    const noted = await trx('data_requests')
      .where({ id: requestId })
      .whereNull('identity_at')
      .update({ identity_check: words, identity_by: context.userId, identity_at: context.at });
    if (noted === 0) return { ok: false };
    await AuditLogger.log(trx, context, {
      action: 'data_request_identity_checked',
      success: true,
      resourceType: 'data_request',
      resourceId: requestId,
      companyId,
    });
    return { ok: true };
  });
}

async function lockCompanyOf(trx: Knex.Transaction, requestId: number): Promise<number | null> {
  const row = await trx('data_requests')
    .where({ id: requestId })
    .forUpdate()
    .first<{ company_id: number | null } | undefined>('company_id');
  if (row === undefined) throw new NotFound();
  return row.company_id;
}
