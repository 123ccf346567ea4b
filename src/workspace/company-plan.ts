import type { Knex } from 'knex';
import type { Plan } from '../plan.ts';
import { findSubscription } from '../billing/queries.ts';
import { subscriptionState, type StateName, type SubscriptionState } from '../billing/subscription-state.ts';
import type { CompanyLimits } from './over-limit.ts';
import { countWorkspaces } from './queries.ts';

/** The workspaces that a company's plan allows at a moment. */
export interface CompanyPlan {
  plan: Plan;
  state: StateName;
  endsAt: Date;
  /** Until when workspaces may be created and opened, days of grace included. */
  opensUntil: Date;
  /** True from five days before the end until the end. */
  isEnding: boolean;
  /** Workspaces it has. */
  used: number;
  /** Workspaces it may have; null is no limit. */
  limit: number | null;
  /** Nothing may be created or opened. */
  isLapsed: boolean;
  /** Why not; null when it may. */
  closedAs: SubscriptionState['closedAs'];
  /** No further workspace fits. */
  isFull: boolean;
  /** More than the plan allows: those over it are closed (`over-limit.ts`). */
  isOver: boolean;
  limits: CompanyLimits;
}

/**
 * The plan of a company and how much of it is used. Throws when the company has no subscription: registration
 * makes one.
 */
export async function findCompanyPlan(
  db: Knex,
  input: { companyId: number; at: Date },
): Promise<CompanyPlan> {
  const subscription = await findSubscription(db, input.companyId);
  if (subscription === undefined) {
    throw new Error(`Bug! company ${String(input.companyId)} has no subscription`);
  }
  const { plan, state, endsAt, isEnding, mayOpen, closedAs, opensUntil, limits } = subscriptionState(
    subscription,
    input.at,
  );
  const used = await countWorkspaces(db, input.companyId);
  const limit = limits.workspaces;
  return {
    plan,
    state,
    endsAt,
    opensUntil,
    isEnding,
    used,
    limit,
    isLapsed: !mayOpen,
    closedAs,
    isFull: limit !== null && used >= limit,
    isOver: limit !== null && used > limit,
    limits: { company_id: input.companyId, ...limits },
  };
}
