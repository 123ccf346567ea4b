import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { AppDeps } from '../../app-deps.ts';
import { NotFound } from '../../errors.ts';
import { period, refusePeriodBackwards } from '../../evidence/input.ts';
import { companyOf, scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseId } from '../../web/list-input.ts';
import type { Format } from '../../web/format.ts';
import { formatOf } from '../../web/page-locals.ts';
import { findPerson } from '../people-queries.ts';
import { readKind, type JourneyKind } from './journey-kinds.ts';
import { kindOptions, loadJourney, SHOWN_MAX } from './load-journey.ts';

const periodForm = z.object(period).superRefine(refusePeriodBackwards);

/** `/users/:id/journey`: everything known of one person in one line of time. */
export function createJourneyRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/users/:id/journey', async (req, res) => {
    await show(deps, req, res);
  });
  return router;
}

async function show({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const companyId = companyOf(req).id;
  const userId = parseId(req.params.id);
  const person = userId === null ? undefined : await findPerson(db, { companyId, userId });
  if (person === undefined) throw new NotFound();
  const format = formatOf(res);
  const form = periodForm.safeParse(req.query);
  const { from, to } = form.success ? form.data : { from: null, to: null };
  const kind = readKind(req.query.kind);
  const journey = await loadJourney(db, {
    scope: {
      userId: person.id,
      companyId,
      from,
      to,
      download: { at: req.receivedAt, requestId: req.requestId },
    },
    kind,
    format,
    reader: scopeOf(req),
  });
  const values = keptValues(req.query, ['from', 'to']);
  if (!form.success) res.status(422);
  res.render('admin/journey/show', {
    title: format.t('journey.title', { name: person.full_name }),
    person,
    ...journey,
    shownMax: SHOWN_MAX,
    kinds: kindOptions(format),
    filters: printedFilters(person.full_name, { ...values, kind }, format),
    values: { ...values, kind: kind ?? '' },
    errors: form.success ? {} : formErrors(form.error, format),
  });
}

/** The person and the filters in use, in words, so that a printed journey says what it shows. */
function printedFilters(
  name: string,
  { kind, from, to }: { kind: JourneyKind | null; from?: string; to?: string },
  { t }: Format,
): { term: string; value: string }[] {
  const filters: [string, string][] = [
    [t('common.person'), name],
    [t('journey.kind'), kind === null ? '' : t(`journey.kind_${kind}`)],
    [t('common.from'), from ?? ''],
    [t('common.to'), to ?? ''],
  ];
  return filters.filter(([, value]) => value !== '').map(([term, value]) => ({ term, value }));
}
