import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { CSV_BOM, csvLine } from '../../evidence/csv.ts';
import { startOfMonth } from '../../local-calendar.ts';
import { DAY_MS } from '../../durations.ts';
import type { Format } from '../../web/format.ts';
import { formatOf } from '../../web/page-locals.ts';
import { percent } from '../../web/charts/chart-axis.ts';
import { barAt, middleOf, OUTER_SHARE } from '../../web/charts/bar.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { disputedShares } from './disputed-shares.ts';
import {
  CHANCE_FROM,
  dimensions,
  groupOutcomes,
  type Dimension,
  type OutcomeGroup,
} from './group-outcomes.ts';
import { listOutcomes, listShares } from './queries.ts';

/** Months whose share of disputed payments is shown. */
const SHARE_DAYS = 183;

/** `/disputes/outcomes`: how disputes ended, and the share of payments that were disputed. For operators. */
export function createOutcomesRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/disputes/outcomes', requireOperator, (req, res) => showOutcomes(deps, req, res));
  router.get('/disputes/outcomes.csv', requireOperator, (req, res) => sendOutcomes(deps, req, res));
  return router;
}

async function showOutcomes({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const by = dimensionOf(req);
  const from = startOfMonth(new Date(req.receivedAt.getTime() - SHARE_DAYS * DAY_MS));
  const [rows, shares] = await Promise.all([
    listOutcomes(db, { from: null }),
    listShares(db, { from, to: req.receivedAt }),
  ]);
  const groups = groupOutcomes(rows, by);
  res.render('disputes/outcomes', {
    title: format.t('disputes.outcomesTitle'),
    by,
    dimensions,
    chanceFrom: CHANCE_FROM,
    groups: groups.map((group) => ({ ...group, name: nameOf(group, by, format) })),
    chart: drawRates(groups, by, format),
    shares: disputedShares(shares, config.disputeShareLimits),
  });
}

/** More bars than this cannot be told apart on a phone; the table has all. */
const BARS = 6;

/** The win rates of the first groups that have one, with the lines of a scale from nothing to all. */
function drawRates(groups: OutcomeGroup[], by: Dimension, format: Format) {
  const decided = groups.filter(({ winRate }) => winRate !== null).slice(0, BARS);
  const place = (at: number) => ({ at, places: BARS, top: 1 });
  return {
    bars: decided.map((group, at) => barAt(place(at), group.winRate ?? 0, OUTER_SHARE)),
    lines: [0, 0.5, 1].map((share) => ({
      y: percent(1 - share),
      label: format.t('disputes.perCent', { share }).replace(/[.,]0/, ''),
    })),
    marks: decided.map((group, at) => ({
      x: percent(middleOf(at, BARS)),
      label: nameOf(group, by, format).split(':')[0],
    })),
  };
}

function dimensionOf(req: Request): Dimension {
  return dimensions.find((name) => name === req.query.by) ?? 'reason';
}

function nameOf({ key }: OutcomeGroup, by: Dimension, { t }: Format): string {
  if (key === null) return t('disputes.network_null');
  if (by === 'reason') return t(`disputes.family_${key}` as 'disputes.family_fraud');
  if (by === 'network') return t(`disputes.network_${key}` as 'disputes.network_visa');
  return by === 'plan' ? t(`common.plan_${key}` as 'common.plan_team') : key;
}

async function sendOutcomes({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const rows = await listOutcomes(db, { from: null });
  const separator = formatOf(res).locale === 'tr' ? 'semicolon' : 'comma';
  await AuditLogger.log(db, requestContext(req), {
    action: 'dispute_outcomes_exported',
    success: true,
    details: { rows: rows.length },
  });
  const columns = ['month', 'network', 'reason_code', 'plan', 'won', 'lost', 'accepted', 'expired'] as const;
  const sorted = rows.toSorted((a, b) => (a.month < b.month ? -1 : 1));
  res.attachment('dispute-outcomes.csv');
  res.type('text/csv; charset=utf-8');
  res.send(
    CSV_BOM +
      csvLine([...columns], separator) +
      sorted
        .map((row) =>
          csvLine(
            columns.map((name) => row[name]),
            separator,
          ),
        )
        .join(''),
  );
}
