import { Router, type Request, type Response } from 'express';
import type { WorkspaceDeps } from '../workspace-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { accessRules } from '../access-rules.ts';
import { activityForm } from '../input.ts';
import { noteActivity } from './note-activity.ts';
import { recordActivity } from './record-activity.ts';
import { IDLE_MINUTES } from '../session-row.ts';
import { requestedWorkspace } from '../requested-workspace.ts';

/**
 * Reports of activity, by far the most frequent request. Mounted at `/workspace` for people of a company,
 * before the look at what they have accepted: the activity buffer looks at that itself, for everybody
 * together.
 */
export function createActivityRouter(deps: WorkspaceDeps): Router {
  const { db } = deps;
  const router = Router();
  router.post(
    '/:id/activity',
    (req, res, next) => {
      if (isFromScript(req) && noteActivity(db, requestContext(req), reported(req))) res.status(204).end();
      else next();
    },
    requireCurrentAcceptance(db),
    async (req, res) => {
      await report(deps, req, res);
    },
  );
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
