import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { companyPerson, visibilityOf } from '../workspace/company-person.ts';
import { requestedWorkspace } from '../workspace/requested-workspace.ts';
import { deleteWorkspace } from '../workspace/lifecycle/delete-workspace.ts';
import { accessRules } from '../workspace/access-rules.ts';
import { openWorkspace } from '../workspace/sessions/open-workspace.ts';
import { findWorkspace, listWorkspaces } from '../workspace/queries.ts';
import { setWorkspaceState, type WorkspaceAct } from '../workspace/runtime/set-workspace-state.ts';
import { toSessionAnswer, toWorkspaceAnswer } from './answers.ts';
import { createWorkspaceOnce } from './create-workspace-once.ts';
import { createWorkspaceBody, idempotencyKey, startOf, workspaceListQuery } from './input.ts';
import { parseOrRefuse } from './parse-or-refuse.ts';
import { ApiProblem } from './problems.ts';
import { requireScope } from './require-token.ts';

type Deps = Pick<WorkspaceDeps, 'db' | 'config' | 'runtime' | 'workspaceAddresses'>;

/** `/workspaces`: a member's own workspaces or an admin's whole company, as on the pages. */
export function createApiWorkspacesRouter(deps: Deps): Router {
  const { db, runtime } = deps;
  const mayRead = requireScope(deps, 'workspaces:read');
  const mayWrite = requireScope(deps, 'workspaces:write');
  const router = Router();
  router.get('/workspaces', mayRead, async (req: Request, res: Response) => {
    await list(deps, req, res);
  });
  router.post('/workspaces', mayWrite, async (req: Request, res: Response) => {
    await create(deps, req, res);
  });
  router.get('/workspaces/:id', mayRead, async (req: Request, res: Response) => {
    const { workspaceId, isAdmin } = requestedWorkspace(req);
    const person = companyPerson(requestContext(req), { isAdmin });
    const workspace = await findWorkspace(db, { ...visibilityOf(person), workspaceId });
    if (workspace === undefined) throw new ApiProblem('not-found');
    res.json(toWorkspaceAnswer(workspace, runtime));
  });
  router.delete('/workspaces/:id', mayWrite, async (req: Request, res: Response) => {
    await deleteWorkspace(db, requestContext(req), { ...requestedWorkspace(req), runtime });
    res.status(204).end();
  });
  for (const act of ['start', 'stop'] as const) {
    router.post(`/workspaces/:id/${act}`, mayWrite, async (req: Request, res: Response) => {
      await setState(deps, req, res, act);
    });
  }
  router.post(
    '/workspaces/:id/sessions',
    requireScope(deps, 'sessions:write'),
    async (req: Request, res: Response) => {
      await open(deps, req, res);
    },
  );
  return router;
}

async function list({ db, runtime }: Deps, req: Request, res: Response): Promise<void> {
  const { limit, cursor } = parseOrRefuse(workspaceListQuery, req.query, { in: 'query', res });
  const context = requestContext(req);
  const person = companyPerson(context, { isAdmin: req.user?.role === 'admin' });
  const { rows, nextId } = await listWorkspaces(db, {
    ...visibilityOf(person),
    page: startOf(cursor),
    at: context.at,
    size: limit,
  });
  res.json({
    data: rows.map((row) => toWorkspaceAnswer(row, runtime)),
    next_cursor: nextId === null ? null : String(nextId),
  });
}

async function create({ db, config, runtime }: Deps, req: Request, res: Response): Promise<void> {
  const { name } = parseOrRefuse(createWorkspaceBody, req.body, { in: 'body', res });
  const key = parseOrRefuse(idempotencyKey, req.get('idempotency-key'), {
    in: 'header',
    res,
    name: 'Idempotency-Key',
  });
  const outcome = await createWorkspaceOnce(db, requestContext(req), {
    name,
    ports: config.workspacePorts,
    runtime,
    key: key ?? null,
  });
  if (!outcome.ok) throw new ApiProblem(outcome.reason);
  res.location(`${req.baseUrl}/workspaces/${String(outcome.workspace.id)}`);
  if (outcome.isRepeat) res.setHeader('idempotent-replayed', 'true');
  res.status(201).json(outcome.workspace);
}

async function setState(
  { db, runtime }: Deps,
  req: Request,
  res: Response,
  act: WorkspaceAct,
): Promise<void> {
  const outcome = await setWorkspaceState(db, requestContext(req), {
    ...requestedWorkspace(req),
    act,
    runtime,
  });
  if (!outcome.ok) {
    const { reason } = outcome;
    if (reason === 'over-limit') throw new ApiProblem('plan-limit');
    if (reason === 'subscription-lapsed' || reason === 'plan-limit') throw new ApiProblem(reason);
    throw new ApiProblem('start-failed', { reason });
  }
  res.json(toWorkspaceAnswer(outcome.workspace, runtime));
}

async function open(deps: Deps, req: Request, res: Response): Promise<void> {
  const context = requestContext(req);
  const outcome = await openWorkspace(deps.db, context, {
    ...requestedWorkspace(req),
    ...accessRules(deps),
    accessMethod: 'api',
  });
  if (!outcome.ok) throw new ApiProblem(outcome.reason === 'over-limit' ? 'plan-limit' : outcome.reason);
  const { session } = outcome;
  const isNew = session.started_at.getTime() === context.at.getTime();
  res.location(`${req.baseUrl}/sessions/${String(session.id)}`);
  res.status(isNew ? 201 : 200).json(toSessionAnswer(session));
}
