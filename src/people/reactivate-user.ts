import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { endBrowserSessions } from '../auth/browser-sessions/end-browser-sessions.ts';
import { hasRoom, lockMember } from './company-lock.ts';
import { countActiveMembers, countOpenInvitations } from './queries.ts';

/**
 * Gives a deactivated person access again, with a new period of membership and a new sign-in. Refused when
 * the plan has no place left. Throws `NotFound` for a person of another company.
 */
export async function reactivateUser(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; userId: number },
): Promise<{ ok: true } | { ok: false; reason: 'member-limit' | 'already' }> {
  const { companyId, userId } = input;
  return db.transaction(async (trx) => {
    const member = await lockMember(trx, input);
    if (member.deactivated_at === null) return { ok: false, reason: 'already' };
    const members = await countActiveMembers(trx, companyId);
    const places = members + (await countOpenInvitations(trx, companyId, context.at));
    if (!(await hasRoom(trx, context, { companyId, places }))) return { ok: false, reason: 'member-limit' };
    await trx('users').where({ company_id: companyId, id: userId }).update({ deactivated_at: null });
    await trx('membership_periods').insert({
      user_id: userId,
      company_id: companyId,
      started_at: context.at,
    });
    // A session that was just being made when the person was deactivated must not come back to life.
    await endBrowserSessions(trx, userId);
    await AuditLogger.log(trx, context, {
      action: 'user_reactivated',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: { email: member.email, role: member.role },
    });
    return { ok: true };
  });
}
