import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { timedEnds } from '../db/timed-cursor.ts';
import { closeSession } from '../workspace/usage/close-session.ts';
import { companyPerson } from '../workspace/company-person.ts';
import { accessRules } from '../workspace/access-rules.ts';
import { addressWithId } from '../workspace/input.ts';
import { findOwnSession, listOwnSessions } from '../workspace/usage/own-sessions.ts';
import { recordActivity } from '../workspace/sessions/record-activity.ts';
import type { WorkspaceSession } from '../workspace/session-row.ts';
import { toSessionAnswer } from './answers.ts';
import { sessionListQuery, startOf } from './input.ts';
import { parseOrRefuse } from './parse-or-refuse.ts';
import { ApiProblem } from './problems.ts';
import { requireScope } from './require-token.ts';

type Deps = Pick<WorkspaceDeps, 'db' | 'runtime' | 'workspaceAddresses'>;

/**
 * `/sessions`: the person's own sessions. A session opened with a token is continued and ended with that
 * token.
 */
export function createApiSessionsRouter(deps: Deps): Router {
  const { db } = deps;
  const mayRead = requireScope(deps, 'sessions:read');
  const mayWrite = requireScope(deps, 'sessions:write');
  const router = Router();
  router.get('/sessions', mayRead, async (req: Request, res: Response) => {
    await list(db, req, res);
  });
  router.get('/sessions/:id', mayRead, async (req: Request, res: Response) => {
    res.json(toSessionAnswer(await findRequestedSession(db, req)));
  });
  router.post('/sessions/:id/touch', mayWrite, async (req: Request, res: Response) => {
    await touch(deps, req, res);
  });
  router.post('/sessions/:id/end', mayWrite, async (req: Request, res: Response) => {
    const input = { workspaceSessionId: requestedSessionId(req), accessMethod: 'api' } as const;
    res.json(toSessionAnswer(await closeSession(db, requestContext(req), input)));
  });
  return router;
}

async function list(db: Knex, req: Request, res: Response): Promise<void> {
  const { limit, cursor } = parseOrRefuse(sessionListQuery, req.query, { in: 'query', res });
  const { userId, companyId } = companyPerson(requestContext(req), { isAdmin: false });
  const page = await listOwnSessions(db, { userId, companyId, page: startOf(cursor), size: limit });
  const { nextId } = timedEnds(page, (row) => row.started_at);
  res.json({ data: page.rows.map(toSessionAnswer), next_cursor: nextId });
}

async function touch(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps;
  const requested = await findRequestedSession(db, req);
  // A page goes on with another open session of its browser. A program gets the answer that its session is
  // over.
  if (requested.ended_at !== null && requested.end_reason !== 'idle') throw ended(requested.end_reason);
  const outcome = await recordActivity(db, requestContext(req), {
    workspaceId: requested.workspace_id,
    isAdmin: req.user?.role === 'admin',
    ...accessRules(deps),
    workspaceSessionId: requested.id,
    accessMethod: 'api',
  });
  if (outcome.state === 'ended') throw ended(outcome.reason);
  const { session } = outcome;
  res.json({
    state: session.id === requested.id ? 'active' : 'restarted',
    session: toSessionAnswer(session),
  });
}

function ended(reason: string | null): ApiProblem {
  return new ApiProblem('session-ended', { reason: reason ?? 'not-open' });
}

async function findRequestedSession(db: Knex, req: Request): Promise<WorkspaceSession> {
  const { userId, companyId } = companyPerson(requestContext(req), { isAdmin: false });
  const session = await findOwnSession(db, {
    userId,
    companyId,
    workspaceSessionId: requestedSessionId(req),
  });
  if (session === undefined) throw new ApiProblem('not-found');
  return session;
}

function requestedSessionId(req: Request): number {
  const address = addressWithId.safeParse(req.params);
  if (!address.success) throw new ApiProblem('not-found');
  return address.data.id;
}
