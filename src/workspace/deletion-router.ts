import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { askedWorkspace } from './activity-router.ts';
import { deleteWorkspace } from './delete-workspace.ts';
import { loadDeletedPage } from './deleted-page.ts';
import { pageQuery } from './input.ts';
import { createRuntimeActsLimit } from './runtime-router.ts';
import { restoreWorkspace, type RestoreOutcome } from './restore-workspace.ts';
import { loadWorkspacePage } from './workspace-page.ts';

/** Deletion, and what can be restored after it. Part of the workspace router, before any workspace's own page. */
export function createDeletionRouter({ db, config, runtime }: AppDeps): Router {
  const { workspaceRestoreDays: restoreDays, workspacePorts: ports } = config;
  const acts = createRuntimeActsLimit(db);
  // Where workspaces run elsewhere, what is in them is destroyed by whoever runs them.
  const destroys = runtime.isManaged;
  const router = Router();
  router.get('/deleted', async (req, res) => {
    const isAdmin = req.user?.role === 'admin';
    const page = pageQuery.parse(req.query);
    const deleted = await loadDeletedPage(db, requestContext(req), { isAdmin, page, restoreDays });
    res.render('workspace/deleted', { ...deleted, destroys });
  });
  router.get('/:id/delete', async (req, res) => {
    const page = await loadWorkspacePage(db, requestContext(req), { ...askedWorkspace(req), page: {} });
    res.render('workspace/delete', { ...page, restoreDays, destroys });
  });
  router.post('/:id/delete', async (req, res) => {
    const { name } = await deleteWorkspace(db, requestContext(req), { ...askedWorkspace(req), runtime });
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
    const asked = askedWorkspace(req);
    const outcome = await restoreWorkspace(db, requestContext(req), { ...asked, restoreDays, ports });
    const { name } = outcome;
    const text: TextKey = outcome.ok ? 'workspace.restored' : refusals[outcome.reason];
    setFlash(req, outcome.ok ? 'success' : 'danger', formatOf(res).t(text, { name }));
    res.redirect(303, outcome.ok ? `/workspace/${String(asked.workspaceId)}` : '/workspace/deleted');
  });
  return router;
}

const refusals = {
  'subscription-lapsed': 'workspace.restoreLapsed',
  'plan-limit': 'workspace.restoreLimit',
  'name-taken': 'workspace.restoreNameTaken',
  'no-free-port': 'workspace.refusedNoPort',
} satisfies Record<Extract<RestoreOutcome, { ok: false }>['reason'], TextKey>;
