import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { countUsage, findSubscription } from '../billing/queries.ts';
import { listPaymentsInReview } from '../billing/review/queries.ts';
import { listStuckPayments } from '../billing/settlement/pending-queries.ts';
import { describeReview } from '../billing/review/describe-review.ts';
import { subscriptionState } from '../billing/subscription-state.ts';
import { formatOf } from '../web/page-locals.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';
import { companyParam, scopeOf } from '../people/company-scope.ts';
import { listNewestAuditRows } from './audit-queries.ts';
import { describeAuditRows } from './describe-audit-rows.ts';
import { countCases } from '../disputes/desk/queries.ts';
import { countHolds, countOpenHolds } from '../holds/queries.ts';
import { parseSearch, parseCursor } from '../web/list-input.ts';
import { pageUrls } from '../web/page-urls.ts';
import { startOfMonth } from '../local-calendar.ts';
import { listCompanies, listScheduledJobs, type JobEntry } from './queries.ts';
import { type CompanyRow } from '../people/queries.ts';
import { DAY_MS } from '../durations.ts';
import { countOpenDifferences } from '../billing/reconciliation/list-differences.ts';
import { describeSummary, jobTitle } from '../jobs/job-summary.ts';
import { countMailTrouble } from '../mail/queries.ts';
import { countUrgent } from '../privacy/requests/queries.ts';

const NEWEST_EVENTS = 8;

/** Only the oldest payments without news are shown: their cause is most likely the cause of the rest. */
const STUCK_SHOWN = 20;

/**
 * The prefix of the page parameters of payments in review. The list of companies uses those without a prefix.
 */
const REVIEW = 'review_';

/** `GET /`: the overview of the company; for operators without a company, the list to choose one from. */
export function createOverviewRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const { company } = scopeOf(req);
    if (company === null) await showChooser(deps, req, res);
    else await showOverview(deps, req, res, company);
  });
  return router;
}

async function showOverview(deps: AppDeps, req: Request, res: Response, company: CompanyRow): Promise<void> {
  const { db } = deps;
  const format = formatOf(res);
  const [use, subscription, hours, reviews, holds, disputes, events] = await Promise.all([
    countUsage(db, company.id),
    findSubscription(db, company.id),
    WorkspaceSessionTracker.usageStats(db, null, {
      companyId: company.id,
      from: startOfMonth(req.receivedAt),
    }),
    listPaymentsInReview(db, company.id, parseCursor(req.query, REVIEW)),
    countHolds(db, company.id),
    countCases(db, { companyId: company.id, at: req.receivedAt }),
    listNewestAuditRows(db, { companyId: company.id, userId: null, limit: NEWEST_EVENTS }),
  ]);
  if (subscription === undefined) throw new Error(`Bug! Company ${String(company.id)} has no subscription`);
  res.render('admin/show', {
    title: format.t('admin.overviewTitle'),
    use,
    state: subscriptionState(subscription, req.receivedAt),
    hours,
    reviews: reviews.rows.map((payment) => describeReview(payment, req.receivedAt, format)),
    reviewPages: pageUrls('/admin', companyParam(req), reviews, { prefix: REVIEW }),
    openHolds: holds.open,
    openDisputes: disputes.open,
    events: await describeAuditRows(db, events, { companyId: company.id, format, scope: scopeOf(req) }),
  });
}

async function showChooser({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const search = parseSearch(req.query.q);
  const lastWeek = new Date(req.receivedAt.getTime() - 7 * DAY_MS);
  const [companies, reviews, openHolds, disputes, jobs, stuck, mailTrouble, urgent, differences] =
    await Promise.all([
      listCompanies(db, { search, cursor: parseCursor(req.query), at: req.receivedAt }),
      listPaymentsInReview(db, null, parseCursor(req.query, REVIEW)),
      countOpenHolds(db),
      countCases(db, { companyId: null, at: req.receivedAt }),
      listScheduledJobs(db),
      listStuckPayments(db, req.receivedAt, STUCK_SHOWN),
      countMailTrouble(db, lastWeek),
      countUrgent(db, req.receivedAt),
      countOpenDifferences(db),
    ]);
  res.render('admin/companies', {
    title: formatOf(res).t('admin.companiesTitle'),
    search,
    companies: companies.rows,
    pages: pageUrls('/admin', { q: search }, companies),
    reviews: reviews.rows.map((payment) => describeReview(payment, req.receivedAt, formatOf(res))),
    reviewPages: pageUrls('/admin', { q: search }, reviews, { prefix: REVIEW }),
    openHolds,
    disputes,
    stuck,
    mailTrouble,
    urgent,
    differences,
    isMailConfigured: config.smtpUrl !== null,
    jobs: jobs.map((job) => ({
      ...job,
      state: jobState(job),
      title: jobTitle(job.name, formatOf(res)),
      message: describeSummary(job.last_message, formatOf(res)),
    })),
  });
}

/** A run that began after the last one ended is still running, or died with its process. */
function jobState(job: JobEntry): 'never' | 'running' | 'ok' | 'failed' {
  if (job.last_started_at === null) return 'never';
  const isOver = job.last_finished_at !== null && job.last_finished_at >= job.last_started_at;
  if (!isOver) return 'running';
  return job.last_succeeded === true ? 'ok' : 'failed';
}
