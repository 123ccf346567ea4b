import { Router } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf } from '../../web/page-locals.ts';
import { linkToken } from '../input.ts';
import { objectToRecovery, openObjection } from './end-recovery.ts';

/** The link by which a person objects to a new password that an operator wants to send. At `/auth`. */
export function createRecoveryRouter({ db }: AppDeps): Router {
  const router = Router();
  router.get('/object/:token', async (req, res) => {
    const token = linkToken.safeParse(req.params.token);
    const { state } = token.success ? await openObjection(db, token.data) : { state: 'unknown' as const };
    res.setHeader('cache-control', 'no-store');
    const title = formatOf(res).t(`recovery.${state}Title`);
    res.status({ open: 200, over: 410, unknown: 404 }[state]).render('people/object', { title, state });
  });
  router.post('/object/:token', async (req, res) => {
    const token = linkToken.safeParse(req.params.token);
    const outcome = token.success
      ? await objectToRecovery(db, requestContext(req), token.data)
      : ({ ok: false, reason: 'unknown' } as const);
    const state = outcome.ok ? 'done' : outcome.reason;
    const title = formatOf(res).t(`recovery.${state}Title`);
    res.status({ done: 200, over: 410, unknown: 404 }[state]).render('people/object', { title, state });
  });
  return router;
}
