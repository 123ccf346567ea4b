import { DAY_MS } from '../../durations.ts';
import type { FactRecord } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { isHandedOver } from './agreement-pieces.ts';
import type { AgainstFact } from './assessment.ts';
import { agreedWith, cancellationBefore, standingCancellation } from './cancellation.ts';
import { doneRefunds, sumOf } from './money-pieces.ts';

type Severity = AgainstFact['severity'];

/** Days in which a consumer may withdraw without a reason (Law 6502). */
const WITHDRAWAL_DAYS = 14;

/** States in which a refund was promised and no money has come yet. */
const PROMISED = ['requested', 'sent', 'waiting', 'unknown'];

/** The facts that speak against us, the serious ones first. Each is a record, none a guess. */
export function findAgainst(facts: PaymentFacts): AgainstFact[] {
  const order: Severity[] = ['serious', 'warning', 'note'];
  return [...chargeFacts(facts), ...useFacts(facts), ...endFacts(facts), ...renewalFacts(facts)].sort(
    (one, other) => order.indexOf(one.severity) - order.indexOf(other.severity),
  );
}

function against(id: string, severity: Severity, records: FactRecord[]): AgainstFact[] {
  const [record] = records;
  return record === undefined ? [] : [{ id, record, records, severity }];
}

function chargeFacts({ order, warnings, mails, legal_invoices, period }: PaymentFacts): AgainstFact[] {
  const failed = mails.filter(({ template, state }) => template === 'receipt' && state === 'failed');
  const due = legal_invoices.filter(({ is_return, state }) => !is_return && state === 'due');
  return [
    ...(order.charged_at === null ? against('not_charged', 'serious', [order.record]) : []),
    ...(order.charged_at !== null && period === null
      ? against('not_activated', 'serious', [order.record])
      : []),
    ...(order.test_mode ? against('test_payment', 'serious', [order.record]) : []),
    ...against(
      'takeover_signs',
      'serious',
      warnings.map(({ record }) => record),
    ),
    ...against(
      'receipt_not_delivered',
      'warning',
      failed.map(({ record }) => record),
    ),
    ...against(
      'legal_invoice_due',
      'warning',
      due.map(({ record }) => record),
    ),
  ];
}

function useFacts({ order, period, sign_ins, use, faults, refused_sign_ins }: PaymentFacts): AgainstFact[] {
  if (period === null) return [];
  const records = [period.record, order.record];
  return [
    ...(sign_ins.length === 0 ? against('no_sign_in', 'serious', records) : []),
    ...(use.all.proven_minutes === 0 ? against('no_use', 'serious', records) : []),
    ...(use.all.proven_minutes > 0 && use.payer.proven_minutes === 0
      ? against('only_colleagues_used', 'note', records)
      : []),
    ...against(
      'workspace_faults',
      'warning',
      faults.map(({ record }) => record),
    ),
    ...against(
      'refused_sign_ins',
      'note',
      refused_sign_ins.map(({ record }) => record),
    ),
  ];
}

function endFacts(facts: PaymentFacts): AgainstFact[] {
  const { order, refunds } = facts;
  const promised = refunds.filter(({ state }) => PROMISED.includes(state));
  const done = doneRefunds(facts);
  const isWhole = sumOf(done) >= (order.charged_minor ?? order.amount_minor);
  const before = cancellationBefore(facts);
  const severity = order.initiated_by === 'merchant' ? 'serious' : 'note';
  return [
    ...against(
      'refund_promised',
      'serious',
      promised.map(({ record }) => record),
    ),
    ...against(
      isWhole ? 'refunded' : 'refunded_partly',
      'note',
      done.map(({ record }) => record),
    ),
    ...against('cancelled_before', severity, before === undefined ? [] : [before.record]),
    ...consumerFacts(facts),
  ];
}

/** A consumer who cancels has rights that a company has not; without a refund they may be due. */
function consumerFacts(facts: PaymentFacts): AgainstFact[] {
  const agreed = agreedWith(facts);
  const cancellation = standingCancellation(facts);
  if (agreed?.customer_type !== 'consumer' || cancellation === undefined) return [];
  const { order, period, refunds } = facts;
  if (cancellation.requested_at < order.created_at || refunds.some(({ state }) => state !== 'refused'))
    return [];
  const days = (cancellation.requested_at.getTime() - (order.paid_at ?? order.created_at).getTime()) / DAY_MS;
  const isLost = agreed.boxes.some(({ name }) => name === 'immediate');
  const hasRest = period !== null && cancellation.requested_at < period.end;
  return [
    ...(days <= WITHDRAWAL_DAYS && !isLost
      ? against('withdrawal_due', 'serious', [cancellation.record])
      : []),
    ...(hasRest ? against('unused_part_due', 'warning', [cancellation.record, period.record]) : []),
  ];
}

/** A charge that the customer did not start needs a consent, and a mail that came in time. */
function renewalFacts(facts: PaymentFacts): AgainstFact[] {
  const { order, consented, notices } = facts;
  if (order.initiated_by !== 'merchant') return [];
  const isTold = notices.some(({ mail }) => mail !== null && isHandedOver(mail));
  const isConsumer = consented?.consent?.customer_type === 'consumer';
  const hasConsent = consented?.consent?.card_text_sha256 != null;
  return [
    ...(hasConsent ? [] : against('no_card_consent', 'serious', [order.record])),
    ...(isTold ? [] : against('renewal_not_announced', 'serious', [order.record])),
    ...(isConsumer ? against('renewal_not_approved', 'serious', [order.record, consented.record]) : []),
  ];
}
