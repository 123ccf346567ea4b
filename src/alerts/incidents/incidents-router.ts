import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound } from '../../errors.ts';
import { companyOf, companyParam, scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseCursor, parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { pageUrls, urlWith } from '../../web/page-urls.ts';
import { creditOf } from '../describe-alert.ts';
import { closeForm, noteForm, secureForm } from './input.ts';
import { findIncident, listIncidents } from './queries.ts';
import { loadTimeline, ROWS_MAX } from './load-timeline.ts';
import {
  addNote,
  closeIncident,
  incidentOutcomes,
  openFromAlert,
  secureByAdmin,
} from './work-on-incident.ts';

const PATH = '/admin/alerts/incidents';

type Errors = Record<string, string>;

/** The incidents of a company: a list, and a page for each with what was done. */
export function createIncidentsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/incidents', (req, res) => showIncidents(deps, req, res));
  router.get('/incidents/:id', (req, res) => showIncident(deps, req, res, { values: {}, errors: {} }));
  router.post('/incidents/:id/notes', (req, res) => noteFromForm(deps, req, res));
  // A form without its tick is shown again, with nobody asked for a proof.
  const stepUp = requireStepUp(deps, { unless: (req) => !secureForm.safeParse(req.body ?? {}).success });
  router.post('/incidents/:id/secure', stepUp, (req, res) => secureFromForm(deps, req, res));
  router.post('/incidents/:id/close', (req, res) => closeFromForm(deps, req, res));
  router.post('/:id/incident', async (req, res) => {
    const incidentId = await openFromAlert(deps.db, requestContext(req), {
      companyId: companyOf(req).id,
      alertId: idOf(req),
      config: deps.config,
    });
    res.redirect(303, incidentUrl(req, incidentId));
  });
  return router;
}

async function showIncidents({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const cursor = parseCursor(req.query);
  const page = await listIncidents(db, { companyId: companyOf(req).id, isOpen: false, cursor });
  res.render('alerts/incidents', {
    title: formatOf(res).t('alerts.incidentsTitle'),
    rows: page.rows,
    pages: pageUrls(PATH, companyParam(req), page),
  });
}

async function showIncident(
  { db }: AppDeps,
  req: Request,
  res: Response,
  form: { values: Record<string, string>; errors: Errors },
): Promise<void> {
  const format = formatOf(res);
  const companyId = companyOf(req).id;
  const incident = await findIncident(db, { companyId, incidentId: idOf(req) });
  if (incident === undefined) throw new NotFound();
  const timeline = await loadTimeline(db, {
    companyId,
    incident,
    download: { at: req.receivedAt, requestId: req.requestId },
    format,
    reader: scopeOf(req),
  });
  res.status(Object.keys(form.errors).length > 0 ? 422 : 200);
  res.render('alerts/incident', {
    title: format.t('alerts.incident', { id: incident.id }),
    incident,
    entries: timeline.entries,
    isCut: timeline.isCut,
    rowsMax: ROWS_MAX,
    canLock: incident.user_id !== null && incident.password_blocked_at === null,
    credit: creditOf(timeline.alerts),
    outcomes: incidentOutcomes,
    trailUrl: urlWith('/admin/audit', { ...companyParam(req), user: incident.user_id }),
    ...form,
  });
}

async function noteFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = noteForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['note']);
    await showIncident(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const asked = { companyId: companyOf(req).id, incidentId: idOf(req), ...form.data };
  const { ok } = await addNote(deps.db, requestContext(req), asked);
  setFlash(req, ok ? 'success' : 'info', format.t(ok ? 'alerts.noteAdded' : 'alerts.wasClosedBefore'));
  res.redirect(303, incidentUrl(req, asked.incidentId));
}

async function secureFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = secureForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showIncident(deps, req, res, { values: {}, errors: formErrors(form.error, format) });
    return;
  }
  const asked = { companyId: companyOf(req).id, incidentId: idOf(req) };
  const { ok } = await secureByAdmin(deps.db, requestContext(req), asked);
  setFlash(req, ok ? 'success' : 'info', format.t(ok ? 'alerts.secured' : 'alerts.notSecured'));
  res.redirect(303, incidentUrl(req, asked.incidentId));
}

async function closeFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const form = closeForm.safeParse(req.body ?? {});
  if (!form.success) {
    await showIncident(deps, req, res, { values: {}, errors: formErrors(form.error, format) });
    return;
  }
  const asked = { companyId: companyOf(req).id, incidentId: idOf(req), ...form.data };
  const { ok } = await closeIncident(deps.db, requestContext(req), asked);
  setFlash(req, ok ? 'success' : 'info', format.t(ok ? 'alerts.wasClosed' : 'alerts.wasClosedBefore'));
  res.redirect(303, incidentUrl(req, asked.incidentId));
}

function idOf(req: Request): number {
  const id = parseId(req.params.id);
  if (id === null) throw new NotFound();
  return id;
}

function incidentUrl(req: Request, id: number): string {
  return urlWith(`${PATH}/${String(id)}`, companyParam(req));
}
