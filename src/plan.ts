/** The plans on sale. The trial is not one. */
export const paidPlans = ['starter', 'team', 'enterprise'] as const;
export type PaidPlan = (typeof paidPlans)[number];
export type Plan = PaidPlan | 'trial';

/** The times that decide what a company may do, and until when. */
export interface PlanTimes {
  plan: Plan;
  trial_ends_at: Date;
  period_ends_at: Date | null;
  /** A smaller plan, paid ahead: its time begins at `period_ends_at`. Both null without one. */
  next_plan: PaidPlan | null;
  next_period_ends_at: Date | null;
  /** The plan of the days of grace, where an upgrade for less than a month raised the last one; else null. */
  grace_plan: PaidPlan | null;
  /** From when on nothing can be opened, because somebody cancelled; null without a cancellation. */
  cancels_at: Date | null;
}

/** The columns of `PlanTimes`, for a query that joins subscriptions. */
export const planTimesColumns = [
  'subscriptions.plan',
  'subscriptions.trial_ends_at',
  'subscriptions.period_ends_at',
  'subscriptions.next_plan',
  'subscriptions.next_period_ends_at',
  'subscriptions.grace_plan',
  'subscriptions.cancels_at',
];
