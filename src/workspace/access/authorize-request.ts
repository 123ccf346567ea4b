import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { BrowserClient, AccessFacts } from './find-access-facts.ts';
import type { AccessRules } from '../access-rules.ts';
import { decideAccess, type AccessGrant, type AccessRefusal } from './decide-access.ts';
import { openWorkspace } from '../sessions/open-workspace.ts';
import type { FindFacts } from './access-questions.ts';
import { type SessionReference, isIdle, type AccessMethod, type Ending } from '../session-row.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

export type AccessDecision =
  | { allowed: true; grant: AccessGrant; session: SessionReference }
  | { allowed: false; reason: AccessRefusal };

/**
 * Decides about a request to a workspace's host, whether it comes by the gateway or by another proxy: the
 * person, the workspace, the answer, and the session that the request belongs to. The first request that is
 * allowed opens that session, with its audit row.
 */
export async function authorizeRequest(
  db: Knex,
  context: RequestContext,
  input: BrowserClient & AccessRules & { ask: FindFacts },
): Promise<AccessDecision> {
  const { label, tokenHash, ask, ...rules } = input;
  const facts = await ask({ label, tokenHash }, context.at);
  return authorizeKnown(db, context, { facts, ...rules });
}

/** The way in by which somebody comes, and what the evidence says of it beside. */
export interface AccessChannel {
  accessMethod: AccessMethod;
  details?: Record<string, unknown>;
}

/** Makes the same decision from facts that were read a moment ago. */
export async function authorizeKnown(
  db: Knex,
  context: RequestContext,
  {
    facts,
    mustRun,
    addresses,
    channel = { accessMethod: 'web' },
  }: AccessRules & { facts: AccessFacts | undefined; channel?: AccessChannel },
): Promise<AccessDecision> {
  const decision = decideAccess(facts, context.at, { mustRun });
  if (!decision.allowed) {
    await endRefused(db, context, facts, endingOf(decision.reason, channel));
    return decision;
  }
  const { grant } = decision;
  const open = openSessionOf(facts, context.at);
  if (open !== null) return { allowed: true, grant, session: open };
  if ((await addresses?.addressOf(grant.workspaceId)) === null) return { allowed: false, reason: 'away' };
  const outcome = await openWorkspace(db, contextOfGrant(context, grant), {
    workspaceId: grant.workspaceId,
    isAdmin: grant.isAdmin,
    mustRun,
    ...channel,
  });
  if (!outcome.ok) return { allowed: false, reason: refusals[outcome.reason] };
  const { id, started_at: startedAt } = outcome.session;
  return { allowed: true, grant, session: { id, startedAt } };
}

/** The refusals of an opening, as those of a request. */
const refusals = {
  'subscription-lapsed': 'lapsed',
  'over-limit': 'over-limit',
  'not-running': 'stopped',
} as const satisfies Record<string, AccessRefusal>;

/** Whoever is refused for one of these has no session there any more. */
const endings: Partial<Record<AccessRefusal, Ending>> = {
  // A subscription lapses by the clock, so nobody else would end the session.
  lapsed: { reason: 'revoked', cause: 'lapsed' },
  'over-limit': { reason: 'revoked', cause: 'over-limit' },
  deactivated: { reason: 'revoked', cause: 'deactivated' },
  'not-allowed': { reason: 'revoked', cause: 'not-allowed' },
  // So does the day from which a company asks for a second factor.
  'no-second-factor': { reason: 'revoked', cause: 'no-second-factor' },
  stopped: { reason: 'stopped' },
};

/**
 * A refused connection by SSH is cut and does not come back as a browser does, so its session is over as
 * well. The removal of the key stands for signing out, which ends the sessions of browsers itself.
 */
const sshEndings: Partial<Record<AccessRefusal, Ending>> = {
  ...endings,
  'signed-out': { reason: 'revoked', cause: 'key-removed' },
  'not-accepted': { reason: 'revoked', cause: 'not-accepted' },
};

function endingOf(refusal: AccessRefusal, { accessMethod }: AccessChannel): Ending | undefined {
  return (accessMethod === 'ssh' ? sshEndings : endings)[refusal];
}

async function endRefused(
  db: Knex,
  context: RequestContext,
  facts: AccessFacts | undefined,
  ending: Ending | undefined,
): Promise<void> {
  const workspaceSessionId = facts?.workspace_session_id ?? null;
  if (ending === undefined || workspaceSessionId === null) return;
  await WorkspaceSessionTracker.endSession(db, context, { workspaceSessionId, ...ending });
}

function openSessionOf(facts: AccessFacts | undefined, at: Date): SessionReference | null {
  const { workspace_session_id: id, session_started_at: startedAt, last_activity_at } = facts ?? {};
  if (id == null || startedAt == null || last_activity_at == null) return null;
  return isIdle({ last_activity_at }, at) ? null : { id, startedAt };
}

/** At a workspace's host nobody is signed in: who it is, the pass says. */
export function contextOfGrant(context: RequestContext, grant: AccessGrant): RequestContext {
  const { userId, companyId, browserSessionHash } = grant;
  return { ...context, actorType: 'user', userId, companyId, browserSessionHash };
}
