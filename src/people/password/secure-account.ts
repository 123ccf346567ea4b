import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { inDoubtSince, withdrawFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { forgetDevicesOf } from '../../auth/known-device.ts';
import { endAccess, type EndedAccess } from '../end-access.ts';
import { requestPasswordReset } from './request-password-reset.ts';

/** The number of things that were ended, as the audit row and an incident name them. */
interface Secured extends EndedAccess {
  devices_forgotten: number;
  second_factors_removed: number;
}

/**
 * Shuts everybody out of an account that somebody else may use, in the caller's transaction: browser and
 * workspace sessions end, access tokens and SSH keys are withdrawn, remembered browsers are forgotten, and
 * the password opens nothing until a new one is set by the link that is mailed to the person. Second factors
 * go that somebody else may have added around `eventAt`. Undefined for somebody who has no access anyway.
 */
export async function secureAccount(
  trx: Knex.Transaction,
  context: RequestContext,
  { userId, cause, eventAt }: { userId: number; cause: 'reported' | 'by-admin'; eventAt: Date },
): Promise<Secured | undefined> {
  const [person] = await trx('users')
    .where('id', userId)
    .whereNull('deactivated_at')
    .update({ password_blocked_at: context.at })
    .returning<{ email: string; company_id: number | null }[]>(['email', 'company_id']);
  if (person === undefined) return undefined;
  const { company_id: companyId, email } = person;
  await trx('password_resets')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  const ended = await endAccess(trx, context, { userId, companyId, reason: 'account-secured' });
  const since = inDoubtSince(eventAt);
  const factors = await withdrawFactors(trx, context, { userId, companyId, since, cause: 'account-secured' });
  const secured: Secured = {
    ...ended,
    devices_forgotten: await forgetDevicesOf(trx, { userId, at: context.at }),
    second_factors_removed: factors,
  };
  await AuditLogger.log(trx, context, {
    action: 'account_secured',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    companyId,
    details: { email, cause, owner_user_id: userId, ...secured },
  });
  await requestPasswordReset(trx, context, { email });
  return secured;
}
