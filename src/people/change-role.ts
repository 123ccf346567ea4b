import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { isLastAdmin, lockMember } from './company-lock.ts';

/**
 * Changes the role of a person of a company, from their next request on. The last active admin keeps the
 * role. Throws `NotFound` for a person of another company.
 */
export async function changeRole(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; userId: number; role: 'member' | 'admin' },
): Promise<{ ok: true } | { ok: false; reason: 'last-admin' | 'unchanged' }> {
  const { companyId, userId, role } = input;
  return db.transaction(async (trx) => {
    const member = await lockMember(trx, input);
    if (member.role === role) return { ok: false, reason: 'unchanged' };
    if (await isLastAdmin(trx, companyId, member)) return { ok: false, reason: 'last-admin' };
    await trx('users').where({ company_id: companyId, id: userId }).update({ role });
    await AuditLogger.log(trx, context, {
      action: 'user_role_changed',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      companyId,
      details: {
        email: member.email,
        old_role: member.role,
        new_role: role,
      },
    });
    return { ok: true };
  });
}
