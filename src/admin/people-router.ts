import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { invitationLink, invitationMail } from '../people/invitations/invitation-mail.ts';
import { INVITATION_DAYS, inviteMember, type InviteOutcome } from '../people/invitations/invite-member.ts';
import { requireCompanyAdmin } from '../auth/require-user.ts';
import { revokeInvitation } from '../people/invitations/revoke-invitation.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { companyOf, companyParam } from '../people/company-scope.ts';
import { parsePeopleList, peopleLists } from './input.ts';
import { invitationForm } from '../people/input.ts';
import { parseSearch, parseCursor, parseId } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';
import { countPeople, listInvitations, listPeople } from './people-queries.ts';

/** Invitations of one company in an hour: enough for a team, too few to flood a mailbox. */
const INVITATIONS_PER_HOUR = 100;

/**
 * `/users` and `/invitations`: the people of the company and its invitations. An operator cannot let anybody
 * in.
 */
export function createPeopleRouter(deps: AppDeps): Router {
  const { db } = deps;
  const limit = createRateLimit(db, {
    name: 'invite',
    points: INVITATIONS_PER_HOUR,
    durationSeconds: 3600,
  });
  const router = Router();
  router.get('/users', async (req, res) => {
    await showPeople(deps, req, res, { values: { role: 'member' }, errors: {} });
  });
  router.post('/users', requireCompanyAdmin, async (req, res) => {
    await limit.consume(String(companyOf(req).id));
    await inviteFromForm(deps, req, res);
  });
  router.post('/invitations/:id/revoke', async (req, res) => {
    const invitationId = parseId(req.params.id);
    if (invitationId === null) throw new NotFound();
    const { ok } = await revokeInvitation(db, requestContext(req), {
      companyId: companyOf(req).id,
      invitationId,
    });
    const { t } = formatOf(res);
    setFlash(req, ok ? 'success' : 'info', t(ok ? 'admin.revoked' : 'admin.revokedBefore'));
    res.redirect(303, peopleUrl(req, { list: 'invited' }));
  });
  return router;
}

async function inviteFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['email', 'role']);
  const form = invitationForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showPeople(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const company = companyOf(req);
  const invited = await inviteMember(deps.db, requestContext(req), { companyId: company.id, ...form.data });
  if (!invited.ok) {
    await showPeople(deps, req, res, { values, errors: refusalErrors(invited.reason, res) });
    return;
  }
  await handOver(deps, req, res, { ...form.data, token: invited.token });
}

function refusalErrors(
  reason: Extract<InviteOutcome, { ok: false }>['reason'],
  res: Response,
): Record<string, string> {
  const { t } = formatOf(res);
  if (reason === 'member-limit') return { form: t('admin.inviteMemberLimit') };
  return {
    email: t(reason === 'already-member' ? 'admin.inviteAlreadyMember' : 'admin.inviteAlreadyInvited'),
  };
}

/** Mails the link. When no mail can be sent, the link is shown once, for the inviting person to hand over. */
async function handOver(
  { config, mailer }: AppDeps,
  req: Request,
  res: Response,
  invitation: { email: string; role: 'member' | 'admin'; token: string },
): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const { email, role, token } = invitation;
  const mail = invitationMail(format, {
    to: email,
    companyName: companyOf(req).name,
    inviterName: req.user.full_name,
    role,
    baseUrl: config.baseUrl,
    token,
  });
  if (mailer.isConfigured && (await mailer.send(mail))) {
    setFlash(req, 'success', format.t('admin.invited', { email }));
    res.redirect(303, peopleUrl(req, { list: 'invited' }));
  } else {
    res.setHeader('cache-control', 'no-store');
    res.render('admin/invited', {
      title: format.t('admin.invitedTitle'),
      email,
      invitationUrl: invitationLink(config.baseUrl, token),
      days: INVITATION_DAYS,
      mailFailed: mailer.isConfigured,
      doneUrl: peopleUrl(req, { list: 'invited' }),
    });
  }
}

async function showPeople(
  { db }: AppDeps,
  req: Request,
  res: Response,
  form: { values: Record<string, string>; errors: Record<string, string> },
): Promise<void> {
  const companyId = companyOf(req).id;
  const list = parsePeopleList(req.query.list);
  const search = parseSearch(req.query.q);
  const cursor = parseCursor(req.query);
  const isFormer = list === 'former';
  const [counts, page] = await Promise.all([
    countPeople(db, companyId),
    list === 'invited'
      ? listInvitations(db, { companyId, search, cursor })
      : listPeople(db, { companyId, isFormer, search, cursor }),
  ]);
  res.status(Object.keys(form.errors).length > 0 ? 422 : 200);
  res.render('admin/users', {
    title: formatOf(res).t('admin.peopleTitle'),
    list,
    lists: peopleLists.map((key) => ({ key, url: peopleUrl(req, { list: key }), count: counts[key] })),
    search,
    rows: page.rows,
    pages: pageUrls('/admin/users', { ...companyParam(req), list, q: search }, page),
    now: req.receivedAt,
    ...form,
  });
}

function peopleUrl(req: Request, params: Record<string, string>): string {
  return urlWith('/admin/users', { ...companyParam(req), ...params });
}
