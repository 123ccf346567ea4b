import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { createReset } from './password-resets.ts';

/** Whoever runs the command hands the link over at once. */
const LINK_HOURS = 1;

/**
 * Makes a link by which an operator sets a new password: once, and the only open one. No mail resets the
 * password of staff, and "this wasn't me" locks it, so the command line is their way back. The second factor
 * stays as it is.
 */
export async function makeOperatorLink(
  db: Knex,
  context: RequestContext,
  { email }: { email: string },
): Promise<{ ok: true; token: string; expiresAt: Date } | { ok: false; reason: 'unknown' | 'deactivated' }> {
  return db.transaction(async (trx) => {
    const operator = await trx('users')
      .where({ email, role: 'operator' })
      .forNoKeyUpdate()
      .first<{ id: number; deactivated_at: Date | null } | undefined>(['id', 'deactivated_at']);
    if (operator === undefined) return { ok: false, reason: 'unknown' };
    if (operator.deactivated_at !== null) return { ok: false, reason: 'deactivated' };
    const { id: userId } = operator;
    await trx('password_resets')
      .where('user_id', userId)
      .whereNull('ended_at')
      .update({ ended_at: context.at });
    const made = await createReset(trx, context, { userId, hours: LINK_HOURS, requestedBy: null });
    await AuditLogger.log(trx, context, {
      action: 'operator_reset_made',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      details: { email, expires_at: made.expiresAt.toISOString() },
    });
    return { ok: true, token: made.token, expiresAt: made.expiresAt };
  });
}
