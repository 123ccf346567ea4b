import type { PaidPlan } from '../plan.ts';
import { isRunning, type PaidTime } from './period.ts';
import type { Subscription } from './queries.ts';

/** A stretch of paid time in which one plan is in force. */
export interface Segment {
  plan: PaidPlan;
  start: Date;
  end: Date;
}

/** Paid time, and the plans in it: the one in force, and perhaps another one that is paid ahead. */
export type PaidPlans = PaidTime & Pick<Subscription, 'plan' | 'next_plan'>;

/** The columns of a subscription that say which plans are paid, and until when. */
export type PaidColumns = Pick<Subscription, 'plan' | 'period_ends_at' | 'next_plan' | 'next_period_ends_at'>;

/** The paid time that is left at a moment, in its order; empty when none runs. */
export function segmentsOf(paid: PaidPlans, at: Date): Segment[] {
  const { plan, period_ends_at: end, next_plan: nextPlan, next_period_ends_at: nextEnd } = paid;
  if (!isRunning(paid, at) || end === null || plan === 'trial') return [];
  const first = { plan, start: at, end };
  if (nextPlan === null || nextEnd === null) return [first];
  const next = { plan: nextPlan, start: end > at ? end : at, end: nextEnd };
  return end > at ? [first, next] : [next];
}

/**
 * The columns for paid time in segments, where neighbours of the same plan become one. Null when more than
 * two plans would follow each other: a subscription keeps one beside the one in force.
 */
export function columnsOf(segments: Segment[]): PaidColumns | null {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const last = merged.at(-1);
    if (last?.plan === segment.plan) last.end = segment.end;
    else if (segment.end > segment.start) merged.push({ ...segment });
  }
  const [first, next, ...others] = merged;
  if (first === undefined || others.length > 0) return null;
  return {
    plan: first.plan,
    period_ends_at: first.end,
    next_plan: next?.plan ?? null,
    next_period_ends_at: next?.end ?? null,
  };
}
