import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { countActiveMembers } from '../queries.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { NotFound } from '../../errors.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { lockCompany } from '../company-lock.ts';
import { findResetPerson } from '../password/password-resets.ts';
import { findOpenRecovery } from './queries.ts';
import { queueRecoveryMail } from './recovery-mails.ts';

/** The time in which the person can object, in hours. */
export const WAITING_HOURS = 24;

type RecoveryRefusal = 'not-sole-admin' | 'already' | 'no-mail';

/**
 * Notes that an operator is to send the only admin of a company a link that sets a new password, once the
 * waiting time is over. The person is told at once, with a way to object: somebody may be talking the
 * operator into it. Where another admin is left, that one sends the link. Throws `NotFound` for a person of
 * another company.
 */
export async function requestRecovery(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; userId: number; operatorId: number; reason: string; config: Config },
): Promise<{ ok: true; dueAt: Date } | { ok: false; reason: RecoveryRefusal }> {
  const { companyId, userId, config } = input;
  if (config.smtpUrl === null) return { ok: false, reason: 'no-mail' };
  return db.transaction(async (trx) => {
    await lockCompany(trx, companyId);
    const person = await findResetPerson(trx, { companyId, userId });
    if (person === undefined) throw new NotFound();
    if (!(await isSoleAdmin(trx, companyId, person))) return { ok: false, reason: 'not-sole-admin' };
    if ((await findOpenRecovery(trx, { companyId, userId })) !== undefined)
      return { ok: false, reason: 'already' };
    const token = newSecret();
    const dueAt = new Date(context.at.getTime() + WAITING_HOURS * HOUR_MS);
    const [row] = await trx('recovery_requests')
      .insert({
        company_id: companyId,
        user_id: userId,
        requested_by: input.operatorId,
        reason: input.reason,
        requested_at: context.at,
        due_at: dueAt,
        objection_token_hash: hashSecret(token),
      })
      .returning<{ id: number }[]>('id');
    if (row === undefined) throw new Error('Bug! An insert returned no row');
    await AuditLogger.log(trx, context, {
      action: 'recovery_requested',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: { email: person.email, reason: input.reason, due_at: dueAt.toISOString() },
    });
    await queueRecoveryMail(trx, context, { config, person, recoveryId: row.id, token, dueAt });
    return { ok: true, dueAt };
  });
}

/** True for the only active admin of a company. */
export async function isSoleAdmin(
  trx: Knex.Transaction,
  companyId: number,
  person: { role: string; deactivated_at: Date | null; holds_email: boolean },
): Promise<boolean> {
  if (person.role !== 'admin' || person.deactivated_at !== null || !person.holds_email) return false;
  return (await countActiveMembers(trx, companyId, 'admin')) === 1;
}
