import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { AppError, NotFound } from '../../errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { createRateLimit, type RateLimit } from '../../web/rate-limit.ts';
import { setContentPolicy } from '../../web/security-headers.ts';
import { requestedWorkspace } from '../requested-workspace.ts';
import { beginEntry } from './begin-entry.ts';
import { bindTicket } from './bind-ticket.ts';
import { companyPerson, visibilityOf } from '../company-person.ts';
import { accessRules } from '../access-rules.ts';
import { isAppLabel, workspaceOrigin, ENTER_PATH } from '../host-name.ts';
import { isPrefetch } from '../host-request.ts';
import { addressWithLabel, entryQuery, portForm } from '../input.ts';
import { hashSentToken } from '../workspace-cookie.ts';
import { findHost } from '../find-host.ts';
import { findWorkspace } from '../queries.ts';
import { createRuntimeActsLimit, redirectWithOutcome } from '../runtime/runtime-router.ts';
import { setWorkspaceState } from '../runtime/set-workspace-state.ts';

/** Nobody enters workspaces by hand more often; each entry is a row of evidence. */
const ENTRIES_PER_MINUTE = 60;

/** Characters of a wrong port that are shown again. */
const PORT_SHOWN = 20;

/** The way from the app into a workspace's own host, and back from there. Part of the workspace router. */
export function createEntryRouter(deps: WorkspaceDeps): Router {
  const { db, config } = deps;
  const entries = createRateLimit(db, {
    name: 'workspace-enter',
    points: ENTRIES_PER_MINUTE,
    durationSeconds: 60,
  });
  const starts = createRuntimeActsLimit(db);
  const router = Router();
  router.get('/at/:label', async (req, res) => {
    const address = addressWithLabel.safeParse(req.params);
    const person = companyPerson(requestContext(req), { isAdmin: req.user?.role === 'admin' });
    const host = address.success ? await findHost(db, address.data.label) : undefined;
    const workspace =
      host && (await findWorkspace(db, { ...visibilityOf(person), workspaceId: host.workspace_id }));
    if (host === undefined || workspace === undefined) throw new NotFound();
    res.redirect(303, host.port === null ? pageOf(workspace.id) : pageOfPort(workspace.id, host.port));
  });
  router.get('/entry', async (req, res) => {
    await goOnWithTicket(deps, req, res);
  });
  router.post('/:id/enter', async (req, res) => {
    if (config.workspaceDomain === null) throw new NotFound();
    await entries.consume(String(req.user?.id));
    await beginFromForm(deps, req, res, starts);
  });
  return router;
}

async function beginFromForm(
  deps: WorkspaceDeps,
  req: Request,
  res: Response,
  starts: RateLimit,
): Promise<void> {
  const { db, config } = deps;
  const requested = requestedWorkspace(req);
  const { workspaceId } = requested;
  const form = portForm.safeParse(req.body ?? {});
  if (!form.success) {
    // The page says by the field what is wrong with it.
    res.redirect(303, pageOfPort(workspaceId, String((req.body as { port: unknown }).port)));
    return;
  }
  const { port = null } = form.data;
  const { addresses } = accessRules(deps);
  if (port !== null && addresses?.offersPorts?.(workspaceId) !== true) throw new NotFound();
  if (!(await isUp(deps, req, res, { ...requested, starts }))) return;
  const isReserved = (label: string): boolean => isAppLabel(config, label);
  const outcome = await beginEntry(db, requestContext(req), { ...requested, port, isReserved });
  if (outcome.ok) {
    res.redirect(303, `${workspaceOrigin(config, outcome.label)}${ENTER_PATH}?entry=${outcome.entry}`);
    return;
  }
  if (outcome.reason === 'no-address')
    setFlash(req, 'danger', formatOf(res).t('workspace.portNoAddress', { port: String(port) }));
  // The page itself says that the subscription has lapsed, and where to renew it.
  res.redirect(303, pageOf(workspaceId));
}

function pageOf(workspaceId: number): string {
  return `/workspace/${String(workspaceId)}`;
}

/** The page of a workspace with its form for ports filled in. */
function pageOfPort(workspaceId: number, port: number | string): string {
  const query = new URLSearchParams({ port: String(port).slice(0, PORT_SHOWN) });
  return `${pageOf(workspaceId)}?${query.toString()}#ports`;
}

/**
 * Back from the workspace's host, which has given the browser its cookie. Only the browser that began the
 * entry gets a ticket.
 */
async function goOnWithTicket({ db, config }: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  if (config.workspaceDomain === null) throw new NotFound();
  const { entry, state } = entryQuery.parse(req.query);
  // A HEAD request and a prefetch are no person on the way in, so they must use up no entry.
  const bound =
    req.method === 'HEAD' || isPrefetch(req.headers)
      ? undefined
      : await bindTicket(db, requestContext(req), { entryHash: hashSentToken(entry), nonceHash: state });
  if (bound === undefined)
    throw new AppError(403, 'workspace.awayTicket', { message: 'no entry of this browser session' });
  res.setHeader('referrer-policy', 'no-referrer');
  res.redirect(303, `${workspaceOrigin(config, bound.label)}${ENTER_PATH}?ticket=${bound.ticket}`);
}

/**
 * True when the program of the workspace runs; a stopped program is started first. Otherwise the workspace's
 * page tells the person why it did not start.
 */
async function isUp(
  deps: WorkspaceDeps,
  req: Request,
  res: Response,
  { starts, ...requested }: { workspaceId: number; isAdmin: boolean; starts: RateLimit },
): Promise<boolean> {
  const { db, runtime } = deps;
  if (!accessRules(deps).mustRun || runtime.state(requested.workspaceId) === 'running') return true;
  await starts.consume(String(req.user?.id));
  const outcome = await setWorkspaceState(db, requestContext(req), { ...requested, act: 'start', runtime });
  if (!outcome.ok) redirectWithOutcome(req, res, 'start', outcome);
  return outcome.ok;
}

/**
 * Lets the form on a workspace's page lead to the workspace's host and back, since browsers check the
 * redirects after a form as well. The app's own name is allowed too, because the app may have been opened by
 * another name. Returns false when workspaces have no hosts.
 */
export function allowEntryForm(res: Response, config: Config): boolean {
  if (config.workspaceDomain === null) return false;
  setContentPolicy(res, config, { formTarget: `${workspaceOrigin(config, '*')} ${config.baseUrl}` });
  return true;
}
