import { movedPeriods } from '../../billing/life/moved-periods.ts';
import type { PaidPlan } from '../../plan.ts';
import type { InvoicedTime } from './queries.ts';

/** The time that a payment pays for. `upgrade`: a larger plan in the time of other payments. */
interface DeliveryPeriod {
  payment_id: number;
  kind: 'paid' | 'upgrade';
  from_at: Date;
  to_at: Date;
}

interface LyingTime extends InvoicedTime {
  plan: PaidPlan;
}

/**
 * Where the time on each invoice of a company lies now, in the order of the invoices.
 *
 * 1. Time that was taken back ends there, and the periods behind it come forward (`movedPeriods`).
 * 2. Time that a larger plan's month converted into its own days ends where that month begins.
 * 3. No two `paid` periods overlap: where they would, the one that began later has the time.
 * 4. An upgrade ends with the paid time, or when it was taken back.
 * 5. A period of which nothing is left is empty: it begins and ends at the same time.
 */
export function layPeriods(invoiced: readonly InvoicedTime[]): DeliveryPeriod[] {
  const times = movedPeriods([...invoiced]);
  const own = withoutOverlaps(
    times.filter(({ isUpgrade }) => !isUpgrade).map((time) => converted(time, times)),
  );
  const paidUntil = Math.max(...own.map(({ end }) => end.getTime()), 0);
  const upgrades = times
    .filter(({ isUpgrade }) => isUpgrade)
    .map((time) => {
      const end = Math.min(time.end.getTime(), paidUntil, time.endedAt?.getTime() ?? Infinity);
      return { ...time, end: new Date(Math.max(end, time.start.getTime())) };
    });
  return [...own, ...upgrades]
    .sort((one, other) => one.id - other.id)
    .map(({ payment_id, isUpgrade, start, end }) => ({
      payment_id,
      kind: isUpgrade ? 'upgrade' : 'paid',
      from_at: start,
      to_at: end,
    }));
}

/** Ends a time where a later one of another plan begins within it: the rest became days of that plan. */
function converted(time: LyingTime, times: readonly LyingTime[]): LyingTime {
  const starts = times
    .filter(
      (later) => later.id > time.id && later.plan !== time.plan && !later.isUpgrade && later.start < time.end,
    )
    .map(({ start }) => start.getTime());
  const end = Math.min(time.end.getTime(), ...starts);
  return { ...time, end: new Date(Math.max(end, time.start.getTime())) };
}

function withoutOverlaps(times: readonly LyingTime[]): LyingTime[] {
  const sorted = [...times].sort(
    (one, other) => one.start.getTime() - other.start.getTime() || one.id - other.id,
  );
  return sorted.map((time, index) => {
    const next = sorted.slice(index + 1).find(({ start, end }) => end > start);
    return next !== undefined && next.start < time.end ? { ...time, end: next.start } : time;
  });
}
