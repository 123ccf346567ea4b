import type { PaidPlan } from '../../plan.ts';
import { sameDayBefore, type Period } from '../period.ts';
import type { PriceFacts } from '../price-facts.ts';
import type { Subscription } from '../queries.ts';
import { columnsOf, segmentsOf, type Segment } from '../segments.ts';
import { paidUntilOf } from '../subscription-state.ts';

/**
 * A subscription without what a payment bought: its period, or where it was an upgrade the larger plan in the
 * time that is left. Null when nothing is left of it, or when that could not be kept: more than two plans
 * would follow each other.
 */
export function withoutPayment(
  before: Subscription,
  payment: { plan: PaidPlan; price_facts: PriceFacts | null },
  bought: Period,
  at: Date,
): Subscription | null {
  const upgrade = payment.price_facts?.upgrade;
  if (upgrade === undefined) return paidTimeWithout(before, bought, at);
  const segments = segmentsOf(before, at);
  let start = bought.start;
  let after = segments;
  for (const { plan, until } of upgrade.parts) {
    const part = { plan, start, end: new Date(until) };
    after = after.flatMap((segment) => (segment.plan === payment.plan ? replaced(segment, part) : [segment]));
    start = part.end;
  }
  const columns = columnsOf(after);
  const isSame = after.every((segment, index) => segment.plan === segments[index]?.plan);
  return columns === null || isSame ? null : { ...before, ...columns };
}

/** A segment with another plan in the part of it that lies within some time. */
function replaced(segment: Segment, part: Segment): Segment[] {
  const start = part.start > segment.start ? part.start : segment.start;
  const end = part.end < segment.end ? part.end : segment.end;
  if (start >= end) return [segment];
  const pieces = [
    { ...segment, end: start },
    { plan: part.plan, start, end },
    { ...segment, start: end },
  ];
  return pieces.filter((piece) => piece.end > piece.start);
}

/**
 * A subscription without the unused part of the period that one payment bought; null when none of it is left.
 *
 * 1. Later time moves forward by as much, so months that other payments bought are kept in full.
 * 2. When no paid time is left the subscription is cancelled: at once, or when a trial that still runs ends.
 *    No days of grace follow time that was given back.
 * 3. A cancellation that was made stays, and comes forward with the end that it was for.
 */
export function paidTimeWithout(before: Subscription, bought: Period, at: Date): Subscription | null {
  const paidUntil = paidUntilOf(before);
  const unusedFrom = bought.start > at ? bought.start : at;
  if (paidUntil === null || paidUntil <= at || bought.end <= unusedFrom) return null;
  const unusedMs = bought.end.getTime() - unusedFrom.getTime();
  const earlier = (end: Date): Date => new Date(Math.max(end.getTime() - unusedMs, at.getTime()));
  const { period_ends_at: ends, next_plan: nextPlan, next_period_ends_at: nextEnds } = before;
  if (ends === null) return null;
  // The payment of a smaller plan that is paid ahead buys time behind the end of the first segment.
  const newEnd = bought.start >= ends ? ends : earlier(ends);
  const newNext = nextEnds === null ? null : earlier(nextEnds);
  const hasNext = nextPlan !== null && newNext !== null && newNext > newEnd && newNext > at;
  const later = hasNext ? { next_plan: nextPlan, next_period_ends_at: newNext } : noNext;
  const cancelled = cancelledBy(before, hasNext ? newNext : newEnd, at);
  if (newEnd > at)
    return {
      ...{ ...before, ...cancelled },
      ...{ period_started_at: startOf(before, newEnd), period_ends_at: newEnd, ...later },
    };
  if (hasNext) {
    const next = { plan: nextPlan, period_started_at: at, period_ends_at: newNext, ...noNext };
    return { ...before, ...cancelled, ...next };
  }
  return {
    ...before,
    period_started_at: startOf(before, at),
    period_ends_at: at,
    ...noNext,
    wanted_plan: null,
    cancel_requested_at: before.cancel_requested_at ?? at,
    cancels_at: cancelled.cancels_at ?? laterOf(before.trial_ends_at, at),
  };
}

/** A cancellation at the end of time that ends earlier now: it is never later than the new end. */
function cancelledBy(before: Subscription, end: Date, at: Date): Pick<Subscription, 'cancels_at'> {
  const { cancels_at: cancelsAt, trial_ends_at: trialEndsAt } = before;
  if (cancelsAt === null || cancelsAt <= at) return { cancels_at: cancelsAt };
  const newEnd = laterOf(laterOf(end, trialEndsAt), at);
  return { cancels_at: cancelsAt < newEnd ? cancelsAt : newEnd };
}

function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/**
 * The day from which months are counted: it stays, unless it would lie behind the end. An upgrade counts from
 * a day to come.
 */
function startOf({ period_started_at: startedAt }: Subscription, end: Date): Date {
  return startedAt === null || startedAt >= end ? sameDayBefore(end) : startedAt;
}

const noNext = { next_plan: null, next_period_ends_at: null };
