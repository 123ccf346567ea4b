import type { Knex } from 'knex';
import { paymentEntry, type PaymentEvent } from '../../audit/audit-entries.ts';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditReasonText } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { currencies } from '../../currency.ts';
import type { BoughtPeriod } from '../bought-period.ts';
import type { Decision, PaymentReport } from './decide-settlement.ts';
import { extendSubscription } from '../extend-subscription.ts';
import { issueInvoice, type IssuedInvoice } from '../invoices/issue-invoice.ts';
import { orderEvidence, personOf } from '../order-evidence.ts';
import type { ChargedAnswer } from '../paytr/paytr.ts';
import type { Period } from '../period.ts';
import type { LockedOrder } from '../lock-order.ts';
import type { Payment } from '../queries.ts';
import type { Notice } from './keep-notification.ts';
import { queueReceipt } from './queue-receipt.ts';
import { endOrderThatNoLongerFits } from '../supersede-order.ts';
import { writeSettlement } from './write-settlement.ts';

/** The locked order, the gateway's report, and the decision. */
interface Case extends LockedOrder {
  report: PaymentReport;
  /** The gateway's answer about the charge; null where nobody asked. */
  answer: ChargedAnswer | null;
  decision: Decision;
  /** The notification, to be kept with what it opens; null where it is kept already, or there is none. */
  notice: Notice | null;
  /** The kept notification or the answer to a question, as the audit row names it. */
  evidence: Record<string, unknown>;
  config: Config;
}

/**
 * Applies a decision within the caller's transaction, all or nothing: the payment and, when it is paid, the
 * subscription, the invoice, the receipt and every audit row.
 */
export async function applySettlement(
  trx: Knex.Transaction,
  context: RequestContext,
  settled: Case,
): Promise<void> {
  const { decision } = settled;
  if (decision.outcome === 'paid') await activate(trx, context, settled, decision.period);
  else if (decision.outcome === 'review') await holdForReview(trx, context, settled);
  else if (decision.outcome === 'failed') await noteFailure(trx, context, settled);
}

async function activate(
  trx: Knex.Transaction,
  context: RequestContext,
  settled: Case,
  period: BoughtPeriod,
): Promise<void> {
  const { payment, report, config } = settled;
  const chargedMinor = report.chargedMinor ?? payment.amount_minor;
  const before = settled.subscription;
  const { extended, after, entry: extension } = extendSubscription(context, { payment, before, period });
  const charge = chargedMoney(payment, report);
  const parties = await writeSettlement(trx, context, { ...settled, charge, extended });
  const ended = parties.hasOpenOrder ? await endOrderThatNoLongerFits(trx, context, after) : [];
  // Nothing is read any more once the number is taken: every other settlement waits for it.
  const { payer, buyer, head, callbackId } = parties;
  const { invoice, entry } = await issueInvoice(trx, context, {
    payment,
    chargedMinor,
    period,
    buyer,
    config,
  });
  const paid = entryOf(context, settled, { period, invoice, callbackId });
  const audit = AuditLogger.insertOrThrow(trx, context, extension, ...ended, entry, paid);
  const { plan, currency } = payment;
  const receipt = { payment, payer, invoice, plan, period, totalMinor: chargedMinor, currency, head };
  await queueReceipt(trx, context, { receipt, config, beside: audit });
}

async function holdForReview(trx: Knex.Transaction, context: RequestContext, settled: Case): Promise<void> {
  const { payment, report, decision } = settled;
  await updatePayment(trx, payment, {
    ...chargedMoney(payment, report),
    decided_at: context.at,
    installment_count: report.installmentCount,
    payment_type: report.paymentType,
    gateway_token: null,
    status: 'review',
    review_reason: decision.outcome === 'review' ? decision.reason : null,
  });
  await AuditLogger.logOrThrow(trx, context, entryOf(context, settled, {}));
}

async function noteFailure(trx: Knex.Transaction, context: RequestContext, settled: Case): Promise<void> {
  const { payment, report } = settled;
  await updatePayment(trx, payment, {
    status: 'failed',
    decided_at: context.at,
    payment_type: report.paymentType,
    failed_reason_code: report.failedReasonCode,
    failed_reason_message: report.failedReasonMessage,
    gateway_token: null,
  });
  await AuditLogger.logOrThrow(trx, context, entryOf(context, settled, {}));
}

/**
 * The charge in its own currency. An amount in a currency without prices here counts as unknown: summed or
 * given back as another currency it would be wrong.
 */
function chargedMoney(
  payment: Payment,
  { chargedMinor, currency }: PaymentReport,
): Pick<Payment, 'charged_minor' | 'charged_currency'> {
  const known = currencies.find((each) => each === (currency ?? payment.currency)) ?? null;
  if (known === null || chargedMinor === null) return { charged_minor: null, charged_currency: null };
  return { charged_minor: chargedMinor, charged_currency: known };
}

async function updatePayment(
  trx: Knex.Transaction,
  payment: Payment,
  change: Record<string, unknown>,
): Promise<void> {
  await trx('payments').where('id', payment.id).update(change);
}

function entryOf(
  context: RequestContext,
  settled: Case,
  bought: { period?: Period; invoice?: IssuedInvoice; callbackId?: number | null },
): AuditEntry {
  const { payment, report, decision, evidence } = settled;
  const isPaid = decision.outcome === 'paid';
  const order = orderEvidence(payment);
  const reason = failureReason(decision, report);
  const event: PaymentEvent = {
    action: actionFor(report.source, isPaid),
    success: isPaid,
    ...order,
    userId: personOf(context, payment),
    details: {
      ...order.details,
      charged_minor: report.chargedMinor,
      currency_reported: report.currency,
      // The gateway's own value, which may differ from the order's.
      test_mode: report.testMode,
      status_before: payment.status,
      payment_type: report.paymentType,
      installment_count: report.installmentCount,
      failed_reason_code: report.failedReasonCode,
      period_start: bought.period?.start,
      period_end: bought.period?.end,
      invoice_no: bought.invoice?.invoice_no,
      ...(decision.outcome === 'review' && decision.fits !== undefined
        ? { fits_from: decision.fits.from, plans_that_fit: decision.fits.plans }
        : {}),
      ...(typeof bought.callbackId === 'number' ? { callback_id: bought.callbackId } : {}),
      ...evidence,
    },
    ...(reason === null ? {} : { reason }),
  };
  return paymentEntry(event);
}

function actionFor(source: PaymentReport['source'], isPaid: boolean): PaymentEvent['action'] {
  if (source === 'status-query') return 'payment_reconciled';
  if (source === 'review') return 'payment_accepted';
  return isPaid ? 'payment_callback_success' : 'payment_callback_failure';
}

function failureReason(decision: Decision, report: PaymentReport): AuditReasonText | null {
  if (decision.outcome === 'review') return decision.reason;
  if (decision.outcome !== 'failed') return null;
  return `declined: ${`${report.failedReasonCode ?? 'no code'} ${report.failedReasonMessage ?? ''}`.trimEnd()}`;
}
