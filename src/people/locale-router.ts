import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { InvalidInput } from '../errors.ts';
import { rememberLocale } from '../web/page-locals.ts';
import { safeReturnTo } from '../web/return-to.ts';
import { changeLocale } from './change-locale.ts';
import { localeChoice } from './input.ts';

/**
 * The language switch, for everybody. The choice is kept in this browser and, for a signed-in person, in the
 * account, which wins at the next sign-in.
 */
export function createLocaleRouter({ db, config }: AppDeps): Router {
  const router = Router();
  router.post('/locale', async (req, res) => {
    const body = (req.body ?? {}) as Record<string, unknown>;
    const choice = localeChoice.safeParse(body);
    if (!choice.success) throw new InvalidInput({ cause: choice.error });
    const { locale } = choice.data;
    if (req.user !== undefined) await changeLocale(db, requestContext(req), { userId: req.user.id, locale });
    rememberLocale(res, config, locale);
    res.redirect(303, safeReturnTo(body.returnTo) ?? '/');
  });
  return router;
}
