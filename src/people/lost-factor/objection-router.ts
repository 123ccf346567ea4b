import { Router } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { formatOf } from '../../web/page-locals.ts';
import { linkToken } from '../input.ts';
import { objectToFactorReset, openFactorObjection } from './end-factor-reset.ts';

/** The link by which a person objects to the end of their second factors. At `/auth`. */
export function createFactorObjectionRouter({ db }: AppDeps): Router {
  const router = Router();
  router.get('/object-factor/:token', async (req, res) => {
    const token = linkToken.safeParse(req.params.token);
    const { state } = token.success
      ? await openFactorObjection(db, { token: token.data, at: req.receivedAt })
      : { state: 'unknown' as const };
    res.setHeader('cache-control', 'no-store');
    const title = formatOf(res).t(`lostFactor.${state}Title`);
    res
      .status({ open: 200, over: 410, unknown: 404 }[state])
      .render('people/object-factor', { title, state });
  });
  router.post('/object-factor/:token', async (req, res) => {
    const token = linkToken.safeParse(req.params.token);
    const outcome = token.success
      ? await objectToFactorReset(db, requestContext(req), token.data)
      : ({ ok: false, reason: 'unknown' } as const);
    const state = outcome.ok ? 'done' : outcome.reason;
    const title = formatOf(res).t(`lostFactor.${state}Title`);
    res
      .status({ done: 200, over: 410, unknown: 404 }[state])
      .render('people/object-factor', { title, state });
  });
  return router;
}
