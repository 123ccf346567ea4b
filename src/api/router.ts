import express, { Router, type RequestHandler } from 'express';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';
import { limitInFlight } from '../web/server/in-flight-limit.ts';
import { noStore } from '../web/no-store.ts';
import { openApiDocument } from './openapi.ts';
import { onlyKnownMethods } from './known-methods.ts';
import { ApiProblem, noSuchRoute, problemDocuments } from './problems.ts';
import { requireToken } from './require-token.ts';
import { createApiSessionsRouter } from './sessions-router.ts';
import { createApiWorkspacesRouter } from './workspaces-router.ts';

/** Bodies of the API contain a name or nothing at all. */
const BODY_LIMIT = '16kb';

/**
 * The API for programs, mounted at `/api` before browser sessions and CSRF: it reads no cookie and needs
 * neither. Every answer below `/api` that is no success is a problem document.
 */
export function createApiRouter(deps: WorkspaceDeps): Router {
  const v1 = Router();
  let document: string | undefined;
  v1.get('/openapi.json', (_req, res) => {
    document ??= JSON.stringify(openApiDocument(deps.config.baseUrl), null, 2);
    res.setHeader('cache-control', 'public, max-age=3600');
    res.type('application/json').send(document);
  });
  v1.use(onlyKnownMethods);
  v1.use(requireToken(deps));
  v1.use(limitInFlight());
  v1.use(onlyJson, express.json({ limit: BODY_LIMIT, inflate: false }));
  v1.use(createApiWorkspacesRouter(deps));
  v1.use(createApiSessionsRouter(deps));

  const router = Router();
  router.use(noStore);
  router.use('/v1', v1);
  router.use(noSuchRoute);
  router.use(problemDocuments);
  return router;
}

const onlyJson: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.get('content-length') ?? 0) > 0;
  if (hasBody && req.is('application/json') === false) throw new ApiProblem('unsupported-media-type');
  next();
};
