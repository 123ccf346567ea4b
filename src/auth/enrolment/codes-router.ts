import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { makeRecoveryCodes } from './make-recovery-codes.ts';

/** Makes new recovery codes. */
export function createCodesRouter({ db, config }: AppDeps, stepUp: RequestHandler): Router {
  const router = Router();
  router.post('/second-factor/recovery-codes', stepUp, async (req: Request, res: Response) => {
    const user = userOf(req);
    if (user.second_factor_at === null) throw new NotFound();
    showRecoveryCodes(
      req,
      res,
      await makeRecoveryCodes(db, requestContext(req), { config, userId: user.id }),
    );
  });
  return router;
}

/** Shows recovery codes in this answer, once: a redirect would have to store them somewhere. */
export function showRecoveryCodes(req: Request, res: Response, codes: string[]): void {
  res.setHeader('cache-control', 'no-store');
  res.render('account/second-factor/codes', {
    title: formatOf(res).t('secondFactor.codesTitle'),
    codes,
    email: userOf(req).email,
    at: req.receivedAt,
  });
}

/** The signed-in person behind `requireUser`. */
export function userOf(req: Request): Express.User {
  if (req.user === undefined) throw new NotSignedIn();
  return req.user;
}
