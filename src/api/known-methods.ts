import type { RequestHandler } from 'express';
import { apiRoutes } from './api-routes.ts';
import { ApiProblem } from './problems.ts';

/** The methods of each address of the API, in the form of `Allow` (RFC 9110, section 10.2.1). */
const known = [...new Set(apiRoutes.map(({ path }) => path))].map((path) => ({
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
  methods: methodsOf(path),
}));

/**
 * Answers an unknown method of an address with 405, and OPTIONS with the known ones; both are the same for
 * everybody, since the document is public. An unknown address passes on and ends as not found.
 */
export const onlyKnownMethods: RequestHandler = (req, res, next) => {
  const methods = known.find(({ pattern }) => pattern.test(req.path))?.methods;
  if (methods === undefined || methods.includes(req.method)) {
    next();
    return;
  }
  res.setHeader('allow', methods.join(', '));
  if (req.method !== 'OPTIONS') throw new ApiProblem('method-not-allowed');
  res.status(204).end();
};

/** An address with GET also has HEAD. */
function methodsOf(path: string): string[] {
  const methods = apiRoutes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
