import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS, HOUR_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { WAITING_HOURS } from '../recovery/request-recovery.ts';
import { expireFactorResets } from './end-factor-reset.ts';
import { queueFactorResetMail } from './factor-reset-mails.ts';
import { lockOwner } from './lock-owner.ts';
import { findOpenFactorReset } from './queries.ts';

/** A wish that nobody approves within these days runs out. */
export const RESET_DAYS = 7;

interface Input {
  userId: number;
  operatorId: number;
  reason: string;
  channel: string;
  identityCheck: string;
  config: Config;
}

type Refusal = 'own' | 'no-factor' | 'already' | 'no-mail';

/**
 * Notes that the second factors of a person are to end who has lost them. The person is told at once, with a
 * way to object: somebody may be talking the operator into it. Another operator approves once the waiting
 * time is over.
 */
export async function requestFactorReset(
  db: Knex,
  context: RequestContext,
  input: Input,
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  const { userId, config } = input;
  if (userId === input.operatorId) return { ok: false, reason: 'own' };
  if (config.smtpUrl === null) return { ok: false, reason: 'no-mail' };
  return db.transaction(async (trx) => {
    const person = await lockOwner(trx, userId);
    if (person.second_factor_at === null || person.deactivated_at !== null || !person.holds_email)
      return { ok: false, reason: 'no-factor' };
    await expireFactorResets(trx, context, { userId });
    if ((await findOpenFactorReset(trx, { userId, at: context.at })) !== undefined)
      return { ok: false, reason: 'already' };
    const { token, dueAt, expiresAt } = await insertReset(trx, context, input, person.company_id);
    await AuditLogger.log(trx, context, {
      action: 'factor_reset_requested',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId: person.company_id,
      details: {
        email: person.email,
        reason: input.reason,
        channel: input.channel,
        identity_check: input.identityCheck,
        due_at: dueAt.toISOString(),
        expires_at: expiresAt.toISOString(),
      },
    });
    await queueFactorResetMail(trx, context, { config, person, token, dueAt, expiresAt });
    return { ok: true };
  });
}

async function insertReset(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Input,
  companyId: number | null,
): Promise<{ token: string; dueAt: Date; expiresAt: Date }> {
  const token = newSecret();
  const dueAt = new Date(context.at.getTime() + WAITING_HOURS * HOUR_MS);
  const expiresAt = new Date(context.at.getTime() + RESET_DAYS * DAY_MS);
  await trx('factor_resets').insert({
    company_id: companyId,
    user_id: input.userId,
    requested_by: input.operatorId,
    reason: input.reason,
    channel: input.channel,
    identity_check: input.identityCheck,
    requested_at: context.at,
    due_at: dueAt,
    expires_at: expiresAt,
    objection_token_hash: hashSecret(token),
  });
  return { token, dueAt, expiresAt };
}
