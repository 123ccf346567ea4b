import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { NotFound } from '../errors.ts';
import { formatOf } from '../web/page-locals.ts';
import { monthOf } from '../month.ts';
import { loadSessionsPage } from '../workspace/usage/sessions-page.ts';
import { companyOf, companyParam, scopeOf } from '../people/company-scope.ts';
import { parseTimedCursor, parseId } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';
import { findPerson } from './people-queries.ts';

/** `/users/:id/sessions`: one person's use of the company's workspaces, month by month. */
export function createPersonSessionsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/users/:id/sessions', async (req, res) => {
    await showSessions(deps, req, res);
  });
  return router;
}

async function showSessions({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const userId = parseId(req.params.id);
  const companyId = companyOf(req).id;
  const person = userId === null ? undefined : await findPerson(db, { companyId, userId });
  if (person === undefined) throw new NotFound();
  const month = monthOf(req.query.month, req.receivedAt);
  const page = await loadSessionsPage(db, {
    companyId,
    userId: person.id,
    month,
    page: parseTimedCursor(req.query),
    at: req.receivedAt,
    reader: { userId: null, seesAddresses: true },
  });
  const path = `/admin/users/${String(person.id)}/sessions`;
  const kept = companyParam(req);
  const { prevUrl, nextUrl } = pageUrls(path, { ...kept, month: month.month }, page, {
    fragment: 'sessions',
  });
  res.render('admin/user-sessions', {
    ...page,
    title: formatOf(res).t('sessions.personTitle', { name: person.full_name }),
    person,
    isAdmin: !scopeOf(req).isOperator,
    newerUrl: prevUrl,
    olderUrl: nextUrl,
    previousMonthUrl: urlWith(path, { ...kept, month: month.previous }),
    nextMonthUrl: month.next === null ? null : urlWith(path, { ...kept, month: month.next }),
  });
}
