import { recordOf } from '../facts/fact-record.ts';
import type { RefundFact } from '../facts/money-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { cancellationBefore, standingCancellation } from './cancellation.ts';
import { missing, ready, toDo, when, type FoundPiece, type PieceContext } from './found-piece.ts';

/** Pieces about the money, the papers and the end of it. */
export const moneyPieces = {
  order: ({ facts: { order } }: PieceContext): FoundPiece => when(order.charged_at !== null, [order.record]),
  receipt: ({ facts: { period } }: PieceContext): FoundPiece => ready(period?.record),
  legal_invoice: ({ facts }: PieceContext): FoundPiece => legalInvoice(facts),
  no_cancellation: ({ facts }: PieceContext): FoundPiece =>
    when(cancellationBefore(facts) === undefined, [recordOf('subscription', facts.order.company_id)]),
  chosen_payment: ({ facts: { order, consent } }: PieceContext): FoundPiece =>
    order.initiated_by === 'cardholder' && consent !== null ? ready(order.record, consent.record) : missing(),
  cancellation_later: ({ facts }: PieceContext): FoundPiece => {
    const cancellation = standingCancellation(facts);
    const isLater = cancellation !== undefined && cancellation.requested_at > facts.order.created_at;
    return isLater ? ready(cancellation.record, facts.order.record) : missing();
  },
  cancellation_record: ({ facts }: PieceContext): FoundPiece => ready(standingCancellation(facts)?.record),
  refund_made: ({ facts, amount_minor }: PieceContext): FoundPiece => {
    const done = doneRefunds(facts);
    const wanted = amount_minor ?? facts.order.charged_minor ?? facts.order.amount_minor;
    return when(
      done.length > 0 && sumOf(done) >= wanted,
      done.map(({ record }) => record),
    );
  },
  refund_partly: ({ facts }: PieceContext): FoundPiece =>
    ready(...doneRefunds(facts).map(({ record }) => record)),
  nothing_promised: ({ facts: { order, refunds } }: PieceContext): FoundPiece => {
    const isNone = refunds.every(({ state }) => state === 'refused' || state === 'withdrawn');
    return when(isNone, [order.record]);
  },
  other_order: ({ facts: { order, neighbours } }: PieceContext): FoundPiece =>
    when(neighbours.length > 0, [order.record, ...neighbours.map(({ record }) => record)]),
  other_period: ({ facts: { period, neighbours } }: PieceContext): FoundPiece => {
    const others = neighbours.flatMap((neighbour) => neighbour.period ?? []);
    if (period === null || others.length === 0 || others.length < neighbours.length) return missing();
    const isApart = others.every(
      ({ start, end }) => end <= period.bought_start || start >= period.bought_end,
    );
    return when(isApart, [period.record, ...others.map(({ record }) => record)]);
  },
  only_payment: ({ facts: { order, neighbours } }: PieceContext): FoundPiece =>
    when(neighbours.length === 0, [order.record]),
  amount_shown: ({ facts: { consent, notices } }: PieceContext): FoundPiece =>
    consent !== null
      ? ready(consent.record)
      : ready(...notices.filter(({ kind }) => kind === 'renewal_announced').map(({ record }) => record)),
  amount_charged: ({ facts: { order, callbacks } }: PieceContext): FoundPiece => {
    const isEqual = order.charged_minor === order.amount_minor && order.charged_currency === order.currency;
    const paid = callbacks.filter(({ outcome }) => outcome === 'paid').map(({ record }) => record);
    return when(isEqual, [order.record, ...paid]);
  },
  exchange_rate: ({ facts: { order } }: PieceContext): FoundPiece =>
    when(order.price_facts?.kind === 'converted', [order.record]),
};

/** The refunds that were made. */
export function doneRefunds({ refunds }: PaymentFacts): RefundFact[] {
  return refunds.filter(({ state }) => state === 'done');
}

/** Amounts added up; the refunds of one payment have its currency. */
export function sumOf(refunds: readonly RefundFact[]): number {
  return refunds.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
}

/** A legal invoice has the number of the tax authority (ETTN), unless our receipt is the invoice. */
function legalInvoice({ legal_invoices }: PaymentFacts): FoundPiece {
  const sales = legal_invoices.filter(({ is_return }) => !is_return);
  const issued = sales.find(
    ({ ettn, issuer, state }) => state !== 'withdrawn' && (ettn !== null || issuer === 'own'),
  );
  if (issued !== undefined) return ready(issued.record);
  const [due] = sales;
  return due === undefined ? missing() : toDo(`/admin/finance/invoices/${String(due.record.id)}`);
}
