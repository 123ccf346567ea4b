import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { InvalidInput } from '../errors.ts';
import { noStore } from '../web/no-store.ts';
import { rememberLocale } from '../web/page-locals.ts';
import { safeReturnTo } from '../web/return-to.ts';
import { createAccessTokenRouter } from '../credentials/access-token-router.ts';
import { createAttemptLimits } from './attempt-limits.ts';
import { changeLocale } from '../people/change-locale.ts';
import { localeChoice } from './input.ts';
import { createInvitationRouter } from '../people/invitation-router.ts';
import type { Authenticator } from './passport.ts';
import { createRegisterRouter } from '../people/register-router.ts';
import { createSignInRouter } from './sign-in-router.ts';
import { createSshKeyRouter } from '../credentials/ssh-key-router.ts';

/**
 * Everything by which people and their programs come in: registration, sign-in, sign-out, invitations, access tokens,
 * SSH keys. Mounted at `/auth`.
 */
export function createAuthRouter(deps: AppDeps, passport: Authenticator): Router {
  const limits = createAttemptLimits(deps.db);
  const router = Router();
  router.use(noStore);
  router.use(createSignInRouter(deps, passport, limits));
  router.use(createRegisterRouter(deps, limits));
  router.use(createInvitationRouter(deps));
  router.use(createAccessTokenRouter(deps));
  router.use(createSshKeyRouter(deps));
  return router;
}

/**
 * The language switch, for everybody. The choice is kept on this browser, and for a signed-in person on the person: theirs
 * wins wherever they sign in.
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
