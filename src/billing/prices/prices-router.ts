import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { currencies } from '../../currency.ts';
import { Forbidden } from '../../errors.ts';
import { paidPlans } from '../../plan.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { keptValues } from '../../web/form-errors.ts';
import { parseCursor } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { pageUrls, urlWith } from '../../web/page-urls.ts';
import { fetchRates } from '../rates/fetch-rates.ts';
import { rateSides, roundingModes } from '../price-facts.ts';
import { addPriceList } from './add-price-list.ts';
import { priceListFields, readPriceList, type PriceListDraft } from './input.ts';
import { previewPrices } from './preview-prices.ts';
import { describePriceList, valuesOf } from './price-list-page.ts';
import { findNewestVersion, findPriceListInForce, listPriceLists } from './queries.ts';
import { needsRates } from './keep-rates.ts';
import { listRateTexts } from './list-rate-texts.ts';

const PATH = '/admin/finance/prices';

type Values = Record<string, string>;

/**
 * `/finance/prices`: the versions of the prices, and a new one: a form, a preview of what buyers would see,
 * and a confirmation by a fresh proof. Form and preview are addresses, so "back" loses nothing. Mounted
 * behind `hideFromOthers`.
 */
export function createPricesRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/finance/prices', (req, res) => showLists(deps, req, res));
  router.get('/finance/prices/new', (req, res) => showForm(deps, req, res));
  router.get('/finance/prices/preview', (req, res) => showPreview(deps, req, res));
  router.post('/finance/prices', requireStepUp(deps), (req, res) => addFromForm(deps, req, res));
  return router;
}

async function showLists({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const at = req.receivedAt;
  const [page, inForce] = await Promise.all([
    listPriceLists(db, parseCursor(req.query)),
    findPriceListInForce(db, at),
  ]);
  res.render('admin/finance/prices/list', {
    title: format.t('prices.title'),
    lists: page.rows.map((list) => describePriceList(list, { at, inForceId: inForce?.id ?? null, format })),
    plans: paidPlans,
    now: await previewPrices(db, { list: inForce ?? null, at, config, format }),
    rates: await listRateTexts(db, { at, format }),
    ratesAreFetched: await needsRates(db, { at, config }),
    pages: pageUrls(PATH, {}, page),
    newUrl: `${PATH}/new`,
  });
}

/** The form with the values of its address; without any with those of the version in force. */
async function showForm(
  { db }: AppDeps,
  req: Request,
  res: Response,
  errors: Record<string, string> = {},
): Promise<void> {
  const format = formatOf(res);
  const inForce = await findPriceListInForce(db, req.receivedAt);
  const given = keptValues(req.query, priceListFields);
  const kind = given.kind === 'converted' || given.kind === 'fixed' ? given.kind : null;
  const kept = valuesOf(inForce, kind ?? (inForce?.conversion == null ? 'fixed' : 'converted'), format);
  const version = String((await findNewestVersion(db)) + 1);
  if (Object.keys(errors).length > 0) res.status(422);
  res.render('admin/finance/prices/new', {
    title: format.t('prices.newTitle'),
    ...{ currencies, plans: paidPlans, rateSides, roundingModes, errors },
    values: { ...kept, ...given, kind: kept.kind, version },
    kinds: ['fixed', 'converted'].map((each) => ({
      kind: each,
      url: urlWith(`${PATH}/new`, { kind: each }),
    })),
  });
}

async function showPreview(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const format = formatOf(res);
  const values = keptValues(req.query, priceListFields);
  const reading = readPriceList(values);
  const faults = reading.ok ? faultsOf(reading.draft, req.receivedAt) : reading.errors;
  if (!reading.ok || Object.keys(faults).length > 0) {
    const texts = Object.entries(faults).map(([name, key]) => [name, format.t(key as TextKey)]);
    await showForm(deps, req, res, Object.fromEntries(texts) as Values);
    return;
  }
  const { draft } = reading;
  if (draft.conversion !== null) await fetchForPreview(deps, req);
  const version = Number(values.version);
  const inForce = await findPriceListInForce(db, req.receivedAt);
  const list = { ...draft, version };
  res.render('admin/finance/prices/preview', {
    title: format.t('prices.previewTitle', { version }),
    prices: await previewPrices(db, { list, before: inForce ?? null, at: req.receivedAt, config, format }),
    effectiveFrom: draft.effectiveFrom,
    isConverted: draft.conversion !== null,
    note: draft.note,
    fields: Object.entries(values),
    changeUrl: urlWith(`${PATH}/new`, values),
    version,
  });
}

/** While prices are fixed nobody fetches rates, and without any there would be nothing to see. */
async function fetchForPreview({ db, config }: AppDeps, req: Request): Promise<void> {
  const context = requestContext(req);
  try {
    await fetchRates(db, context, { config });
  } catch (error) {
    context.log.warn({ err: error }, 'no exchange rates for a preview');
  }
}

function faultsOf({ effectiveFrom }: PriceListDraft, at: Date): Values {
  return effectiveFrom !== null && effectiveFrom < at ? { day: 'prices.error_past' } : {};
}

async function addFromForm({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new Forbidden();
  const { t } = formatOf(res);
  const values = keptValues(req.body, priceListFields);
  const reading = readPriceList(values);
  // The preview has checked these values, so they come from somewhere else: the form says what is wrong.
  if (!reading.ok) {
    res.redirect(303, urlWith(`${PATH}/preview`, values));
    return;
  }
  const added = await addPriceList(db, requestContext(req), {
    ...{ draft: reading.draft, version: Number(values.version), operatorId: req.user.id },
  });
  if (added.ok) {
    setFlash(req, 'success', t('prices.added', { version: added.version }));
    res.redirect(303, PATH);
    return;
  }
  if (added.reason === 'taken') setFlash(req, 'danger', t('prices.taken'));
  // The form tells a time that has passed meanwhile, and has the next number.
  const path = added.reason === 'taken' ? 'new' : 'preview';
  res.redirect(303, urlWith(`${PATH}/${path}`, values));
}
