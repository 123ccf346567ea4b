import type { Knex } from 'knex';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { endOpenSession } from './end-session.ts';
import { findOpenSession, type SessionKey } from './session-queries.ts';
import { isInUse, sessionColumns, type AccessMethod, type WorkspaceSession } from '../session-row.ts';

/**
 * A found session may end before it is locked; the next round starts a new one. More rounds than this cannot
 * happen.
 */
const MAX_ROUNDS = 10;

/** Part of WorkspaceSessionTracker: see `startSession` there. */
export async function startSession(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; companyId: number; accessMethod: AccessMethod },
): Promise<WorkspaceSession> {
  const key = sessionKey(context, input);
  return db.transaction(async (trx) => {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const started = await insertSession(trx, context, { ...key, companyId: input.companyId });
      if (started !== undefined) return started;
      const open = await findOpenSession(trx, { ...key, forUpdate: true });
      if (open !== undefined && isInUse(open, context.at)) return open;
      if (open !== undefined) await endOpenSession(trx, context, open, { reason: 'idle' });
    }
    throw new Error(`Bug! no session could be started in workspace ${String(input.workspaceId)}`);
  });
}

/**
 * The key of a session. Throws for a context without person or browser session, since use could not be
 * tracked.
 */
export function sessionKey(
  context: RequestContext,
  input: { workspaceId: number; accessMethod: AccessMethod },
): SessionKey {
  const { userId, browserSessionHash } = context;
  if (userId === null || browserSessionHash === null) {
    throw new Error('Bug! a workspace session needs a person and a browser session, token or connection');
  }
  return { workspaceId: input.workspaceId, userId, browserSessionHash, accessMethod: input.accessMethod };
}

/** Undefined when a session with this key is open: the trigger claim_open_session then inserts nothing. */
async function insertSession(
  trx: Knex,
  context: RequestContext,
  key: SessionKey & { companyId: number },
): Promise<WorkspaceSession | undefined> {
  const [row] = await trx('workspace_sessions')
    .insert({
      company_id: key.companyId,
      workspace_id: key.workspaceId,
      user_id: key.userId,
      started_at: context.at,
      last_activity_at: context.at,
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
      session_id: key.browserSessionHash,
      access_method: key.accessMethod,
      on_behalf_of: trx('workspaces')
        .where({ id: key.workspaceId })
        .whereNot({ owner_user_id: key.userId })
        .select('owner_user_id'),
    })
    .returning<WorkspaceSession[]>(sessionColumns);
  return row;
}
