import { sweepExportProgress } from '../evidence/export-progress.ts';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';
import { writeRefusedAttempts } from '../audit/security/refused-attempts.ts';
import { watchSecurityEvents } from '../audit/security/watch-security-events.ts';
import { sweepAlerts } from '../alerts/sweep-alerts.ts';
import { SETTLE_MS } from '../alerts/watch/alert-watcher.ts';
import { watchEvents } from '../alerts/watch/watch-events.ts';
import { sweepIdempotencyKeys } from '../api/sweep-idempotency-keys.ts';
import { mailLocks } from '../auth/lock/mail-locks.ts';
import { sweepAuth } from '../auth/sweep-auth.ts';
import { followUpPayments } from '../billing/follow-up/follow-up-payments.ts';
import { followSubscriptions } from '../billing/life/notices/follow-subscriptions.ts';
import { keepRates } from '../billing/prices/keep-rates.ts';
import { dueLegalInvoices } from '../billing/legal-invoices/due-legal-invoices.ts';
import { reconcileBooks } from '../billing/reconciliation/reconcile-books.ts';
import { issueLegalInvoices } from '../billing/legal-invoices/issuing/issue-legal-invoices.ts';
import { expirePendingPayments } from '../billing/settlement/expire-pending-payments.ts';
import { tendStoredCards } from '../billing/stored-cards/tend-stored-cards.ts';
import { draftPackages } from '../disputes/cases/draft-packages.ts';
import { remindOfDeadlines } from '../disputes/cases/remind-of-deadlines.ts';
import { tendCases } from '../disputes/cases/tend-cases.ts';
import { settleRefunds } from '../billing/refunds/settle-refunds.ts';
import { remindOfRequests } from '../privacy/requests/remind-of-requests.ts';
import { stampHeads } from '../transparency/heads/stamps/stamp-heads.ts';
import { checkLogs } from '../transparency/check/check-logs.ts';
import { logSigner } from '../transparency/sequence/log-signer.ts';
import { keepLogsGuarded } from '../transparency/heads/outside/keep-logs-guarded.ts';
import { compareHeads } from '../transparency/heads/witness/compare-heads.ts';
import { cosignPlatformLog } from '../transparency/heads/witness/cosign-platform-log.ts';
import { checkAllDeliveries } from '../disputes/delivery/check-deliveries.ts';
import { postDeliveries } from '../disputes/delivery/post-deliveries.ts';
import { keepReadiness } from '../disputes/readiness/store-readiness.ts';
import { mailStatements } from '../disputes/statements/mail-statements.ts';
import { applyRetention, summariseRetention } from './apply-retention.ts';
import { makePartitions, summarisePartitions } from './make-partitions.ts';
import type { Job } from './schedule.ts';
import { sweepExpiredAccess } from '../workspace/entry/sweep-expired-access.ts';
import { expireFactorResets } from '../people/lost-factor/end-factor-reset.ts';
import { sendDueRecoveries } from '../people/recovery/send-due-recoveries.ts';
import { handlePasswordResets } from '../people/password/handle-password-resets.ts';
import { destroyWorkspaces } from '../workspace/lifecycle/destroy-workspaces.ts';
import { stopFullWorkspaces } from '../workspace/runtime/stop-full-workspaces.ts';
import { stopUnneededWorkspaces } from '../workspace/runtime/stop-unneeded-workspaces.ts';
import { WorkspaceSessionTracker } from '../workspace/sessions/workspace-session-tracker.ts';

/** All scheduled work of the product. */
export function scheduledJobs(deps: WorkspaceDeps): Job[] {
  return [
    {
      name: 'end-idle-sessions',
      everySeconds: 60,
      run: async (db, context) => ({
        ended: await WorkspaceSessionTracker.endIdleSessions(db, context),
      }),
    },
    {
      name: 'expire-pending-payments',
      everySeconds: 300,
      run: (db, context) => expirePendingPayments(db, context, deps),
    },
    {
      name: 'follow-subscriptions',
      everySeconds: 900,
      run: (db, context) => followSubscriptions(db, context, deps),
    },
    {
      name: 'reconcile-books',
      // PayTR's lists are by the day; four looks a day keep a lost callback from waiting for the night.
      everySeconds: 6 * 3600,
      run: (db, context) => reconcileBooks(db, context, deps),
    },
    {
      name: 'check-logs',
      everySeconds: 7 * 24 * 3600,
      run: async (db, context) => {
        const { leaves, faultCount, late } = await checkLogs(db, context, { signer: logSigner(deps.config) });
        return { checked: leaves, faults: faultCount, late };
      },
    },
    {
      name: 'keep-logs',
      everySeconds: 10,
      run: (db, context) => keepLogsGuarded(db, context, { config: deps.config }),
    },
    {
      name: 'keep-rates',
      // The bank publishes once a day, at about 15:30, and late at times.
      everySeconds: 1800,
      run: (db, context) => keepRates(db, context, deps.config),
    },
    {
      name: 'follow-up-payments',
      // The buyer waits for the mail.
      everySeconds: 15,
      run: (db, context) => followUpPayments(db, context, deps),
    },
    {
      name: 'due-legal-invoices',
      everySeconds: 60,
      run: (db, context) => dueLegalInvoices(db, context, deps.config),
    },
    {
      name: 'settle-refunds',
      everySeconds: 300,
      run: (db, context) => settleRefunds(db, context, { ...deps, guards: deps.refundGuards ?? [] }),
    },
    {
      name: 'draft-dispute-packages',
      // Each takes some seconds of a processor, so that a run makes a few.
      everySeconds: 900,
      run: (db, context) => draftPackages(db, context, deps),
    },
    {
      name: 'tend-disputes',
      everySeconds: 300,
      run: async (db, context) => ({
        ...(await tendCases(db, context, { keepMonths: deps.config.disputeKeepMonths })),
        ...(await remindOfDeadlines(db, context, deps)),
      }),
    },
    {
      name: 'tend-stored-cards',
      everySeconds: 60,
      run: (db, context) => tendStoredCards(db, context, deps),
    },
    {
      name: 'issue-legal-invoices',
      everySeconds: 60,
      run: (db, context) => issueLegalInvoices(db, context, { config: deps.config }),
    },
    {
      name: 'cosign-heads',
      everySeconds: 300,
      run: (db, context) => cosignPlatformLog(db, context, { config: deps.config }),
    },
    {
      name: 'compare-heads',
      everySeconds: 86_400,
      run: (db, context) => compareHeads(db, context, { config: deps.config }),
    },
    {
      name: 'stamp-heads',
      everySeconds: 60,
      run: (db, context) => stampHeads(db, context, { config: deps.config }),
    },
    {
      name: 'post-deliveries',
      everySeconds: 120,
      run: async (db, context) => ({ posted: (await postDeliveries(db, context)).sessions }),
    },
    {
      name: 'assess-readiness',
      everySeconds: 300,
      run: (db, context) => keepReadiness(db, context, deps),
    },
    {
      name: 'mail-usage-statements',
      everySeconds: 3600,
      run: (db, context) => mailStatements(db, context, deps),
    },
    { name: 'check-deliveries', everySeconds: 86_400, run: checkAllDeliveries },
    {
      name: 'make-partitions',
      everySeconds: 3600,
      run: async (db, context) =>
        summarisePartitions(
          await makePartitions(db, context, { monthsAhead: deps.config.partitionMonthsAhead }),
        ),
    },
    {
      name: 'apply-retention',
      everySeconds: 86_400,
      run: async (db, context) =>
        summariseRetention(
          await applyRetention(db, context, { retentionMonths: deps.config.retentionMonths }),
        ),
    },
    {
      name: 'stop-unneeded-workspaces',
      everySeconds: 60,
      run: (db, context) =>
        stopUnneededWorkspaces(db, context, {
          runtime: deps.runtime,
          idleStopHours: deps.config.workspaceIdleStopHours,
        }),
    },
    {
      name: 'stop-full-workspaces',
      everySeconds: 15,
      run: (db, context) => stopFullWorkspaces(db, context, { runtime: deps.runtime }),
    },
    {
      name: 'destroy-workspaces',
      everySeconds: 6 * 3600,
      run: (db, context) =>
        destroyWorkspaces(db, context, {
          runtime: deps.runtime,
          restoreDays: deps.config.workspaceRestoreDays,
        }),
    },
    {
      name: 'password-resets',
      // People wait for the mail.
      everySeconds: 15,
      run: (db, context) => handlePasswordResets(db, context, deps),
    },
    {
      name: 'lock-mails',
      everySeconds: 20,
      run: (db, context) => mailLocks(db, context, deps),
    },
    {
      name: 'recoveries',
      everySeconds: 300,
      run: (db, context) => sendDueRecoveries(db, context, deps),
    },
    {
      name: 'expire-factor-resets',
      everySeconds: 3600,
      run: async (db, context) => ({ expired: await expireFactorResets(db, context) }),
    },
    {
      name: 'write-refused-attempts',
      everySeconds: 60,
      run: async (db, context) => ({ written: await writeRefusedAttempts(db, context) }),
    },
    { name: 'watch-security-events', everySeconds: 300, run: watchSecurityEvents },
    {
      name: 'watch-events',
      everySeconds: 60,
      run: (db, context) => watchEvents(db, context, { config: deps.config, settleMs: SETTLE_MS }),
    },
    { name: 'sweep-alerts', everySeconds: 86_400, run: sweepAlerts },
    {
      name: 'remind-of-requests',
      everySeconds: 3600,
      run: (db, context) => remindOfRequests(db, context, deps.config),
    },
    { name: 'sweep-auth', everySeconds: 3600, run: sweepAuth },
    { name: 'sweep-passes', everySeconds: 3600, run: sweepExpiredAccess },
    { name: 'sweep-idempotency-keys', everySeconds: 3600, run: sweepIdempotencyKeys },
    { name: 'sweep-export-progress', everySeconds: 3600, run: sweepExportProgress },
  ];
}
