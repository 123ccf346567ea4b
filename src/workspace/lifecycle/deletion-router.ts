import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { requestedWorkspace } from '../requested-workspace.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { loadDeletedPage } from './deleted-page.ts';
import { pageQuery, restoreForm } from '../input.ts';
import { createRuntimeActsLimit } from '../runtime/runtime-router.ts';
import { restoreWorkspace, type RestoreOutcome } from './restore-workspace.ts';
import { loadWorkspacePage } from './workspace-page.ts';

/**
 * Deletion, and what can be restored after it. Part of the workspace router, before any workspace's own page.
 */
export function createDeletionRouter(deps: WorkspaceDeps): Router {
  const { db, config, runtime } = deps;
  const { workspaceRestoreDays: restoreDays } = config;
  const acts = createRuntimeActsLimit(db);
  const router = Router();
  router.get('/deleted', async (req, res) => {
    await showDeleted(deps, req, res);
  });
  router.get('/:id/delete', async (req, res) => {
    const page = await loadWorkspacePage(db, requestContext(req), { ...requestedWorkspace(req), page: {} });
    res.render('workspace/lifecycle/delete', { ...page, restoreDays, destroys: runtime.isManaged });
  });
  router.post('/:id/delete', async (req, res) => {
    const { name } = await deleteWorkspace(db, requestContext(req), { ...requestedWorkspace(req), runtime });
    const { t } = formatOf(res);
    setFlash(
      req,
      'success',
      t(restoreDays === 0 ? 'workspace.deleted' : 'workspace.deletedForNow', { name, days: restoreDays }),
    );
    res.redirect(303, '/workspace');
  });
  router.post('/:id/restore', async (req, res) => {
    await acts.consume(String(req.user?.id));
    await restore(deps, req, res);
  });
  return router;
}

async function showDeleted(
  { db, config, runtime }: WorkspaceDeps,
  req: Request,
  res: Response,
  rename?: { workspaceId: number; error: string },
): Promise<void> {
  const page = await loadDeletedPage(db, requestContext(req), {
    isAdmin: req.user?.role === 'admin',
    page: pageQuery.parse(req.query),
    restoreDays: config.workspaceRestoreDays,
    renamedId: rename?.workspaceId,
  });
  const { name = page.renamed?.name } = (req.body ?? {}) as { name?: unknown };
  res.render('workspace/lifecycle/deleted', {
    ...page,
    // Also when it answers a form: what leads back here is this page.
    currentPath: '/workspace/deleted',
    // Where workspaces run elsewhere, their data is destroyed by the operator who runs them.
    destroys: runtime.isManaged,
    values: { name: typeof name === 'string' ? name : '' },
    errors: rename === undefined ? {} : { name: rename.error },
  });
}

async function restore(deps: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const { t } = formatOf(res);
  const requested = requestedWorkspace(req);
  const form = restoreForm.safeParse(req.body ?? {});
  if (!form.success) {
    const error = t(form.error.issues[0]?.message as TextKey);
    res.status(422);
    await showDeleted(deps, req, res, { ...requested, error });
    return;
  }
  const { workspaceRestoreDays: restoreDays, workspacePorts: ports } = config;
  const input = { ...requested, ...form.data, restoreDays, ports };
  const outcome = await restoreWorkspace(db, requestContext(req), input);
  const { name } = outcome;
  if (!outcome.ok && outcome.reason === 'name-taken') {
    res.status(422);
    await showDeleted(deps, req, res, { ...requested, error: t('workspace.restoreNameTaken', { name }) });
    return;
  }
  const text: TextKey = outcome.ok ? 'workspace.restored' : refusals[outcome.reason];
  setFlash(req, outcome.ok ? 'success' : 'danger', t(text, { name }));
  res.redirect(303, outcome.ok ? `/workspace/${String(requested.workspaceId)}` : '/workspace/deleted');
}

const refusals = {
  'subscription-lapsed': 'workspace.restoreLapsed',
  'plan-limit': 'workspace.restoreLimit',
  'name-taken': 'workspace.restoreNameTaken',
  'no-free-port': 'workspace.refusedNoPort',
} satisfies Record<Extract<RestoreOutcome, { ok: false }>['reason'], TextKey>;
