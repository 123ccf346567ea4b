import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotSignedIn } from '../../errors.ts';
import { separatorOf } from '../../evidence/csv.ts';
import { downloadOwner, type DownloadSlots } from '../../evidence/download-slots.ts';
import { refuseHead } from '../../evidence/router.ts';
import { companyOf, companyParam } from '../../people/company-scope.ts';
import { sendDownload } from '../../web/downloads/send-download.ts';
import { formatOf } from '../../web/page-locals.ts';
import { urlWith } from '../../web/page-urls.ts';
import { monthOf } from '../../month.ts';
import { exportUsage } from './export-usage.ts';
import { ABSENT_DAYS, loadUsage } from './load-usage.ts';
import { drawUsage } from './usage-chart.ts';

/** `/usage` and `/usage.csv`: how much a company used its workspaces in a month, and what an hour cost. */
export function createUsageRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  router.get('/usage', async (req, res) => {
    await show(deps, req, res);
  });
  router.head('/usage.csv', refuseHead);
  router.get('/usage.csv', requireStepUp(deps, { download: true }), async (req, res) => {
    await sendCsv(deps, slots, req, res);
  });
  return router;
}

async function sendCsv({ db }: AppDeps, slots: DownloadSlots, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const company = companyOf(req);
  const asked = {
    company,
    month: monthOf(req.query.month, req.receivedAt),
    separator: separatorOf(formatOf(res).locale),
  };
  await slots.run(downloadOwner(req.user, company.id), () =>
    sendDownload(req, res, () => exportUsage(db, requestContext(req), asked)),
  );
}

async function show({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const month = monthOf(req.query.month, req.receivedAt);
  const usage = await loadUsage(db, { companyId: companyOf(req).id, month, at: req.receivedAt });
  const kept = companyParam(req);
  const urlOf = (of: string, path = '/admin/usage'): string => urlWith(path, { ...kept, month: of });
  res.render('admin/usage/show', {
    title: format.t('usage.title'),
    ...usage,
    absentDays: ABSENT_DAYS,
    monthDate: noonOf(`${month.month}-15`),
    days: usage.days.map((day) => ({ ...day, date: noonOf(day.day) })),
    chart: drawUsage(usage.days, month.month, format),
    previousMonthUrl: urlOf(month.previous),
    nextMonthUrl: month.next === null ? null : urlOf(month.next),
    csvUrl: urlOf(month.month, '/admin/usage.csv'),
  });
}

function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}
