import { DAY_MS } from '../../../durations.ts';
import type { PlanTimes } from '../../../plan.ts';
import { stagesOf, type StateName } from '../../subscription-state.ts';

/** How many days before an end its reminders go out; without days there is no last one. */
interface ReminderDays {
  first: number;
  last: number | null;
}

/** A step of a subscription that the clock brings. */
export interface Step {
  kind: 'reminder' | 'last_reminder' | StateName;
  /** The end that a reminder is about, or when a state began. */
  about: Date;
  /** From then on it is due. */
  from: Date;
}

/**
 * A state that began longer ago is not told any more: the mail would be news of weeks ago, as for companies
 * that were suspended before there were such mails.
 */
const STALE_DAYS = 14;

const told: readonly Step['kind'][] = ['reminder', 'last_reminder', 'past_due', 'suspended'];

/**
 * The steps that have come due by a moment, earliest first.
 *
 * 1. Each state that began, save the first, which a person began.
 * 2. Reminders before the end of a trial and of the paid time, and none before a cancellation takes effect:
 *    that was somebody's wish, and its mail has named the day.
 */
export function stepsUntil(times: PlanTimes, days: ReminderDays, at: Date): Step[] {
  const steps: Step[] = [];
  const stages = stagesOf(times);
  for (const [index, { state, from }] of stages.entries()) {
    if (from !== null) steps.push({ kind: state, about: from, from });
    const next = stages[index + 1];
    if (next?.from == null || !isReminded(state, next.state)) continue;
    steps.push(reminder('reminder', next.from, days.first));
    if (days.last !== null) steps.push(reminder('last_reminder', next.from, days.last));
  }
  return steps
    .filter((step) => step.from <= at)
    .toSorted((one, other) => one.from.getTime() - other.from.getTime());
}

function isReminded(state: StateName, next: StateName): boolean {
  if (state === 'trial') return next === 'suspended';
  return state === 'active' && next === 'past_due';
}

function reminder(kind: 'reminder' | 'last_reminder', about: Date, days: number): Step {
  return { kind, about, from: new Date(about.getTime() - days * DAY_MS) };
}

/**
 * True when a step is still worth a mail: it is the newest of those that have come due, and not stale. A
 * reminder is not the newest any more once the end that it is about has come.
 */
export function isWorthTelling(step: Step, due: Step[], at: Date): boolean {
  if (!told.includes(step.kind) || step !== due.at(-1)) return false;
  return at.getTime() - step.from.getTime() < STALE_DAYS * DAY_MS;
}

/** True when a mail belongs to a step, if it comes in time. */
export function isTold({ kind }: Step): boolean {
  return told.includes(kind);
}
