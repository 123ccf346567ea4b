import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { lockCompany } from '../company-lock.ts';
import { findResetPerson } from '../password/password-resets.ts';
import { sendResetLink } from '../password/send-reset-link.ts';
import { listDueRecoveries, type Recovery } from './queries.ts';
import { isSoleAdmin } from './request-recovery.ts';

/**
 * Sends the links whose waiting time is over and to which nobody objected. A wish that fits no longer, since
 * another admin is there or the person has left, ends. Several processes may run this at once. Returns a
 * summary.
 */
export async function sendDueRecoveries(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ mailed: number; notMailed: number }> {
  let sent = 0;
  const due = await listDueRecoveries(db, context.at);
  for (const recovery of due)
    if (await db.transaction((trx) => sendOne(trx, context, { config, recovery }))) sent += 1;
  return { mailed: sent, notMailed: due.length - sent };
}

async function sendOne(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, recovery }: { config: Config; recovery: Recovery },
): Promise<boolean> {
  const { company_id: companyId, user_id: userId, requested_by: requestedBy } = recovery;
  await lockCompany(trx, companyId);
  const waiting = trx('recovery_requests').where({
    id: recovery.id,
    sent_at: null,
    cancelled_at: null,
    objected_at: null,
  });
  if ((await waiting.clone().forUpdate().first<{ id: number } | undefined>('id')) === undefined) return false;
  const person = await findResetPerson(trx, { companyId, userId });
  if (person === undefined || !(await isSoleAdmin(trx, companyId, person))) {
    await waiting.clone().update({ cancelled_at: context.at });
    await AuditLogger.log(trx, context, {
      action: 'recovery_cancelled',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: { requested_at: recovery.requested_at.toISOString() },
    });
    return false;
  }
  // With enough links for today, or no mail server, the wish waits for a later run.
  const outcome = await sendResetLink(trx, context, {
    ...{ companyId, userId, config, requestedBy },
    isRecovery: true,
  });
  if (!outcome.ok) return false;
  await waiting.clone().update({ sent_at: context.at });
  return true;
}
