import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { endBrowserSessions } from '../auth/browser-sessions/end-browser-sessions.ts';
import { removeSshKeysOf } from '../credentials/remove-ssh-key.ts';
import { revokeAccessTokensOf } from '../credentials/revoke-access-token.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';

/** The number of things that were ended, as audit rows name them. */
export interface EndedAccess {
  browser_sessions_ended: number;
  access_tokens_revoked: number;
  ssh_keys_removed: number;
}

/**
 * Ends whatever lets somebody in as a person right now, in the transaction of the change that asks for it:
 * workspace and browser sessions, and with a `reason` access tokens and SSH keys, which do not come back.
 * A null leaves tokens and keys. The platform's staff have none.
 */
export async function endAccess(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    userId: number;
    companyId: number | null;
    reason: 'deactivated' | 'password-changed' | 'account-secured' | null;
  },
): Promise<EndedAccess> {
  const { userId, companyId, reason } = input;
  const ended: EndedAccess = { browser_sessions_ended: 0, access_tokens_revoked: 0, ssh_keys_removed: 0 };
  // Before the workspace sessions: whoever withdraws a token locks in this order as well.
  if (companyId !== null && reason !== null) {
    ended.access_tokens_revoked = await revokeAccessTokensOf(trx, context, { companyId, userId }, reason);
    ended.ssh_keys_removed = await removeSshKeysOf(trx, context, { companyId, userId }, reason);
  }
  await WorkspaceSessionTracker.endSessionsOfUser(trx, context, {
    userId,
    ...(reason === 'deactivated' ? { reason: 'revoked', cause: 'deactivated' } : { reason: 'signed-out' }),
  });
  ended.browser_sessions_ended = await endBrowserSessions(trx, userId);
  return ended;
}
