import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Currency } from '../currency.ts';
import { TRIAL_DAYS } from './plans.ts';
import { DAY_MS } from '../durations.ts';

/**
 * Gives a new company its trial of `TRIAL_DAYS` from `context.at`, in the caller's transaction. Until the
 * first payment the evidence counts in `billingCurrency`. Returns when the trial ends.
 */
export async function startTrial(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { companyId: number; billingCurrency: Currency },
): Promise<Date> {
  const trialEndsAt = new Date(context.at.getTime() + TRIAL_DAYS * DAY_MS);
  await trx('subscriptions').insert({
    company_id: input.companyId,
    plan: 'trial',
    billing_currency: input.billingCurrency,
    trial_ends_at: trialEndsAt,
    updated_at: context.at,
  });
  return trialEndsAt;
}
