import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { hasOwnAddress } from '../../people/address/require-confirmed-address.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { createRateLimit, type RateLimit } from '../../web/rate-limit.ts';
import { describeActivities } from '../registry/describe-activities.ts';
import { ownRequestForm, requestKinds } from './input.ts';
import { findRequest, isLate, listOwnRequests } from './queries.ts';
import { receiveRequest } from './receive-request.ts';

/** Requests that one person may send in a day. */
const REQUESTS_A_DAY = 10;

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** The page of a person's own data, the form for requests, and the answers. Mounted behind `requireUser`. */
export function createOwnRequestsRouter(deps: AppDeps): Router {
  const limit = createRateLimit(deps.db, {
    name: 'data-requests',
    points: REQUESTS_A_DAY,
    durationSeconds: 86_400,
  });
  const router = Router();
  router.get('/', async (req, res) => {
    await showOwnData(deps, req, res, { values: {}, errors: {} });
  });
  router.post('/requests', async (req, res) => {
    await receiveFromForm(deps, limit, req, res);
  });
  router.get('/requests/:id', async (req, res) => {
    await showOwnRequest(deps, req, res);
  });
  return router;
}

async function showOwnData({ db }: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const requests = await listOwnRequests(db, req.user.id);
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('account/data/show', {
    title: format.t('privacy.ownTitle'),
    subtitle: format.t('privacy.ownSubtitle'),
    activities: describeActivities(format),
    kinds: requestKinds,
    requests: requests.map((request) => ({ ...request, is_late: isLate(request, req.receivedAt) })),
    ...form,
  });
}

async function receiveFromForm(deps: AppDeps, limit: RateLimit, req: Request, res: Response): Promise<void> {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const form = ownRequestForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['kind', 'words']);
    await showOwnData(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  await limit.consume(String(user.id));
  const context = requestContext(req);
  const id = await receiveRequest(deps.db, context, {
    ...form.data,
    channel: 'form',
    person: { id: user.id, companyId: user.company_id, isConfirmed: hasOwnAddress(user) },
    fullName: user.full_name,
    email: user.email,
    locale: format.locale,
    receivedAt: context.at,
  });
  setFlash(req, 'success', format.t('requests.received', { id }));
  res.redirect(303, `/account/data/requests/${String(id)}`);
}

/** A person's own request with its letter. That of anybody else is not found. */
async function showOwnRequest({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const id = parseId(req.params.id);
  const request = id === null ? undefined : await findRequest(db, id);
  if (req.user === undefined || request?.user_id !== req.user.id) throw new NotFound();
  res.render('account/data/request', {
    title: formatOf(res).t('requests.ownTitle', { id: request.id }),
    request,
    is_late: isLate(request, req.receivedAt),
  });
}
