import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { CSV_BOM, csvLine, separatorOf, type CsvValue } from '../../evidence/csv.ts';
import { companyOf, companyParam } from '../../people/company-scope.ts';
import { formatOf } from '../../web/page-locals.ts';
import { urlWith } from '../../web/page-urls.ts';
import { monthOf, type Month } from '../../workspace/usage/month.ts';
import { ABSENT_DAYS, loadUsage, type CompanyUsage } from './load-usage.ts';

/** Width of a day and height of the chart, in units of its view box. */
const BAR = { step: 24, width: 18, height: 120 };

const COLUMNS = ['kind', 'id', 'name', 'connected_seconds', 'active_seconds', 'sessions'];

/** `/usage` and `/usage.csv`: how much a company used its workspaces in a month, and what an hour cost. */
export function createUsageRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/usage', async (req, res) => {
    await show(deps, req, res);
  });
  router.get('/usage.csv', async (req, res) => {
    const month = monthOf(req.query.month, req.receivedAt);
    const usage = await load(deps, req, month);
    const separator = separatorOf(formatOf(res).locale);
    const lines = [COLUMNS, ...toCells(usage)].map((cells) => csvLine(cells, separator));
    res
      .attachment(`usage-${month.month}.csv`)
      .type('text/csv')
      .send(CSV_BOM + lines.join(''));
  });
  return router;
}

function load({ db }: AppDeps, req: Request, month: Month): Promise<CompanyUsage> {
  return loadUsage(db, { companyId: companyOf(req).id, month, at: req.receivedAt });
}

async function show(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const month = monthOf(req.query.month, req.receivedAt);
  const usage = await load(deps, req, month);
  const kept = companyParam(req);
  const urlOf = (of: string, path = '/admin/usage'): string => urlWith(path, { ...kept, month: of });
  const most = Math.max(1, ...usage.days.map(({ connected_seconds }) => connected_seconds));
  res.render('admin/usage/show', {
    title: formatOf(res).t('usage.title'),
    ...usage,
    absentDays: ABSENT_DAYS,
    monthDate: noonOf(`${month.month}-15`),
    days: usage.days.map((day) => ({ ...day, date: noonOf(day.day), ...barOf(day, most) })),
    chart: { width: BAR.step * 31, height: BAR.height },
    previousMonthUrl: urlOf(month.previous),
    nextMonthUrl: month.next === null ? null : urlOf(month.next),
    csvUrl: urlOf(month.month, '/admin/usage.csv'),
  });
}

/** Where the bar of a day stands, and how high its two bounds are. */
function barOf(
  { day, connected_seconds, active_seconds }: CompanyUsage['days'][number],
  most: number,
): Record<'x' | 'width' | 'most' | 'least', number> {
  const height = (seconds: number): number => Math.round((seconds / most) * BAR.height * 10) / 10;
  const x = (Number(day.slice(8)) - 1) * BAR.step + (BAR.step - BAR.width) / 2;
  return { x, width: BAR.width, most: height(connected_seconds), least: height(active_seconds) };
}

function toCells({ days, people, workspaces, total }: CompanyUsage): CsvValue[][] {
  const cells = (kind: string, id: CsvValue, name: CsvValue, use: CompanyUsage['total']): CsvValue[] => [
    kind,
    id,
    name,
    use.connected_seconds,
    use.active_seconds,
    use.sessions,
  ];
  return [
    ...days.map((row) => cells('day', null, row.day, row)),
    ...people.map((row) => cells('person', row.id, row.name, row)),
    ...workspaces.map((row) => cells('workspace', row.id, row.name, row)),
    cells('total', null, null, total),
  ];
}

function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}
