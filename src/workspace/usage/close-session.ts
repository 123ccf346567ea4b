import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson } from '../company-person.ts';
import { findOwnSession } from './own-sessions.ts';
import type { AccessMethod, WorkspaceSession } from '../session-row.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/**
 * Ends a session that was opened in this way and with this token or connection; one that has ended stays as
 * it is. Throws `NotFound` for any other.
 */
export async function closeSession(
  db: Knex,
  context: RequestContext,
  input: { workspaceSessionId: number; accessMethod: AccessMethod },
): Promise<WorkspaceSession> {
  const { userId, companyId } = companyPerson(context, { isAdmin: false });
  const { workspaceSessionId, accessMethod } = input;
  return db.transaction(async (trx) => {
    const session = await findOwnSession(trx, { companyId, userId, workspaceSessionId });
    if (session?.session_id !== context.browserSessionHash || session.access_method !== accessMethod)
      throw new NotFound();
    const ended = await WorkspaceSessionTracker.endSession(trx, context, {
      workspaceSessionId,
      reason: 'closed',
    });
    return ended ?? (await findOwnSession(trx, { companyId, userId, workspaceSessionId })) ?? session;
  });
}
