import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { countWithoutFactor, listWithoutFactor } from '../../auth/factor-policy/queries.ts';
import { DAY_MS } from '../../durations.ts';
import { companyOf, companyParam } from '../../people/company-scope.ts';
import { parseCursor, parseId } from '../../web/list-input.ts';
import { formatOf } from '../../web/page-locals.ts';
import { pageUrls } from '../../web/page-urls.ts';
import { listAlerts } from '../alert-queries.ts';
import { creditOf, describeAlerts } from '../describe-alert.ts';
import { listIncidents } from '../incidents/queries.ts';
import { ruleNames } from '../rules/rule-settings.ts';
import { listLockedPeople, listSignInDays, listStaleCredentials, SHOWN_MAX } from './queries.ts';
import { drawSignIns } from './sign-in-chart.ts';

/** Days of sign-ins on the chart, today included. */
const CHART_DAYS = 30;

/** A token or key that nobody used for so long is most likely not needed. */
const STALE_DAYS = 90;

const NEWEST_ALERTS = 5;

/** `/`: the security of a company at a glance; `/all`: its alerts. */
export function createOverviewRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/', (req, res) => showOverview(deps, req, res));
  router.get('/all', (req, res) => showAlerts(deps, req, res));
  return router;
}

async function showOverview({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const { t, locale } = format;
  const companyId = companyOf(req).id;
  const to = req.receivedAt;
  const from = new Date(to.getTime() - (CHART_DAYS - 1) * DAY_MS);
  const since = new Date(to.getTime() - STALE_DAYS * DAY_MS);
  const [days, incidents, alerts, stale, locked, people, count] = await Promise.all([
    listSignInDays(db, { companyId, from, to }),
    listIncidents(db, { companyId, isOpen: true, cursor: {} }),
    listAlerts(db, { companyId, userId: null, rule: null, size: NEWEST_ALERTS, cursor: {} }),
    listStaleCredentials(db, { companyId, since, at: to }),
    listLockedPeople(db, companyId),
    listWithoutFactor(db, { companyId, limit: SHOWN_MAX }),
    countWithoutFactor(db, companyId),
  ]);
  res.render('alerts/overview', {
    title: t('alerts.overviewTitle'),
    days,
    chart: drawSignIns(days, format),
    from,
    to,
    chartDays: CHART_DAYS,
    incidents: incidents.rows,
    alerts: describeAlerts(alerts.rows, locale),
    credit: creditOf(alerts.rows),
    stale,
    staleDays: STALE_DAYS,
    without: { people, count },
    locked,
  });
}

async function showAlerts({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const { t, locale } = formatOf(res);
  const rule = ruleNames.find((name) => name === req.query.rule) ?? null;
  const userId = parseId(req.query.person);
  const page = await listAlerts(db, {
    companyId: companyOf(req).id,
    userId,
    rule,
    cursor: parseCursor(req.query),
  });
  res.render('alerts/list', {
    title: t('alerts.listTitle'),
    rule,
    userId,
    rules: ruleNames,
    rows: describeAlerts(page.rows, locale),
    credit: creditOf(page.rows),
    pages: pageUrls('/admin/alerts/all', { ...companyParam(req), rule, person: userId }, page),
  });
}
