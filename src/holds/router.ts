import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { requireOperator } from '../auth/require-user.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { NotFound } from '../errors.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { companyOf, companyParam, requireChosenCompany, scopeOf } from '../people/company-scope.ts';
import { holdForm, holdLists, parseHoldList, releaseForm, type HoldList } from './input.ts';
import { countHolds, findHold, listHolds, listOpenHolds, type HoldEntry } from './queries.ts';
import { parseCursor, parseId } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';
import { placeHold, type PlaceOutcome } from './place-hold.ts';
import { releaseHold } from './release-hold.ts';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

const emptyForm: ShownForm = { values: {}, errors: {} };

/**
 * `/holds`: the holds of a company; for operators without a company, the open ones of all. Only operators
 * place and release holds, since they decide about the platform's retention. The company's admin may read the
 * holds on its data.
 */
export function createHoldsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/holds', async (req, res) => {
    if (scopeOf(req).company === null) await showOpenHolds(deps, req, res);
    else await showHolds(deps, req, res, emptyForm);
  });
  router.post('/holds', requireOperator, requireChosenCompany, async (req, res) => {
    await placeFromForm(deps, req, res);
  });
  router.get('/holds/:id/release', requireOperator, requireChosenCompany, async (req, res) => {
    const hold = await findRequestedHold(deps, req);
    if (hold.released_at === null) showRelease(res, hold, emptyForm);
    else res.redirect(303, holdsUrl(req, 'released'));
  });
  const release = [requireOperator, requireChosenCompany, requireStepUp(deps)];
  router.post('/holds/:id/release', release, async (req: Request, res: Response) => {
    await releaseFromForm(deps, req, res);
  });
  return router;
}

async function showOpenHolds({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const page = await listOpenHolds(db, parseCursor(req.query));
  res.render('holds/open', {
    title: formatOf(res).t('holds.openTitle'),
    rows: page.rows,
    pages: pageUrls('/admin/holds', {}, page),
  });
}

async function showHolds({ db }: AppDeps, req: Request, res: Response, form: ShownForm): Promise<void> {
  const companyId = companyOf(req).id;
  const list = parseHoldList(req.query.list);
  const [counts, page] = await Promise.all([
    countHolds(db, companyId),
    listHolds(db, { companyId, list, cursor: parseCursor(req.query) }),
  ]);
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('holds/list', {
    title: formatOf(res).t('holds.title'),
    list,
    lists: holdLists.map((key) => ({ key, url: holdsUrl(req, key), count: counts[key] })),
    rows: page.rows,
    pages: pageUrls('/admin/holds', { ...companyParam(req), list }, page),
    ...form,
  });
}

async function placeFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['kind', 'reference', 'person', 'reason']);
  const form = holdForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showHolds(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const companyId = companyOf(req).id;
  const placed = await placeHold(deps.db, requestContext(req), { companyId, ...form.data });
  if (!placed.ok) {
    await showHolds(deps, req, res, { values, errors: refusalErrors(placed.reason, res) });
    return;
  }
  setFlash(req, 'success', format.t('holds.placed', { reference: form.data.reference }));
  res.redirect(303, holdsUrl(req, 'open'));
}

function refusalErrors(
  reason: Extract<PlaceOutcome, { ok: false }>['reason'],
  res: Response,
): Record<string, string> {
  const { t } = formatOf(res);
  return reason === 'nobody' ? { person: t('holds.personNobody') } : { reference: t('holds.heldAlready') };
}

async function releaseFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const hold = await findRequestedHold(deps, req);
  if (hold.released_at !== null) {
    leaveReleased(req, res, hold, { ok: false });
    return;
  }
  const form = releaseForm.safeParse(req.body ?? {});
  if (!form.success) {
    res.status(422);
    const values = keptValues(req.body, ['note']);
    showRelease(res, hold, { values, errors: formErrors(form.error, format) });
    return;
  }
  const input = { companyId: hold.company_id, holdId: hold.id, note: form.data.note };
  leaveReleased(req, res, hold, await releaseHold(deps.db, requestContext(req), input));
}

/** The second request, from another tab or a second click, learns that the hold is released. */
function leaveReleased(req: Request, res: Response, { reference }: HoldEntry, { ok }: { ok: boolean }): void {
  const { t } = formatOf(res);
  const text = t(ok ? 'holds.released' : 'holds.releasedBefore', { reference });
  setFlash(req, ok ? 'success' : 'info', text);
  res.redirect(303, holdsUrl(req, 'released'));
}

function showRelease(res: Response, hold: HoldEntry, form: ShownForm): void {
  const title = formatOf(res).t('holds.releaseTitle', { reference: hold.reference });
  res.render('holds/release', { title, hold, ...form });
}

async function findRequestedHold({ db }: AppDeps, req: Request): Promise<HoldEntry> {
  const holdId = parseId(req.params.id);
  if (holdId === null) throw new NotFound();
  const hold = await findHold(db, { companyId: companyOf(req).id, holdId });
  if (hold === undefined) throw new NotFound();
  return hold;
}

function holdsUrl(req: Request, list: HoldList): string {
  return urlWith('/admin/holds', { ...companyParam(req), list: list === 'open' ? null : list });
}
