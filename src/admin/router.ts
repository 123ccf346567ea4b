import { Router, type Request } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { createAlertsRouter } from '../alerts/router.ts';
import type { AttemptLimits } from '../auth/attempt-limits.ts';
import { createFactorPolicyRouter } from '../auth/factor-policy/policy-router.ts';
import { createLegalArchiveRouter } from './legal-archive/legal-archive-router.ts';
import { createLegalInvoiceDesk } from '../billing/legal-invoices/desk/desk-router.ts';
import { requireAdmin } from '../auth/require-user.ts';
import { requireCurrentAcceptance } from '../legal/require-acceptance.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { refuseFromElsewhere } from '../web/refuse-from-elsewhere.ts';
import { adminScope, requireChosenCompany } from '../people/company-scope.ts';
import { createAccountHelpRouter } from './account-help/account-help-router.ts';
import { createAuditRouter } from './audit-router.ts';
import { createDownloadSlots } from '../evidence/download-slots.ts';
import { createEvidenceRouter } from '../evidence/router.ts';
import { createPricesRouter } from '../billing/prices/prices-router.ts';
import { createRecordRouter } from '../privacy/record/record-router.ts';
import { createPaymentsRouter } from '../billing/refunds/pages/payments-router.ts';
import { createReviewRouter } from '../billing/review/review-router.ts';
import { createDeskRouter } from '../privacy/requests/desk-router.ts';
import { createDisputesRouter } from '../disputes/router.ts';
import { createHoldsRouter } from '../holds/router.ts';
import { createJourneyRouter } from './journey/journey-router.ts';
import { createLostFactorRouter } from './lost-factor/lost-factor-router.ts';
import { createLogStateRouter } from './log/log-state-router.ts';
import { createMailsRouter } from './mails-router.ts';
import { createOverviewRouter } from './overview-router.ts';
import { createPeopleRouter } from './people-router.ts';
import { createPersonRouter, showPerson } from './person-router.ts';
import { createPersonSessionsRouter } from './person-sessions-router.ts';
import { createUsageRouter } from './usage/usage-router.ts';
import { createFinanceRouter } from './finance/finance-router.ts';
import { createSecurityRouter, hideFromOthers } from './security-router.ts';

/**
 * Downloads of one company's evidence and trail in an hour, across all processes: far above a dispute's need.
 */
const DOWNLOADS_PER_HOUR = 120;

/**
 * The admin pages: an admin's own company or, for operators, the chosen one. Members are refused, and
 * strangers are sent to sign in. Mounted at `/admin`.
 */
export function createAdminRouter(deps: AppDeps, limits: AttemptLimits): Router {
  const downloads = createRateLimit(deps.db, {
    name: 'download-company',
    points: DOWNLOADS_PER_HOUR,
    durationSeconds: 3600,
  });
  const slots = createDownloadSlots(deps.config.databasePoolMax, downloads);
  const router = Router();
  // Before the rest, which refuses members: these pages do not exist for members and admins.
  router.use(
    [
      '/security',
      '/finance',
      '/finance.csv',
      '/requests',
      '/record-of-processing',
      '/record-of-processing.csv',
    ],
    hideFromOthers,
  );
  router.use(requireAdmin, requireCurrentAcceptance(deps.db), refuseFromElsewhere(isRecorded));
  router.use(adminScope(deps.db));
  // The evidence of a person needs no chosen company, and the overview is where a company is chosen.
  router.use(
    createEvidenceRouter(deps, { slots, showPerson: (req, res, input) => showPerson(deps, req, res, input) }),
  );
  router.use(createOverviewRouter(deps));
  // The list of open holds needs no chosen company either: without one it covers all.
  router.use(createHoldsRouter(deps));
  router.use(createDisputesRouter(deps, slots));
  router.use(createSecurityRouter(deps));
  router.use(createDeskRouter(deps));
  router.use(createRecordRouter(deps));
  router.use(createFinanceRouter(deps, slots));
  router.use(createPricesRouter(deps));
  router.use(createLegalArchiveRouter(deps, slots));
  router.use(createLegalInvoiceDesk(deps));
  // The outbox needs none either: without one it has the mails of all.
  router.use(createMailsRouter(deps));
  // Nor do pages about money, which name the company themselves.
  router.use('/finance', createPaymentsRouter(deps), createReviewRouter(deps));
  // Nor do lost second factors: the staff can lose theirs as well.
  router.use(createLostFactorRouter(deps));
  router.use(requireChosenCompany);
  router.use(createFactorPolicyRouter(deps));
  router.use(createPeopleRouter(deps));
  router.use(createPersonRouter(deps));
  router.use(createAccountHelpRouter(deps, limits));
  router.use(createPersonSessionsRouter(deps));
  router.use(createJourneyRouter(deps));
  router.use(createUsageRouter(deps, slots));
  router.use(createLogStateRouter(deps));
  router.use('/alerts', createAlertsRouter(deps));
  router.use(createAuditRouter(deps, slots));
  return router;
}

/**
 * Whether a look at an admin page is evidence: every look of the platform's staff, and every download of
 * records.
 */
function isRecorded(req: Request): boolean {
  return (
    req.user?.role === 'operator' ||
    /(?:\/(?:export-logs|package|zip|pdf)|\.csv|\/chargeback\/generate\/[^/]+)\/?$/i.test(req.path)
  );
}
