import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { isLastAdmin, lockMember } from './company-lock.ts';
import { endAccess } from './end-access.ts';

/**
 * Ends a person's access at once: browser sessions, access tokens, SSH keys, open workspace sessions and the
 * membership. All evidence about the person stays. The last active admin cannot be removed. Throws `NotFound`
 * for a person of another company.
 */
export async function deactivateUser(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; userId: number },
): Promise<{ ok: true } | { ok: false; reason: 'last-admin' | 'already' }> {
  const { companyId, userId } = input;
  return db.transaction(async (trx) => {
    const member = await lockMember(trx, input);
    if (member.deactivated_at !== null) return { ok: false, reason: 'already' };
    if (await isLastAdmin(trx, companyId, member)) return { ok: false, reason: 'last-admin' };
    await endMembership(trx, context, input);
    const ended = await endAccess(trx, context, { ...input, reason: 'deactivated' });
    await AuditLogger.log(trx, context, {
      action: 'user_deactivated',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: {
        email: member.email,
        role: member.role,
        ...ended,
      },
    });
    return { ok: true };
  });
}

async function endMembership(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, userId }: { companyId: number; userId: number },
): Promise<void> {
  await trx('users').where({ company_id: companyId, id: userId }).update({ deactivated_at: context.at });
  await trx('membership_periods')
    .where({ user_id: userId, company_id: companyId })
    .whereNull('ended_at')
    // A request that waited for the lock may carry an earlier time than the change it waited for.
    .update({ ended_at: trx.raw('greatest(started_at, ?::timestamptz)', [context.at]) });
}
