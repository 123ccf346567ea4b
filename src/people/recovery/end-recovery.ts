import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { hashSecret } from '../../secret-token.ts';
import { findOpenRecovery, findRecoveryByToken, type Recovery } from './queries.ts';

/** Withdraws an operator's wish to send a link. False when none waits. */
export async function cancelRecovery(
  db: Knex,
  context: RequestContext,
  { companyId, userId }: { companyId: number; userId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const open = await findOpenRecovery(trx, { companyId, userId });
    if (open === undefined) return false;
    const ended = await endIt(trx, open, { cancelled_at: context.at, cancelled_by: context.userId });
    if (!ended) return false;
    await logEnd(trx, context, open, 'recovery_cancelled');
    return true;
  });
}

/** Looks at the link by which a person objects, and changes nothing. */
export async function openObjection(
  db: Knex,
  token: string,
): Promise<{ state: 'open'; recovery: Recovery } | { state: 'over' | 'unknown' }> {
  const recovery = await findRecoveryByToken(db, hashSecret(token));
  if (recovery === undefined) return { state: 'unknown' };
  const isOpen = recovery.sent_at === null && recovery.cancelled_at === null && recovery.objected_at === null;
  return isOpen ? { state: 'open', recovery } : { state: 'over' };
}

/** Objects, by the link of the mail: no link for a new password is sent. */
export async function objectToRecovery(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<{ ok: true } | { ok: false; reason: 'over' | 'unknown' }> {
  return db.transaction(async (trx) => {
    const opened = await openObjection(trx, token);
    if (opened.state !== 'open') return { ok: false, reason: opened.state };
    const ended = await endIt(trx, opened.recovery, {
      objected_at: context.at,
      objection_ip: context.ip,
      objection_user_agent: keptUserAgent(context),
    });
    if (!ended) return { ok: false, reason: 'over' };
    await logEnd(trx, { ...context, actorType: 'anonymous' }, opened.recovery, 'recovery_objected');
    return { ok: true };
  });
}

/** False when another request was first. */
async function endIt(
  trx: Knex.Transaction,
  { id }: Recovery,
  end: Record<string, unknown>,
): Promise<boolean> {
  const ended = await trx('recovery_requests')
    .where('id', id)
    .whereNull('sent_at')
    .whereNull('cancelled_at')
    .whereNull('objected_at')
    .update(end);
  return ended === 1;
}

async function logEnd(
  trx: Knex.Transaction,
  context: RequestContext,
  recovery: Recovery,
  action: 'recovery_cancelled' | 'recovery_objected',
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action,
    success: true,
    resourceType: 'user',
    resourceId: recovery.user_id,
    companyId: recovery.company_id,
    details: { requested_at: recovery.requested_at.toISOString() },
  });
}
