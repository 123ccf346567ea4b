import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { AskedPass, PassFacts } from './find-passes.ts';
import type { DoorRules } from '../access-rules.ts';
import { judgePass, type Entrant, type PassRefusal } from './decide-access.ts';
import { openWorkspace } from '../sessions/open-workspace.ts';
import type { AskAboutPass } from './pass-questions.ts';
import { type EnteredSession, isIdle, type AccessMethod, type Ending } from '../session-row.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';

export type Entry =
  { allowed: true; entrant: Entrant; session: EnteredSession } | { allowed: false; reason: PassRefusal };

/**
 * The one decision for whatever comes to a workspace's host, by the gateway or by another proxy: who it is,
 * which workspace, whether it is let in, and the session it belongs to. The first request that is let in
 * opens that session, with its audit row.
 */
export async function authorizeWorkspaceRequest(
  db: Knex,
  context: RequestContext,
  input: AskedPass & DoorRules & { ask: AskAboutPass },
): Promise<Entry> {
  const { label, tokenHash, ask, ...rules } = input;
  const facts = await ask({ label, tokenHash }, context.at);
  return enter(db, context, { facts, ...rules });
}

/** The way in by which somebody comes, and what the evidence says of it beside. */
export interface WayIn {
  accessMethod: AccessMethod;
  details?: Record<string, unknown>;
}

/** The same for somebody about whom the database has just been asked. */
export async function enter(
  db: Knex,
  context: RequestContext,
  {
    facts,
    mustRun,
    addresses,
    way = { accessMethod: 'web' },
  }: DoorRules & { facts: PassFacts | undefined; way?: WayIn },
): Promise<Entry> {
  const judgement = judgePass(facts, context.at, { mustRun });
  if (!judgement.allowed) {
    await endRefused(db, context, facts, endingOf(judgement.reason, way));
    return judgement;
  }
  const { entrant } = judgement;
  const open = openSessionOf(facts, context.at);
  if (open !== null) return { allowed: true, entrant, session: open };
  if ((await addresses?.addressOf(entrant.workspaceId)) === null) return { allowed: false, reason: 'away' };
  const outcome = await openWorkspace(db, asEntrant(context, entrant), {
    workspaceId: entrant.workspaceId,
    isAdmin: entrant.isAdmin,
    mustRun,
    ...way,
  });
  if (!outcome.ok) return { allowed: false, reason: outcome.reason === 'not-running' ? 'stopped' : 'lapsed' };
  const { id, started_at: startedAt } = outcome.session;
  return { allowed: true, entrant, session: { id, startedAt } };
}

/** Whoever is refused for one of these has no session there any more. */
const endings: Partial<Record<PassRefusal, Ending>> = {
  // By the clock, so that nobody else would end it.
  lapsed: { reason: 'revoked', cause: 'lapsed' },
  deactivated: { reason: 'revoked', cause: 'deactivated' },
  'not-allowed': { reason: 'revoked', cause: 'not-allowed' },
  stopped: { reason: 'stopped' },
};

/**
 * By SSH the connection is cut and does not come back as a browser does: its session is over as well. What
 * stands for signing out, which ends sessions itself, is that the key was removed.
 */
const sshEndings: Partial<Record<PassRefusal, Ending>> = {
  ...endings,
  'signed-out': { reason: 'revoked', cause: 'key-removed' },
  'not-accepted': { reason: 'revoked', cause: 'not-accepted' },
};

function endingOf(refusal: PassRefusal, { accessMethod }: WayIn): Ending | undefined {
  return (accessMethod === 'ssh' ? sshEndings : endings)[refusal];
}

async function endRefused(
  db: Knex,
  context: RequestContext,
  facts: PassFacts | undefined,
  ending: Ending | undefined,
): Promise<void> {
  const sessionId = facts?.workspace_session_id ?? null;
  if (ending === undefined || sessionId === null) return;
  await WorkspaceSessionTracker.endSession(db, context, { sessionId, ...ending });
}

function openSessionOf(facts: PassFacts | undefined, at: Date): EnteredSession | null {
  const { workspace_session_id: id, session_started_at: startedAt, last_activity_at } = facts ?? {};
  if (id == null || startedAt == null || last_activity_at == null) return null;
  return isIdle({ last_activity_at }, at) ? null : { id, startedAt };
}

/** At a workspace's host nobody is signed in: who it is, the pass says. */
export function asEntrant(context: RequestContext, entrant: Entrant): RequestContext {
  const { userId, companyId, browserSessionId } = entrant;
  return { ...context, actorType: 'user', userId, companyId, browserSessionId };
}
