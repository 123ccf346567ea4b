/** The plans on sale. The trial is not one. */
export const paidPlans = ['starter', 'team', 'enterprise'] as const;
export type PaidPlan = (typeof paidPlans)[number];
export type Plan = PaidPlan | 'trial';

/** The times that decide what a company may do, and until when. */
export interface PlanTimes {
  plan: Plan;
  trial_ends_at: Date;
  period_ends_at: Date | null;
}
