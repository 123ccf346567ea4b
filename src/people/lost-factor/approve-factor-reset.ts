import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { endFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { queueFactorMail } from '../../auth/factors/factor-mails.ts';
import type { Config } from '../../config/config.ts';
import { endAccess } from '../end-access.ts';
import { lockOwner } from './lock-owner.ts';
import { findOpenFactorReset, type FactorReset } from './queries.ts';

type Refusal = 'none' | 'same-person' | 'too-early';

/**
 * Ends the second factors of a person who has lost them, with the recovery codes, the remembered browsers and
 * every sign-in. Another operator than the one who asked approves, and after the waiting time; the database
 * refuses everything else as well.
 */
export async function approveFactorReset(
  db: Knex,
  context: RequestContext,
  input: { userId: number; operatorId: number; config: Config },
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  const { userId, operatorId, config } = input;
  return db.transaction(async (trx) => {
    await lockOwner(trx, userId);
    const open = await findOpenFactorReset(trx, { userId, at: context.at });
    if (open === undefined) return { ok: false, reason: 'none' };
    const refusal = refusalOf(open, operatorId, context.at);
    if (refusal !== null) {
      await logApproval(trx, context, open, { refusal });
      return { ok: false, reason: refusal };
    }
    const approved = await trx('factor_resets')
      .where({ id: open.id, approved_at: null, cancelled_at: null, objected_at: null, expired_at: null })
      .update({ approved_at: context.at, approved_by: operatorId });
    // An objection does not wait for the lock on the person, and may have been first.
    if (approved === 0) return { ok: false, reason: 'none' };
    const { ended } = await endFactors(trx, { userId, since: null });
    const companyId = open.company_id;
    const { browser_sessions_ended } = await endAccess(trx, context, { userId, companyId, reason: null });
    await logApproval(trx, context, open, { factors_ended: ended.length, browser_sessions_ended });
    await queueFactorMail(trx, context, { config, userId, event: 'allEnded' });
    return { ok: true };
  });
}

function refusalOf(open: FactorReset, operatorId: number, at: Date): 'same-person' | 'too-early' | null {
  if (operatorId === open.requested_by || operatorId === open.user_id) return 'same-person';
  return at < open.due_at ? 'too-early' : null;
}

async function logApproval(
  trx: Knex.Transaction,
  context: RequestContext,
  open: FactorReset,
  { refusal, ...ended }: { refusal?: 'same-person' | 'too-early' } & Record<string, unknown>,
): Promise<void> {
  await AuditLogger.log(trx, context, {
    action: 'factor_reset_approved',
    success: refusal === undefined,
    ...(refusal === undefined ? {} : { errorMessage: refusal }),
    resourceType: 'user',
    resourceId: open.user_id,
    companyId: open.company_id,
    details: {
      requested_at: open.requested_at.toISOString(),
      requested_by: open.requested_by,
      reason: open.reason,
      channel: open.channel,
      identity_check: open.identity_check,
      ...ended,
    },
  });
}
