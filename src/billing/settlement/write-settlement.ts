import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { namedStatement } from '../../db/named-statement.ts';
import { HEAD_AT } from '../../transparency/heads/handed-out/queries.ts';
import type { ExtendedTime } from '../extend-subscription.ts';
import { NOTE_FOLLOW_UP } from '../follow-up/follow-up-insert.ts';
import type { ChargedAnswer } from '../paytr/paytr.ts';
import { partiesSql, toParties, type Parties, type PartiesRow, type Payment } from '../queries.ts';
import type { PaymentReport } from './decide-settlement.ts';
import { KEEP_NOTICE, noticeValues, type Notice } from './keep-notification.ts';

/** The parties, with the rest that a settlement needs to know. */
interface Found extends Parties {
  /** Whether the company has another open order. */
  hasOpenOrder: boolean;
  /** The newest checkpoint that there is (`findHeadAt`). */
  head: string | null;
  /** The kept notification; null where the gateway was asked. */
  callbackId: number | null;
}

/** When and how it was charged has been written down already when an operator accepts a charge in review. */
const CHARGE_TOLD = `
  decided_at = :at, installment_count = :installmentCount, payment_type = :paymentType, gateway_token = null,`;

/** Another open order is found by a constant status: that alone lets Postgres use their partial index. */
const settlementSql = ({ kept, told }: { kept: string; told: string }): string => `
  with ${kept}
  followed as (${NOTE_FOLLOW_UP}),
  extended as (
    update subscriptions
    set plan = :plan, period_started_at = :countedFrom, period_ends_at = :endsAt, next_plan = :nextPlan,
      next_period_ends_at = :nextEndsAt, grace_plan = :gracePlan, billing_currency = :currency,
      paid_prices = :paidPrices, wanted_plan = null, cancel_requested_at = null, cancels_at = null,
      cancelled_by = null, cancel_reason = null, updated_at = :at
    where company_id = :companyId
  ),
  settled as (
    update payments
    set status = 'success', paid_at = :at, charged_minor = :chargedMinor, charged_currency = :chargedCurrency,${told}
      failed_reason_code = null, failed_reason_message = null, review_reason = null
    where id = :paymentId
  )
  ${partiesSql(
    kept === '' ? 'null::bigint as callback_id' : '(select id from kept) as callback_id',
    `${HEAD_AT} as head`,
    `exists (select from payments as open where open.company_id = payments.company_id
       and open.status = 'pending' and open.superseded_at is null and open.id <> payments.id) as has_open_order`,
  )}`;

type Row = PartiesRow & { callback_id: number | null; head: string | null; has_open_order: boolean };

const kept = `kept as (${KEEP_NOTICE}),`;
const settleNotified = namedStatement<Row>('settle-notified', settlementSql({ kept, told: CHARGE_TOLD }));
const settleAsked = namedStatement<Row>('settle-asked', settlementSql({ kept: '', told: CHARGE_TOLD }));
const settleAccepted = namedStatement<Row>('settle-accepted', settlementSql({ kept: '', told: '' }));

/**
 * Marks a payment as paid, extends the paid time and keeps the notification, and reads what the papers need:
 * one statement, since each one of a settlement costs it a round trip.
 */
export async function writeSettlement(
  trx: Knex.Transaction,
  context: RequestContext,
  settled: {
    payment: Payment;
    charge: Pick<Payment, 'charged_minor' | 'charged_currency'>;
    report: PaymentReport;
    answer: ChargedAnswer | null;
    extended: ExtendedTime;
    notice: Notice | null;
  },
): Promise<Found> {
  const { payment, charge, report, answer, extended, notice } = settled;
  const values = {
    at: context.at,
    paymentId: payment.id,
    companyId: payment.company_id,
    answer: answer === null ? null : JSON.stringify(answer),
    ...{ plan: extended.plan, countedFrom: extended.period_started_at, endsAt: extended.period_ends_at },
    ...{ nextPlan: extended.next_plan, nextEndsAt: extended.next_period_ends_at },
    ...{ gracePlan: extended.grace_plan, currency: extended.billing_currency },
    paidPrices: extended.paid_prices === null ? null : JSON.stringify(extended.paid_prices),
    ...{ chargedMinor: charge.charged_minor, chargedCurrency: charge.charged_currency },
    ...{ installmentCount: report.installmentCount, paymentType: report.paymentType },
  };
  const [row] = await (notice !== null
    ? settleNotified(trx, { ...values, ...noticeValues(context, notice) })
    : (report.source === 'review' ? settleAccepted : settleAsked)(trx, values));
  if (row === undefined) throw new Error('Bug! A payment without a person or a company');
  const { callback_id: callbackId, head, has_open_order: hasOpenOrder, ...parties } = row;
  return { ...toParties(parties), callbackId, head, hasOpenOrder };
}
