import { GRACE_DAYS, isUpgrade, limitsOf, SUSPENDED_DAYS, type PlanLimits } from './plans.ts';
import type { Plan, PlanTimes } from '../plan.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';

/**
 * People are warned from five days before the end: the subscription does not renew by itself, and a weekend
 * or a bank may lie between.
 */
const ENDING_DAYS = 5;

/** How long a state still lasts, rounded down so that no page promises too much. */
interface TimeLeft {
  unit: 'day' | 'hour' | 'minute';
  count: number;
}

/**
 * The states of a subscription.
 *
 * 1. `trial` and `active`: everything the plan allows.
 * 2. `past_due`: the paid time is over, and workspaces stay open for days of grace.
 * 3. `suspended`: people can look, but create and open nothing. Nothing is deleted.
 * 4. `cancelled`: the same, after a cancellation or after a long suspension.
 */
export type StateName = 'trial' | 'active' | 'past_due' | 'suspended' | 'cancelled';

/** A stretch of a subscription's life; it lasts until the next one begins. */
interface Stage {
  state: StateName;
  plan: Plan;
  /** Null for the first stage. */
  from: Date | null;
}

export interface SubscriptionState {
  state: StateName;
  /** The plan in force. A suspended or cancelled company has its last plan here. */
  plan: Plan;
  /** When this state ends. For a suspended or cancelled company: since when it lasts. */
  endsAt: Date;
  /** True from five days before the end until the end, and in the days of grace. */
  isEnding: boolean;
  /** Null for a suspended or cancelled company. */
  left: TimeLeft | null;
  /** Days of grace follow this state. */
  hasGrace: boolean;
  /** Why nothing can be opened: for pages, which tell a trial that is over from a suspension. */
  closedAs: 'trial' | 'suspended' | 'cancelled' | null;
  /** When a cancellation ends this state; null without one, and once it has. */
  cancelsAt: Date | null;
  /** Workspaces may be created and opened: before `opensUntil`. */
  mayOpen: boolean;
  /** As the column `subscriptions.opens_until`. */
  opensUntil: Date;
  /**
   * The limits of the plan. A suspended or cancelled company may start nothing new, whatever the limits
   * allow: check `mayOpen` first.
   */
  limits: PlanLimits;
}

/**
 * The state of a subscription at a moment. A stage begins at its own moment and ends before the next one. The
 * function is pure, so a state holds from the second it is due without any job.
 */
export function subscriptionState(times: PlanTimes, at: Date): SubscriptionState {
  const stages = stagesOf(times);
  const index = stages.findLastIndex(({ from }) => from === null || from <= at);
  const { state, plan, from } = stages[index] ?? { state: 'cancelled', plan: times.plan, from: null };
  // A smaller plan that is paid ahead follows in the same state.
  const next = stages.slice(index).find((stage) => stage.state !== state);
  const opensUntil = stages.find((stage) => isClosed(stage.state))?.from ?? times.trial_ends_at;
  const shared = { state, plan, opensUntil, limits: limitsOf(plan) };
  if (isClosed(state)) {
    const endsAt = from ?? times.trial_ends_at;
    const closedAs = state === 'suspended' && plan === 'trial' ? 'trial' : state;
    const over = { isEnding: false, left: null, hasGrace: false, cancelsAt: null, mayOpen: false };
    return { ...shared, ...over, closedAs, endsAt };
  }
  if (next?.from == null) throw new Error('Bug! A subscription without an end');
  const left = next.from.getTime() - at.getTime();
  return {
    ...shared,
    endsAt: next.from,
    isEnding: state === 'past_due' || left <= ENDING_DAYS * DAY_MS,
    left: timeLeft(left),
    hasGrace: next.state === 'past_due',
    closedAs: null,
    cancelsAt: times.cancels_at,
    mayOpen: true,
  };
}

/** The plan that runs at a moment; the stored one is that of the first stretch of paid time. */
export function planAt(times: PlanTimes, at: Date): Plan {
  return subscriptionState(times, at).plan;
}

/**
 * The stages of a subscription as its times stand now, in their order.
 *
 * 1. Paid time wins over the trial; a trial that outlasts it goes on.
 * 2. Days of grace follow paid time only, never a trial, and none follow a cancellation.
 * 3. They have the plan that a whole month was paid for: an upgrade for the last hours costs next to nothing.
 * 4. `opens_until` in the database is the moment at which `suspended` or `cancelled` begins.
 */
export function stagesOf(times: PlanTimes): Stage[] {
  const stages: Stage[] = [];
  let plannedUntil: Date | null = null;
  for (const [state, plan, until] of openStages(times)) {
    if (until === null || (plannedUntil !== null && until <= plannedUntil)) continue;
    stages.push({ state, plan, from: plannedUntil });
    plannedUntil = until;
  }
  const opensUntil = plannedUntil ?? times.trial_ends_at;
  const { cancels_at: cancelsAt } = times;
  if (cancelsAt === null) {
    const plan = stages.at(-1)?.plan ?? times.plan;
    const givenUpAt = new Date(opensUntil.getTime() + SUSPENDED_DAYS * DAY_MS);
    return [
      ...stages,
      { state: 'suspended', plan, from: opensUntil },
      { state: 'cancelled', plan, from: givenUpAt },
    ];
  }
  const from = cancelsAt < opensUntil ? cancelsAt : opensUntil;
  const open = stages.filter((stage) => stage.from === null || stage.from < from);
  return [...open, { state: 'cancelled', plan: open.at(-1)?.plan ?? times.plan, from }];
}

/** The stages in which workspaces may be opened, each with its end. */
function openStages(times: PlanTimes): [StateName, Plan, Date | null][] {
  const { plan, next_plan: nextPlan } = times;
  const paidUntil = paidUntilOf(times);
  const graceEnd = paidUntil === null ? null : new Date(paidUntil.getTime() + GRACE_DAYS * DAY_MS);
  return [
    ['active', plan, times.period_ends_at],
    ['active', nextPlan ?? plan, times.next_period_ends_at],
    ['trial', 'trial', times.trial_ends_at],
    ['past_due', gracePlanOf(times), graceEnd],
  ];
}

/** The plan of the days of grace: never more than the last one that ran. */
function gracePlanOf({ plan, next_plan: nextPlan, grace_plan: gracePlan }: PlanTimes): Plan {
  const last = nextPlan ?? plan;
  return gracePlan !== null && isUpgrade(gracePlan, last) ? gracePlan : last;
}

function isClosed(state: StateName): state is 'suspended' | 'cancelled' {
  return state === 'suspended' || state === 'cancelled';
}

/** The end of all paid time, a smaller plan's that is paid ahead included; null before the first payment. */
export function paidUntilOf({
  period_ends_at: ends,
  next_period_ends_at: nextEnds,
}: Pick<PlanTimes, 'period_ends_at' | 'next_period_ends_at'>): Date | null {
  return nextEnds ?? ends;
}

/** Days from two days on, then hours, then minutes. */
export function timeLeft(ms: number): TimeLeft {
  if (ms >= 2 * DAY_MS) return { unit: 'day', count: Math.floor(ms / DAY_MS) };
  if (ms >= HOUR_MS) return { unit: 'hour', count: Math.floor(ms / HOUR_MS) };
  return { unit: 'minute', count: Math.max(1, Math.floor(ms / MINUTE_MS)) };
}
