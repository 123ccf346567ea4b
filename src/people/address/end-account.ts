import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { withdrawFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { forgetDevicesOf } from '../../auth/known-device.ts';
import { endAccess } from '../end-access.ts';
import { endLinksOf } from './end-links.ts';
import type { AddressAccount } from './queries.ts';

/**
 * Ends an account whose address was never confirmed and now belongs to whoever reads its mail: whatever
 * opened the account before opens nothing any more. Its evidence stays, with a row that its company sees.
 */
export async function endAccount(
  trx: Knex.Transaction,
  context: RequestContext,
  account: AddressAccount,
): Promise<void> {
  const { id: userId, company_id: companyId } = account;
  if (companyId === null) throw new Error('Bug! Staff give no address away');
  await trx('users')
    .where('id', userId)
    .update({ holds_email: false, deactivated_at: account.deactivated_at ?? context.at });
  await trx('membership_periods')
    .where({ user_id: userId, company_id: companyId })
    .whereNull('ended_at')
    .update({ ended_at: trx.raw('greatest(started_at, ?::timestamptz)', [context.at]) });
  await endLinksOf(trx, context, userId);
  const ended = await endAccess(trx, context, { userId, companyId, reason: 'deactivated' });
  const byNobody: RequestContext = { ...context, actorType: 'anonymous', userId };
  await withdrawFactors(trx, byNobody, { userId, companyId, since: null, cause: 'claimed' });
  await forgetDevicesOf(trx, { userId, at: context.at });
  await AuditLogger.log(trx, context, {
    action: 'email_claimed',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    userId,
    companyId,
    actorType: 'anonymous',
    details: { email: account.email, ...ended },
  });
}
