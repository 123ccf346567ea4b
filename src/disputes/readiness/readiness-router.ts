import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { DAY_MS } from '../../durations.ts';
import { NotFound } from '../../errors.ts';
import { recordOperatorLook, scopeOf } from '../../people/company-scope.ts';
import { parseCursor, parseId, parseSearch } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { catalogues } from '../../web/locales/catalogues.ts';
import { pageUrls } from '../../web/page-urls.ts';
import { pieceTags } from '../defences/piece-ids.ts';
import { checkDeliveries } from '../delivery/check-deliveries.ts';
import { repostDeliveries } from '../delivery/post-deliveries.ts';
import { readDelivery, type Delivery } from '../delivery/read-delivery.ts';
import { readPaymentFacts } from '../facts/read-payment-facts.ts';
import { ce3RulesOf } from '../ce3/ce3-input.ts';
import { experienceOf } from '../outcomes/experience.ts';
import { listOutcomes } from '../outcomes/queries.ts';
import { assessReadiness, isWithinReach, lackingOf } from './assess-readiness.ts';
import {
  findChargedPayment,
  listCasesOf,
  listReadiness,
  riskLevels,
  summariseReadiness,
  type ReadinessFilter,
  type RiskLevel,
} from './queries.ts';
import { mendLink, recordUrl } from './record-links.ts';
import { DISPUTE_DAYS, storeReadiness } from './store-readiness.ts';

const PATH = '/admin/disputes/payments';

/**
 * `/disputes/payments`: which payments could be defended today, and what is missing. For the platform's
 * staff. Mounted at `/admin`, behind `adminScope`.
 */
export function createReadinessRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/disputes/payments', requireOperator, (req, res) => showList(deps, req, res));
  router.get('/disputes/payments/:id', requireOperator, (req, res) => showPayment(deps, req, res));
  router.post('/disputes/payments/:id/assess', requireOperator, (req, res) => assess(deps, req, res));
  return router;
}

async function showList({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const filter = parseFilter(req);
  const since = new Date(req.receivedAt.getTime() - DISPUTE_DAYS * DAY_MS);
  const [page, summary] = await Promise.all([
    listReadiness(db, { filter, cursor: parseCursor(req.query) }),
    summariseReadiness(db, { companyId: filter.companyId, since }),
  ]);
  const kept = {
    level: filter.level === 'any' ? null : filter.level,
    missing: filter.missing,
    against: filter.against,
    q: filter.search,
    company: filter.companyId,
  };
  res.render('disputes/readiness/list', {
    title: formatOf(res).t('readiness.title'),
    filter,
    summary: {
      ...summary,
      missing: summary.missing.filter(({ id }) => isNamed(`piece_${id}`)),
      against: summary.against.filter(({ id }) => isNamed(`against_${id}`)),
    },
    rows: page.rows.map((row) => ({
      ...row,
      level: levelOf(row.risk),
      missing: row.missing.filter((id) => isNamed(`piece_${id}`)),
      against: row.against.filter((id) => isNamed(`against_${id}`)),
    })),
    pages: pageUrls(PATH, kept, page),
    isFiltered:
      filter.missing !== null || filter.against !== null || filter.search !== null || filter.level !== 'any',
  });
}

/** False for a name that the code had when a payment was assessed, and has no more. */
function isNamed(name: string): boolean {
  return Object.hasOwn(catalogues.en.disputeDefences, name);
}

function parseFilter(req: Request): ReadinessFilter {
  const { query } = req;
  const name = (value: unknown): string | null =>
    typeof value === 'string' && /^[a-z0-9_]{1,60}$/.test(value) ? value : null;
  const isLevel = (value: unknown): value is RiskLevel =>
    typeof value === 'string' && Object.hasOwn(riskLevels, value);
  const missing = name(query['missing']);
  return {
    companyId: scopeOf(req).company?.id ?? null,
    level: isLevel(query['level']) ? query['level'] : 'any',
    missing: missing !== null && Object.hasOwn(pieceTags, missing) ? missing : null,
    against: name(query['against']),
    search: parseSearch(query['q']),
  };
}

function levelOf(risk: number): 'high' | 'medium' | 'low' {
  if (risk >= riskLevels.high) return 'high';
  return risk >= riskLevels.medium ? 'medium' : 'low';
}

/** The payment of an address, of any company; the look into it is recorded. */
async function requestedPayment(
  { db }: AppDeps,
  req: Request,
): Promise<NonNullable<Awaited<ReturnType<typeof findChargedPayment>>>> {
  const paymentId = parseId(req.params['id']);
  const payment = paymentId === null ? undefined : await findChargedPayment(db, paymentId);
  if (payment === undefined) throw new NotFound();
  if (scopeOf(req).company?.id !== payment.company_id)
    await recordOperatorLook(db, requestContext(req), payment.company_id);
  return payment;
}

async function showPayment(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db } = deps;
  const payment = await requestedPayment(deps, req);
  const facts = await readPaymentFacts(db, { paymentId: payment.id, companyId: null, asOf: req.receivedAt });
  if (facts === undefined) throw new NotFound();
  const delivery = await readDelivery(db, { paymentId: payment.id });
  const check = await checkDeliveries(db, aroundOf(payment.company_id, delivery.period));
  const cases = await listCasesOf(db, payment.id);
  const readiness = assessReadiness(facts, {
    rules: ce3RulesOf(deps.config),
    experience: experienceOf(await listOutcomes(db, { from: null })),
  });
  const withLink = (piece: (typeof readiness.missing)[number]): object => ({
    ...piece,
    mend: mendLink(piece, facts),
    url: piece.record === null ? null : recordUrl(piece.record, facts),
  });
  res.render('disputes/readiness/payment', {
    title: formatOf(res).t('readiness.paymentTitle', { order: facts.order.merchant_oid }),
    payment,
    facts,
    delivery,
    check,
    cases,
    level: levelOf(readiness.risk),
    readiness: {
      ...readiness,
      missing: readiness.missing.map(withLink),
      against: readiness.against.map((fact) => ({ ...fact, url: recordUrl(fact.record, facts) })),
      families: readiness.families.map(({ family, defence, nearest, defences }) => ({
        family,
        defence,
        nearest,
        isWithinReach: nearest !== null && isWithinReach(nearest),
        lacking: nearest === null ? [] : lackingOf(nearest).map(withLink),
        defences: defences.map(({ id, satisfied, groups }) => ({
          id,
          satisfied,
          groups: groups.map((group) => ({ ...group, pieces: group.pieces.map(withLink) })),
        })),
      })),
    },
  });
}

/** The sessions that reach into a period, but for those that lasted longer than two days before it. */
function aroundOf(
  companyId: number,
  period: Delivery['period'],
): { companyId: number; from?: Date; to?: Date } {
  if (period === null) return { companyId, from: new Date(0), to: new Date(0) };
  return { companyId, from: new Date(period.from_at.getTime() - 2 * DAY_MS), to: period.to_at };
}

/** Counts the use of the company anew and assesses the payment now, after somebody mended something. */
async function assess(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const payment = await requestedPayment(deps, req);
  await repostDeliveries(deps.db, { companyId: payment.company_id });
  await storeReadiness(deps.db, requestContext(req), {
    paymentId: payment.id,
    config: deps.config,
  });
  setFlash(req, 'success', formatOf(res).t('readiness.assessed'));
  res.redirect(303, `${PATH}/${String(payment.id)}`);
}
