import { Router, type Request, type Response } from 'express';
import { isPersonalPassword } from '../../auth/common-passwords.ts';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { readDeviceToken, rememberDeviceToken } from '../../web/sessions/device-cookie.ts';
import { formatOf } from '../../web/page-locals.ts';
import { startBrowserSession } from '../../web/sessions/start-browser-session.ts';
import {
  acceptInvitation,
  openInvitation,
  type InvitationProblem,
  type OpenedInvitation,
} from './accept-invitation.ts';
import { listDocumentsInForce, staleTicks } from '../documents-in-force.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { invitationToken, acceptInvitationForm } from '../input.ts';
import type { Invitation } from './queries.ts';

const KEPT = ['fullName', 'acceptTerms', 'acceptPrivacy'] as const;

/** 410 for an invitation that is over, 409 for an obstacle outside it. */
const STATUS: Record<Problem, number> = {
  unknown: 404,
  expired: 410,
  used: 410,
  revoked: 410,
  'email-taken': 409,
  'member-limit': 409,
  'signed-in': 409,
};

type Problem = InvitationProblem | 'signed-in';

/** The page behind the link in an invitation. */
export function createInvitationRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/accept-invite/:token', async (req, res) => {
    const opened = await open(deps, req);
    if (!opened.ok) renderProblem(res, opened.reason);
    else await renderForm(deps, res, opened.invitation, { values: {}, errors: {} });
  });
  router.post('/accept-invite/:token', async (req, res) => {
    const opened = await open(deps, req);
    if (!opened.ok) renderProblem(res, opened.reason);
    else await acceptFromForm(deps, req, res, opened.invitation);
  });
  return router;
}

async function open(
  { db }: AppDeps,
  req: Request,
): Promise<OpenedInvitation | { ok: false; reason: 'signed-in' }> {
  const token = invitationToken.safeParse(req.params.token);
  if (!token.success) return { ok: false, reason: 'unknown' };
  const opened = await openInvitation(db, requestContext(req), token.data);
  return opened.ok && req.user !== undefined ? { ok: false, reason: 'signed-in' } : opened;
}

async function acceptFromForm(
  deps: AppDeps,
  req: Request,
  res: Response,
  invitation: Invitation,
): Promise<void> {
  const format = formatOf(res);
  const form = acceptInvitationForm.safeParse(req.body ?? {});
  const errors = form.success
    ? await findFaults(deps, res, invitation, form.data)
    : formErrors(form.error, format);
  if (!form.success || Object.keys(errors).length > 0) {
    res.status(422);
    await renderForm(deps, res, invitation, { values: keptValues(req.body, KEPT), errors });
    return;
  }
  const outcome = await acceptInvitation(deps.db, requestContext(req), {
    token: String(req.params.token),
    fullName: form.data.fullName,
    password: form.data.password,
    locale: format.locale,
    deviceToken: readDeviceToken(req, deps.config),
    config: deps.config,
  });
  if (!outcome.ok) {
    renderProblem(res, outcome.reason);
    return;
  }
  await startBrowserSession(req, outcome.user);
  rememberDeviceToken(res, deps.config, outcome.deviceToken);
  res.redirect(303, '/');
}

async function findFaults(
  { db }: AppDeps,
  res: Response,
  invitation: Invitation,
  form: {
    password: string;
    fullName: string;
    termsVersion?: string | undefined;
    privacyVersion?: string | undefined;
  },
): Promise<Record<string, string>> {
  const format = formatOf(res);
  if (isPersonalPassword(form.password, [invitation.email, form.fullName])) {
    return { password: format.t('auth.passwordPersonal') };
  }
  return staleTicks(await listDocumentsInForce(db, format), form, format);
}

async function renderForm(
  { db }: AppDeps,
  res: Response,
  invitation: Invitation,
  page: { values: Record<string, string>; errors: Record<string, string> },
): Promise<void> {
  const format = formatOf(res);
  res.render('people/accept-invite', {
    title: format.t('auth.inviteTitle', { company: invitation.company_name }),
    documents: await listDocumentsInForce(db, format),
    invitation,
    ...page,
  });
}

function renderProblem(res: Response, reason: Problem): void {
  const { t } = formatOf(res);
  res.status(STATUS[reason]).render('people/invite-problem', {
    title: t(`auth.invite_${reason}Title`),
    text: t(`auth.invite_${reason}Text`),
    reason,
  });
}
