import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { findPayments } from '../../billing/finance/find-payments.ts';
import { readPaymentSearch } from '../../billing/finance/payment-search.ts';
import { readMoneyTotals, type MoneyTotals } from '../../billing/finance/month-totals.ts';
import { listMonthsOfMoney, type MonthOfMoney } from '../../billing/finance/months-of-money.ts';
import { closeDifference } from '../../billing/reconciliation/close-difference.ts';
import {
  findDifference,
  listOpenDifferences,
  type ListedDifference,
} from '../../billing/reconciliation/list-differences.ts';
import { listNewestReports } from '../../billing/reconciliation/queries.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { separatorOf } from '../../evidence/csv.ts';
import { downloadOwner, type DownloadSlots } from '../../evidence/download-slots.ts';
import { refuseHead } from '../../evidence/router.ts';
import { monthOf } from '../../month.ts';
import { sendDownload } from '../../web/downloads/send-download.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseCursor, parseId, parseSearch } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { pageUrls, urlWith } from '../../web/page-urls.ts';
import { exportMonth } from './export-month.ts';
import { CHART_MONTHS, drawMonths } from './finance-chart.ts';
import { closeForm, NOTE_MAX } from './input.ts';

const PATH = '/admin/finance';

/**
 * `/finance`: the money of a month over all companies, what does not add up, and a search for payments.
 * Mounted behind `hideFromOthers`.
 */
export function createFinanceRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  router.get('/finance', (req, res) => showMonth(deps, req, res));
  router.head('/finance.csv', refuseHead);
  router.get('/finance.csv', requireStepUp(deps, { download: true }), (req, res) =>
    sendCsv(deps, slots, req, res),
  );
  router.get('/finance/search', (req, res) => search(deps, req, res));
  router.get('/finance/differences/:id', (req, res) => showDifference(deps, req, res, {}));
  router.post('/finance/differences/:id/close', (req, res) => closeFromForm(deps, req, res));
  return router;
}

async function showMonth({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const month = monthOf(req.query.month, req.receivedAt);
  const [totals, months, differences, reports] = await Promise.all([
    readMoneyTotals(db, month),
    listMonthsOfMoney(db, { last: month, count: CHART_MONTHS, at: req.receivedAt }),
    listOpenDifferences(db, parseCursor(req.query)),
    listNewestReports(db),
  ]);
  const urlOf = (of: string, path = PATH): string => urlWith(path, { month: of });
  res.render('admin/finance/show', {
    title: format.t('finance.title'),
    ...{ totals: totals.map((total) => ({ ...total, states: statesOf(total) })), months, reports },
    monthDate: new Date(`${month.month}-15T12:00:00Z`),
    months: newestFirst(months).map((row) => ({ ...row, date: new Date(`${row.month}-15T12:00:00Z`) })),
    charts: drawMonths(months, month.month, format),
    differences: differences.rows.map((row) => describe(row)),
    differencePages: pageUrls(PATH, { month: month.month }, differences, { fragment: 'differences' }),
    previousMonthUrl: urlOf(month.previous),
    nextMonthUrl: month.next === null ? null : urlOf(month.next),
    csvUrl: urlOf(month.month, '/admin/finance.csv'),
  });
}

/** The states with payments; `minor` is null where nothing was charged, or nobody knows how much. */
function statesOf(total: MoneyTotals): { status: string; count: number; minor: number | null }[] {
  const charged = (['success', 'review', 'refunded'] as const).map((status) => ({
    status,
    ...total[status],
  }));
  const others = (['unknown', 'pending', 'failed', 'expired', 'refused'] as const).map((status) => ({
    ...{ status, count: total[status], minor: null },
  }));
  return [...charged, ...others].filter(({ count }) => count > 0);
}

/** The currencies of a month keep their order. */
function newestFirst(rows: MonthOfMoney[]): MonthOfMoney[] {
  return rows.toSorted((a, b) => b.month.localeCompare(a.month));
}

/** With the address where an operator can look at what it is about. */
function describe(row: ListedDifference): ListedDifference & { url: string } {
  return { ...row, url: `${PATH}/differences/${String(row.id)}` };
}

async function sendCsv({ db }: AppDeps, slots: DownloadSlots, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const asked = {
    month: monthOf(req.query.month, req.receivedAt),
    separator: separatorOf(formatOf(res).locale),
  };
  await slots.run(downloadOwner(req.user, 0), () =>
    sendDownload(req, res, () => exportMonth(db, requestContext(req), asked)),
  );
}

async function search({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const text = parseSearch(req.query.q);
  const asked = text === null ? null : readPaymentSearch(text);
  const found = asked === null ? null : await findPayments(db, asked, parseCursor(req.query));
  const isUnreadable = text !== null && asked === null;
  if (isUnreadable) res.status(422);
  res.render('admin/finance/search', {
    title: t('finance.searchTitle'),
    values: { q: text ?? '' },
    errors: isUnreadable ? { q: t('finance.error_search') } : {},
    text,
    found,
    pages: found === null ? null : pageUrls(`${PATH}/search`, { q: text }, found),
  });
}

async function requested({ db }: AppDeps, req: Request): Promise<ListedDifference> {
  const id = parseId(req.params.id);
  const difference = id === null ? undefined : await findDifference(db, id);
  if (difference === undefined) throw new NotFound();
  return difference;
}

async function showDifference(
  deps: AppDeps,
  req: Request,
  res: Response,
  { values = {}, errors = {} }: { values?: Record<string, string>; errors?: Record<string, string> },
): Promise<void> {
  const difference = await requested(deps, req);
  if (Object.keys(errors).length > 0) res.status(422);
  res.render('admin/finance/difference', {
    title: formatOf(res).t(`finance.kind_${difference.kind}`),
    ...{ difference, values, errors, noteMax: NOTE_MAX },
  });
}

async function closeFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const form = closeForm.safeParse(req.body ?? {});
  if (!form.success) {
    const values = keptValues(req.body, ['note']);
    await showDifference(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const { id } = await requested(deps, req);
  const input = { differenceId: id, operatorId: req.user.id, note: form.data.note };
  const isClosed = await closeDifference(deps.db, requestContext(req), input);
  setFlash(
    req,
    isClosed ? 'success' : 'danger',
    format.t(isClosed ? 'finance.closed' : 'finance.closedAlready'),
  );
  res.redirect(303, PATH);
}
