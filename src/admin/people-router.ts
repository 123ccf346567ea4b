import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { inviteMember, type InviteOutcome } from '../people/invitations/invite-member.ts';
import { renewInvitation } from '../people/invitations/renew-invitation.ts';
import { INVITATION_DAYS, invitationLink } from '../people/invitations/queue-invitation.ts';
import { requireCompanyAdmin } from '../auth/require-user.ts';
import { requireConfirmedAddress } from '../people/address/require-confirmed-address.ts';
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
  router.post('/users', requireCompanyAdmin, requireConfirmedAddress, async (req, res) => {
    await limit.consume(String(companyOf(req).id));
    await inviteFromForm(deps, req, res);
  });
  router.post('/invitations/:id/resend', requireCompanyAdmin, requireConfirmedAddress, async (req, res) => {
    await limit.consume(String(companyOf(req).id));
    await renewFromForm(deps, req, res);
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
  if (req.user === undefined) throw new NotSignedIn();
  const company = companyOf(req);
  const invited = await inviteMember(deps.db, requestContext(req), {
    companyId: company.id,
    ...form.data,
    mail: { config: deps.config, format, companyName: company.name, inviterName: req.user.full_name },
  });
  if (!invited.ok) {
    await showPeople(deps, req, res, { values, errors: refusalErrors(invited.reason, res) });
    return;
  }
  handOver(deps, req, res, { email: form.data.email, token: invited.token });
}

async function renewFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const invitationId = parseId(req.params.id);
  if (invitationId === null) throw new NotFound();
  if (req.user === undefined) throw new NotSignedIn();
  const company = companyOf(req);
  const renewed = await renewInvitation(deps.db, requestContext(req), {
    companyId: company.id,
    invitationId,
    mail: { config: deps.config, format, companyName: company.name, inviterName: req.user.full_name },
  });
  if (renewed.ok) {
    handOver(deps, req, res, renewed);
    return;
  }
  const isFull = renewed.reason === 'member-limit';
  setFlash(req, 'info', format.t(isFull ? 'admin.inviteMemberLimit' : 'admin.revokedBefore'));
  res.redirect(303, peopleUrl(req, { list: 'invited' }));
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

/** Without a mail server the link is shown once, for the inviting person to hand over. */
function handOver(
  { config }: AppDeps,
  req: Request,
  res: Response,
  { email, token }: { email: string; token: string },
): void {
  const { t } = formatOf(res);
  if (config.smtpUrl !== null) {
    setFlash(req, 'success', t('admin.invited', { email }));
    res.redirect(303, peopleUrl(req, { list: 'invited' }));
    return;
  }
  res.setHeader('cache-control', 'no-store');
  res.render('admin/invited', {
    title: t('admin.invitedTitle'),
    email,
    invitationUrl: invitationLink(config.baseUrl, token),
    days: INVITATION_DAYS,
    doneUrl: peopleUrl(req, { list: 'invited' }),
  });
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
