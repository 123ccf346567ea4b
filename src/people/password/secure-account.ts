import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { inDoubtSince, withdrawFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { forgetDevicesOf } from '../../auth/known-device.ts';
import { removeSshKeysOf } from '../../credentials/remove-ssh-key.ts';
import { revokeAccessTokensOf } from '../../credentials/revoke-access-token.ts';
import { endBrowserSessions } from '../../auth/browser-sessions/end-browser-sessions.ts';
import { WorkspaceSessionTracker } from '../../workspace/sessions/workspace-session-tracker.ts';
import { requestPasswordReset } from './request-password-reset.ts';

/** The number of things that were ended, as the audit row and an incident name them. */
interface Secured {
  browser_sessions_ended: number;
  access_tokens_revoked: number;
  ssh_keys_removed: number;
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
  const owner = companyId === null ? null : { companyId, userId };
  // Before the workspace sessions: whoever withdraws a token locks in this order as well.
  const tokens = owner === null ? 0 : await revokeAccessTokensOf(trx, context, owner, 'account-secured');
  const keys = owner === null ? 0 : await removeSshKeysOf(trx, context, owner, 'account-secured');
  await WorkspaceSessionTracker.endSessionsOfUser(trx, context, { userId, reason: 'signed-out' });
  const since = inDoubtSince(eventAt);
  const factors = await withdrawFactors(trx, context, { userId, companyId, since, cause: 'account-secured' });
  const secured: Secured = {
    browser_sessions_ended: await endBrowserSessions(trx, userId),
    access_tokens_revoked: tokens,
    ssh_keys_removed: keys,
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
