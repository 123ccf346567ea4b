import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { requestedWorkspace } from '../requested-workspace.ts';
import { companyPerson, visibilityOf, type CompanyPerson } from '../company-person.ts';
import { listEntriesByOthers } from './entries-by-others.ts';
import { pageQuery } from '../input.ts';
import { monthOf } from '../../month.ts';
import { listPresentPeople, PRESENT_MAX } from './present-people.ts';
import { findWorkspace } from '../queries.ts';
import { loadSessionsPage, type SessionsPage } from './sessions-page.ts';

/**
 * The pages of use: a person's own sessions, those of a workspace, and who is in a workspace now. Members see
 * themselves and their own workspaces, admins their whole company. Part of the workspace router, before its
 * `/:id`.
 */
export function createSessionsRouter(deps: WorkspaceDeps): Router {
  const router = Router();
  router.get('/now', async (req, res) => {
    await showPresent(deps, req, res);
  });
  router.get('/sessions', async (req, res) => {
    await showOwn(deps, req, res);
  });
  router.get('/:id/sessions', async (req, res) => {
    await showOfWorkspace(deps, req, res);
  });
  return router;
}

async function showPresent({ db, runtime }: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { companyId, userId, isAdmin } = personOf(req);
  const present = await listPresentPeople(db, {
    companyId,
    visibleTo: isAdmin ? null : userId,
    at: req.receivedAt,
  });
  res.render('workspace/usage/now', {
    isAdmin,
    userId,
    at: req.receivedAt,
    isCut: present.length === PRESENT_MAX,
    present: present.map((person) => ({
      ...person,
      state: runtime.isManaged ? runtime.state(person.workspace_id) : null,
    })),
  });
}

async function showOwn({ db }: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const { companyId, userId } = personOf(req);
  const at = req.receivedAt;
  const [page, entered] = await Promise.all([
    loadSessionsPage(db, {
      companyId,
      userId,
      ...requestedPage(req),
      reader: { userId, seesAddresses: false },
    }),
    listEntriesByOthers(db, { companyId, ownerUserId: userId, at }),
  ]);
  res.render('workspace/usage/own-sessions', { ...page, entered, ...pageUrls('/workspace/sessions', page) });
}

async function showOfWorkspace({ db }: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const person = personOf(req);
  const { workspaceId } = requestedWorkspace(req);
  const workspace = await findWorkspace(db, { ...visibilityOf(person), workspaceId });
  if (workspace === undefined) throw new NotFound();
  const { companyId, userId, isAdmin } = person;
  const page = await loadSessionsPage(db, {
    companyId,
    workspaceId,
    ...requestedPage(req),
    reader: { userId, seesAddresses: isAdmin },
  });
  const isOwn = workspace.owner_user_id === userId;
  const entered = isOwn
    ? await listEntriesByOthers(db, { companyId, ownerUserId: userId, workspaceId, at: req.receivedAt })
    : [];
  const path = `/workspace/${String(workspaceId)}/sessions`;
  res.render('workspace/usage/sessions', { ...page, workspace, isOwn, entered, ...pageUrls(path, page) });
}

function personOf(req: Request): CompanyPerson {
  return companyPerson(requestContext(req), { isAdmin: req.user?.role === 'admin' });
}

function requestedPage(req: Request): {
  month: SessionsPage['month'];
  page: ReturnType<typeof pageQuery.parse>;
  at: Date;
} {
  const at = req.receivedAt;
  return { month: monthOf(req.query.month, at), page: pageQuery.parse(req.query), at };
}

function pageUrls(
  path: string,
  { month, prevId, nextId }: SessionsPage,
): Record<'newerUrl' | 'olderUrl' | 'previousMonthUrl' | 'nextMonthUrl', string | null> {
  const url = (of: string | null, side?: string): string | null =>
    of === null ? null : `${path}?month=${of}${side ?? ''}`;
  return {
    newerUrl: prevId === null ? null : url(month.month, `&after=${prevId}#sessions`),
    olderUrl: nextId === null ? null : url(month.month, `&before=${nextId}#sessions`),
    previousMonthUrl: url(month.previous),
    nextMonthUrl: url(month.next),
  };
}
