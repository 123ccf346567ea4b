import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { companyPerson, visibilityOf } from '../company-person.ts';
import { revokeWorkspaceCookies } from '../entry/exchange-ticket.ts';
import { findWorkspace, type Workspace } from '../queries.ts';
import { findOpenSession } from '../sessions/session-queries.ts';
import type { WorkspaceSession } from '../session-row.ts';
import { sessionKey } from '../sessions/start-session.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

/**
 * Ends the session in which this browser uses the workspace, and shuts it out of the workspace's host; null
 * when it has none open. Throws `NotFound` for a workspace that the person may not see.
 */
export async function closeWorkspace(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean },
): Promise<{ workspace: Workspace; ended: WorkspaceSession | null }> {
  const person = companyPerson(context, input);
  const { workspaceId } = input;
  return db.transaction(async (trx) => {
    const workspace = await findWorkspace(trx, { ...visibilityOf(person), workspaceId });
    if (workspace === undefined) throw new NotFound();
    const key = sessionKey(context, { workspaceId, accessMethod: 'web' });
    // Else a page left open there would start the next session by itself.
    await revokeWorkspaceCookies(trx, key);
    const open = await findOpenSession(trx, key);
    if (open === undefined) return { workspace, ended: null };
    const ended = await WorkspaceSessionTracker.endSession(trx, context, {
      workspaceSessionId: open.id,
      reason: 'closed',
    });
    return { workspace, ended: ended ?? null };
  });
}
