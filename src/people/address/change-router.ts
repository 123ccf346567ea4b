import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import type { AttemptLimits } from '../../auth/attempt-limits.ts';
import { requireCompanyUser } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotSignedIn } from '../../errors.ts';
import { evenOut } from '../../web/even-answer.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { forgotForm } from '../input.ts';
import { changeLink } from './change-mails.ts';
import { findOpenRequest } from './change-queries.ts';
import { requestChange, withdrawChange } from './request-change.ts';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** On a developer's machine without a mail server, else null. */
  link?: string | null;
}

/**
 * `/account/email`: the address of the own account, and another one in its place. Mounted at `/account`.
 */
export function createChangeRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const router = Router();
  router.get('/email', requireCompanyUser, async (req, res) => {
    await showAddress(deps, req, res, { values: {}, errors: {} });
  });
  router.post('/email', requireCompanyUser, requireStepUp(deps), async (req, res) => {
    await limits.mailByCompany.consume(String(signedIn(req).company_id));
    await requestFromForm(deps, req, res);
  });
  router.post('/email/withdraw', requireCompanyUser, async (req, res) => {
    const wasOpen = await withdrawChange(deps.db, requestContext(req), { userId: signedIn(req).id });
    const { t } = formatOf(res);
    setFlash(
      req,
      wasOpen ? 'success' : 'info',
      t(wasOpen ? 'address.changeWithdrawn' : 'address.changeNone'),
    );
    res.redirect(303, '/account/email');
  });
  return router;
}

async function requestFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const format = formatOf(res);
  const values = keptValues(req.body, ['email']);
  const form = forgotForm.safeParse(req.body ?? {});
  const again = async (status: number, errors: Record<string, string>): Promise<void> => {
    res.status(status);
    await showAddress(deps, req, res, { values, errors });
  };
  if (!form.success) {
    await again(422, formErrors(form.error, format));
    return;
  }
  const { email } = form.data;
  const asked = await requestChange(db, requestContext(req), { userId: signedIn(req).id, email, config });
  // A mail with a link is written twice, and one that says that the address is taken once.
  await evenOut(req);
  if (!asked.ok) {
    if (asked.reason === 'same') await again(422, { email: format.t('address.changeSame') });
    else await again(429, { form: format.t('address.tooMany') });
    return;
  }
  if (config.smtpUrl !== null || config.production) {
    setFlash(req, 'success', format.t('address.changeSent', { email }));
    res.redirect(303, '/account/email');
    return;
  }
  res.setHeader('cache-control', 'no-store');
  const link = asked.token === null ? null : changeLink(config.baseUrl, asked.token);
  await showAddress(deps, req, res, { values: {}, errors: {}, link });
}

async function showAddress(deps: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const { id: userId } = signedIn(req);
  if (req.method === 'POST') res.locals.currentPath = '/account/email';
  res.render('people/address/change', {
    title: formatOf(res).t('address.changeTitle'),
    waiting: await findOpenRequest(deps.db, { userId, at: req.receivedAt }),
    isMailConfigured: deps.config.smtpUrl !== null || !deps.config.production,
    contact: deps.config.seller.email,
    link: null,
    ...form,
  });
}

function signedIn(req: Request): Express.User {
  if (req.user === undefined) throw new NotSignedIn();
  return req.user;
}
