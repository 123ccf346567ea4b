import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import type { WorkspaceDeps } from './workspace-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { requestedWorkspace } from './requested-workspace.ts';
import { closeWorkspace } from './lifecycle/close-workspace.ts';
import { createWorkspace } from './lifecycle/create-workspace.ts';
import { createDeletionRouter } from './lifecycle/deletion-router.ts';
import { accessRules } from './access-rules.ts';
import { allowEntryForm, createEntryRouter } from './entry/entry-router.ts';
import { createForm, pageQuery, portForm } from './input.ts';
import { loadListPage } from './lifecycle/list-page.ts';
import { openWorkspace } from './sessions/open-workspace.ts';
import { IDLE_MINUTES } from './session-row.ts';
import { createSessionsRouter } from './usage/sessions-router.ts';
import { REPORT_INTERVAL_SECONDS } from './sessions/touch-rule.ts';
import { findSshGuide } from './ssh/ssh-guide.ts';
import type { RuntimeState } from './runtime-types.ts';
import { describeUse } from './runtime/describe-use.ts';
import { createRuntimeRouter } from './runtime/runtime-router.ts';
import { findOpenWorkspaceSessionId, loadWorkspacePage } from './lifecycle/workspace-page.ts';

/** Nobody opens workspaces by hand more often; each opening is a row of evidence. */
const OPENINGS_PER_MINUTE = 60;

/** How soon a page without script shows that a program has started. */
const START_LOOK_SECONDS = 5;

/**
 * The workspaces of a company, and the pages in which they are used. Mounted at `/workspace` for people of a
 * company.
 */
export function createWorkspaceRouter(deps: WorkspaceDeps): Router {
  const { db } = deps;
  const openings = createRateLimit(db, {
    name: 'workspace-open',
    points: OPENINGS_PER_MINUTE,
    durationSeconds: 60,
  });
  const router = Router();
  router.use(createEntryRouter(deps));
  router.use(createRuntimeRouter(deps));
  router.use(createDeletionRouter(deps));
  router.use(createSessionsRouter(deps));
  router.get('/', async (req, res) => {
    await showList(deps, req, res);
  });
  router.post('/', async (req, res) => {
    await createFromForm(deps, req, res);
  });
  router.get('/:id', async (req, res) => {
    await showWorkspace(deps, req, res);
  });
  // The state that assets/follow.js compares with what its page shows.
  router.get('/:id/state', async (req, res) => {
    const requested = requestedWorkspace(req);
    const workspaceSessionId = await findOpenWorkspaceSessionId(db, requestContext(req), requested);
    res.json({ state: stateOf(deps, requested.workspaceId), session_id: workspaceSessionId });
  });
  router.post('/:id/open', async (req, res) => {
    await openings.consume(String(req.user?.id));
    await open(deps, req, res);
  });
  router.post('/:id/close', async (req, res) => {
    await close(db, req, res);
  });
  return router;
}

async function showList(
  deps: WorkspaceDeps,
  req: Request,
  res: Response,
  form: { values: Record<string, string>; errors: Record<string, string> } = { values: {}, errors: {} },
): Promise<void> {
  const { db, config } = deps;
  const page = await loadListPage(db, requestContext(req), {
    isAdmin: isAdmin(req),
    page: pageQuery.parse(req.query),
  });
  const workspaces = page.workspaces.map((workspace) => ({
    ...workspace,
    state: stateOf(deps, workspace.id),
  }));
  res.render('workspace/lifecycle/list', {
    ...page,
    workspaces,
    hasHost: allowEntryForm(res, config),
    ...form,
  });
}

/** The state of a workspace's program; null when the program runs elsewhere. */
function stateOf({ runtime }: Pick<WorkspaceDeps, 'runtime'>, workspaceId: number): RuntimeState | null {
  return runtime.isManaged ? runtime.state(workspaceId) : null;
}

async function createFromForm(deps: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const { t } = formatOf(res);
  const body = (req.body ?? {}) as Record<string, unknown>;
  const form = createForm.safeParse(body);
  const outcome = form.success
    ? await createWorkspace(db, requestContext(req), { ...form.data, ports: config.workspacePorts })
    : ({ ok: false, reason: 'invalid' } as const);
  if (outcome.ok) {
    setFlash(req, 'success', t('workspace.created', { name: form.data?.name }));
    res.redirect(303, `/workspace/${String(outcome.workspaceId)}`);
    return;
  }
  const key = outcome.reason === 'invalid' ? form.error?.issues[0]?.message : refusals[outcome.reason];
  const isOfField = outcome.reason === 'invalid' || outcome.reason === 'name-taken';
  res.status(422);
  await showList(deps, req, res, {
    values: { name: typeof body.name === 'string' ? body.name : '' },
    errors: { [isOfField ? 'name' : 'form']: t(key as TextKey) },
  });
}

const refusals = {
  'name-taken': 'workspace.nameTaken',
  'plan-limit': 'workspace.refusedLimit',
  'subscription-lapsed': 'workspace.refusedLapsed',
  'no-free-port': 'workspace.refusedNoPort',
} satisfies Record<string, TextKey>;

async function showWorkspace(deps: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { db, config, runtime } = deps;
  const context = requestContext(req);
  const page = await loadWorkspacePage(db, context, {
    ...requestedWorkspace(req),
    page: pageQuery.parse(req.query),
  });
  const { id, company_id: companyId } = page.workspace;
  res.render('workspace/show', {
    ...page,
    // A page that shows a starting program is loaded again, also in browsers without script.
    refreshSeconds: stateOf({ runtime }, id) === 'starting' ? START_LOOK_SECONDS : null,
    program: runtime.isManaged
      ? {
          state: runtime.state(id),
          log: runtime.logTail(id),
          walls: runtime.confinement(id),
          ...describeUse(runtime, id, formatOf(res)),
        }
      : null,
    ssh: await findSshGuide(db, context, { config, workspaceId: id, companyId }),
    idleMinutes: IDLE_MINUTES,
    reportSeconds: REPORT_INTERVAL_SECONDS,
    hasHost: allowEntryForm(res, config),
    ports: await portsOf(deps, req, res, id),
  });
}

/** How the page of a workspace leads to ports inside, for the view. */
interface ShownPorts {
  isOffered: boolean;
  /** The ports on which something listens now. */
  listening: number[];
  /** The field as it was typed, and what is wrong with it. */
  value: string;
  error: string | null;
}

/** Null where the app does not carry the traffic. */
async function portsOf(
  deps: WorkspaceDeps,
  req: Request,
  res: Response,
  workspaceId: number,
): Promise<ShownPorts | null> {
  const { config, runtime } = deps;
  const { addresses } = accessRules(deps);
  if (config.workspaceDomain === null || addresses === undefined || !runtime.isManaged) return null;
  const isOffered = addresses.offersPorts?.(workspaceId) === true;
  const { port } = req.query;
  const form = portForm.safeParse({ port });
  const key = form.error?.issues[0]?.message as TextKey | undefined;
  return {
    isOffered,
    listening: isOffered ? await runtime.listeningPorts(workspaceId) : [],
    value: typeof port === 'string' ? port : '',
    error: key === undefined ? null : formatOf(res).t(key),
  };
}

async function open(deps: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { workspaceId, ...input } = requestedWorkspace(req);
  const context = requestContext(req);
  const outcome = await openWorkspace(deps.db, context, {
    ...input,
    ...accessRules(deps),
    workspaceId,
    accessMethod: 'web',
  });
  if (outcome.ok) {
    res.redirect(303, `/workspace/${String(workspaceId)}`);
  } else {
    // The page itself says that the subscription has lapsed, and where to renew it.
    res.status(403);
    await showWorkspace(deps, req, res);
  }
}

async function close(db: Knex, req: Request, res: Response): Promise<void> {
  const { t, duration } = formatOf(res);
  const { workspace, ended } = await closeWorkspace(db, requestContext(req), requestedWorkspace(req));
  const { name } = workspace;
  if (ended === null) {
    setFlash(req, 'info', t('workspace.wasClosed', { name }));
  } else {
    const length = duration(ended.duration_seconds);
    setFlash(
      req,
      'success',
      t(ended.end_reason === 'idle' ? 'workspace.closedLate' : 'workspace.closed', { name, length }),
    );
  }
  res.redirect(303, '/workspace');
}

function isAdmin(req: Request): boolean {
  return req.user?.role === 'admin';
}
