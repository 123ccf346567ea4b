import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseCursor, parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { pageUrls } from '../../web/page-urls.ts';
import { answerRequest } from './answer-request.ts';
import {
  answerForm,
  decisions,
  enteredChannels,
  enteredRequestForm,
  requestKinds,
  wordsForm,
} from './input.ts';
import { noteIdentity, noteOnRequest } from './note-on-request.ts';
import { countUrgent, findRequest, isLate, listNotes, listRequests, requestLists } from './queries.ts';
import { receiveRequest } from './receive-request.ts';

const PATH = '/admin/requests';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

const emptyForm: ShownForm = { values: {}, errors: {} };

/** `/requests`: the desk for what people ask about their data. Mounted behind `hideFromOthers`. */
export function createDeskRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/requests', (req, res) => showDesk(deps, req, res, emptyForm));
  router.post('/requests', (req, res) => enterRequest(deps, req, res));
  router.get('/requests/:id', (req, res) => showRequest(deps, req, res, emptyForm));
  router.get('/requests/:id/letter', (req, res) => showLetter(deps, req, res));
  router.post('/requests/:id/identity', (req, res) => noteFromForm(deps, req, res, 'identity'));
  router.post('/requests/:id/notes', (req, res) => noteFromForm(deps, req, res, 'note'));
  router.post('/requests/:id/answer', (req, res) => answerFromForm(deps, req, res));
  return router;
}

async function showDesk({ db }: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const list = requestLists.find((name) => name === req.query.list) ?? 'open';
  const [page, urgent] = await Promise.all([
    listRequests(db, { list, cursor: parseCursor(req.query) }),
    countUrgent(db, req.receivedAt),
  ]);
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('admin/requests/list', {
    title: formatOf(res).t('requests.deskTitle'),
    list,
    lists: requestLists,
    urgent,
    rows: page.rows.map((row) => ({ ...row, is_late: isLate(row, req.receivedAt) })),
    pages: pageUrls(PATH, { list }, page),
    kinds: requestKinds,
    channels: enteredChannels,
    ...form,
  });
}

async function enterRequest(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = enteredRequestForm.safeParse(req.body ?? {});
  const names = ['kind', 'words', 'channel', 'fullName', 'email', 'locale', 'receivedOn'];
  const values = keptValues(req.body, names);
  if (!form.success) {
    await showDesk(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const { receivedOn, ...given } = form.data;
  const receivedAt = startOfDay(receivedOn);
  if (receivedAt > req.receivedAt) {
    await showDesk(deps, req, res, { values, errors: { receivedOn: format.t('requests.dayInFuture') } });
    return;
  }
  const context = requestContext(req);
  const id = await receiveRequest(deps.db, context, { ...given, person: null, receivedAt });
  setFlash(req, 'success', format.t('requests.entered', { id }));
  res.redirect(303, `${PATH}/${String(id)}`);
}

async function showRequest({ db }: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const id = parseId(req.params.id);
  const request = id === null ? undefined : await findRequest(db, id);
  if (request === undefined) throw new NotFound();
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('admin/requests/show', {
    title: formatOf(res).t('requests.ownTitle', { id: request.id }),
    request,
    is_late: isLate(request, req.receivedAt),
    notes: await listNotes(db, request.id),
    decisions,
    ...form,
  });
}

async function showLetter({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const id = parseId(req.params.id);
  const request = id === null ? undefined : await findRequest(db, id);
  if (request?.letter == null) throw new NotFound();
  res.render('admin/requests/letter', {
    title: formatOf(res).t('requests.letterTitle', { id: request.id }),
    request,
  });
}

async function noteFromForm(
  deps: AppDeps,
  req: Request,
  res: Response,
  what: 'identity' | 'note',
): Promise<void> {
  const requestId = parseId(req.params.id);
  if (requestId === null) throw new NotFound();
  const format = formatOf(res);
  const form = wordsForm.safeParse(req.body ?? {});
  if (!form.success) {
    const { words = '' } = formErrors(form.error, format);
    await showRequest(deps, req, res, { values: {}, errors: { [what]: words } });
    return;
  }
  const input = { requestId, words: form.data.words };
  if (what === 'note') await noteOnRequest(deps.db, requestContext(req), input);
  else await noteIdentity(deps.db, requestContext(req), input);
  setFlash(req, 'success', format.t('requests.noted'));
  res.redirect(303, `${PATH}/${String(requestId)}`);
}

async function answerFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const requestId = parseId(req.params.id);
  if (requestId === null) throw new NotFound();
  const format = formatOf(res);
  const form = answerForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['decision', 'ground', 'keptWords']);
    await showRequest(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const answer = { requestId, ...form.data };
  const outcome = await answerRequest(deps.db, requestContext(req), { answer, config: deps.config });
  if (outcome.ok) setFlash(req, 'success', format.t('requests.answered'));
  else setFlash(req, 'danger', format.t(`requests.notAnswered_${outcome.reason}`));
  res.redirect(303, `${PATH}/${String(requestId)}`);
}

/** Istanbul has no summer time since 2016: its day begins at 21:00 UTC. */
function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00+03:00`);
}
