import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { WorkspaceSessionTracker } from '../../workspace/sessions/workspace-session-tracker.ts';
import { raiseSessionVersion } from './end-browser-sessions.ts';

interface Revoked {
  sid: string;
  signed_in_at: Date | null;
  last_seen_at: Date | null;
  ip_address: string | null;
  user_agent: string | null;
}

const revokedColumns = ['sid', 'signed_in_at', 'last_seen_at', 'ip_address', 'user_agent'];

/**
 * Signs a person out of one other browser, and ends what that browser has open in workspaces. False when
 * there is no such browser session: it is over already, or somebody else's.
 */
export async function revokeBrowserSession(
  db: Knex,
  context: RequestContext,
  input: { userId: number; sid: string },
): Promise<boolean> {
  const { userId, sid } = input;
  return db.transaction(async (trx) => {
    const [revoked] = await trx('browser_sessions')
      .where({ user_id: userId, sid })
      .delete()
      .returning<Revoked[]>(revokedColumns);
    if (revoked === undefined) return false;
    await endWithIt(trx, context, userId, revoked);
    return true;
  });
}

/**
 * Signs a person out of every browser but the one of the context, whose session must take over the returned
 * `version` to go on.
 */
export async function revokeOtherBrowserSessions(
  db: Knex,
  context: RequestContext,
  input: { userId: number },
): Promise<{ count: number; version: number }> {
  const { userId } = input;
  return db.transaction(async (trx) => {
    const version = await raiseSessionVersion(trx, userId);
    const revoked = await trx('browser_sessions')
      .where({ user_id: userId })
      .whereNot({ sid: context.browserSessionHash ?? '' })
      .delete()
      .returning<Revoked[]>(revokedColumns);
    await trx('browser_sessions')
      .where({ user_id: userId, sid: context.browserSessionHash ?? '' })
      .update({ sess: trx.raw("jsonb_set(sess, '{version}', to_jsonb(?::int))", [version]) });
    for (const session of revoked) await endWithIt(trx, context, userId, session);
    return { count: revoked.length, version };
  });
}

/**
 * Signs a person of a company out of every browser, for an admin. Returns how many there were. Throws
 * `NotFound` for a person of another company.
 */
export async function revokeBrowserSessionsOf(
  db: Knex,
  context: RequestContext,
  { userId, companyId }: { userId: number; companyId: number },
): Promise<number> {
  return db.transaction(async (trx) => {
    const person = await trx('users')
      .where({ id: userId, company_id: companyId })
      .first<{ id: number } | undefined>('id');
    if (person === undefined) throw new NotFound();
    await raiseSessionVersion(trx, userId);
    const revoked = await trx('browser_sessions')
      .where({ user_id: userId })
      .delete()
      .returning<Revoked[]>(revokedColumns);
    for (const session of revoked) await endWithIt(trx, context, userId, session);
    return revoked.length;
  });
}

async function endWithIt(
  trx: Knex.Transaction,
  context: RequestContext,
  userId: number,
  { sid, ...session }: Revoked,
): Promise<void> {
  const ended = await WorkspaceSessionTracker.endSessionsOfRevokedBrowser(trx, context, {
    userId,
    browserSessionHash: sid,
  });
  await AuditLogger.log(trx, context, {
    action: 'browser_session_revoked',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    details: { session_id: sid, ...session, workspace_sessions_ended: ended },
  });
}
