import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Knex } from 'knex';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { isFromOwnPage } from '../../web/csrf.ts';
import { signedInUserId } from '../../web/sessions/browser-session.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { accessRules } from '../access-rules.ts';
import { activityForm } from '../input.ts';
import { noteActivity } from './note-activity.ts';
import { recordActivity } from './record-activity.ts';
import { IDLE_MINUTES } from '../session-row.ts';
import { findActivePerson, type ActivePerson } from '../queries.ts';
import { requestedWorkspace } from '../requested-workspace.ts';

/**
 * Notes reports of activity in memory. They are by far the most frequent requests, so this router stands
 * before all that pages need: it loads nothing of the person but the rights. A report that cannot be noted,
 * or is refused, goes on to the routes of pages. Legal acceptance is checked for everybody together when the
 * notes are written.
 */
export function createNotingRouter({ config, db }: WorkspaceDeps, readForm: RequestHandler): Router {
  const router = Router();
  router.post('/:id/activity', readForm, async (req, res, next) => {
    const userId = signedInUserId(req);
    const isReport = userId !== null && isFromScript(req) && isFromOwnPage(req, config);
    const person = isReport ? await findActivePerson(db, userId) : undefined;
    if (person === undefined || person.company_id === null || !isNoted(db, req, { userId, ...person }))
      next();
    else res.status(204).setHeader('cache-control', 'no-store').end();
  });
  return router;
}

function isNoted(
  db: Knex,
  req: Request,
  { userId, company_id: companyId, role }: ActivePerson & { userId: number | null },
): boolean {
  const { browserSessionHash = null, receivedAt: at } = req;
  const context = { userId, companyId, browserSessionHash, at };
  return noteActivity(db, context, { ...reported(req), isAdmin: role === 'admin' });
}

/** Reports that only the database can answer, and those of the page's button. */
export function createActivityRouter(deps: WorkspaceDeps): Router {
  const router = Router();
  router.post('/:id/activity', requireCurrentAcceptance(deps.db), async (req, res) => {
    await report(deps, req, res);
  });
  return router;
}

/** The page's script reads statuses; a plain form is sent back to the page. */
async function report(deps: WorkspaceDeps, req: Request, res: Response): Promise<void> {
  const input = reported(req);
  const outcome = await recordActivity(deps.db, requestContext(req), { ...input, ...accessRules(deps) });
  if (!isFromScript(req)) {
    const { t } = formatOf(res);
    const texts = { active: 'reported', restarted: 'restarted', ended: 'endedHint' } as const;
    setFlash(
      req,
      outcome.state === 'active' ? 'success' : 'info',
      t(`workspace.${texts[outcome.state]}`, { idle: IDLE_MINUTES }),
    );
    res.redirect(303, `/workspace/${String(input.workspaceId)}`);
  } else if (outcome.state === 'active') {
    res.status(204).end();
  } else if (outcome.state === 'restarted') {
    res.json({ state: 'restarted', sessionId: outcome.session.id, startedAt: outcome.session.started_at });
  } else {
    res.status(409).json(outcome);
  }
}

function isFromScript(req: Request): boolean {
  return req.get('x-csrf-token') !== undefined;
}

function reported(req: Request): {
  workspaceId: number;
  isAdmin: boolean;
  workspaceSessionId?: number | undefined;
} {
  const form = activityForm.safeParse(req.body ?? {});
  if (!form.success) throw new NotFound();
  return { ...requestedWorkspace(req), workspaceSessionId: form.data.sessionId };
}
