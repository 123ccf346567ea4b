import type { Knex } from 'knex';
import { AuditLogger } from '../../../audit/audit-logger.ts';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { changeDetails } from '../../change-details.ts';
import { lockSubscription } from '../../lock-order.ts';
import { findOffers, type Offer } from '../../prices/find-offers.ts';
import { usualCurrency } from '../../prices/usual-currency.ts';
import type { Subscription } from '../../queries.ts';
import { subscriptionState } from '../../subscription-state.ts';
import { announceRenewal, planRenewal } from '../../stored-cards/announce-renewal.ts';
import { nextCharge } from '../next-charge.ts';
import { cardChargeOf, findAnnouncedCharge } from '../../stored-cards/announced-charge.ts';
import { mailStep } from './notice-mails.ts';
import { listNotedSteps, listSubscriptionsToFollow, type NotedStep } from './queries.ts';
import { isTold, isWorthTelling, stepsUntil, type Step } from './steps.ts';

/** Subscriptions read at once. */
const PAGE = 2000;

/** At most so many companies have steps noted in one run: other scheduled work waits. The rest is next. */
const BATCH = 500;

type Outcome = 'mailed' | 'nobody' | 'skipped' | 'silent';

/**
 * Notes what the clock has brought to subscriptions: reminders that came due, and states that began. Returns
 * a summary for the job list.
 *
 * 1. Each step is noted once, with the audit row of a state that began, in one transaction for a company.
 *    Two processes, a repeat after a crash and a long pause make no difference.
 * 2. Only the newest step of a company is mailed: after a week without this job nobody gets a mail about
 *    each day of it.
 * 3. A company that cannot be dealt with does not keep the others waiting.
 */
export async function followSubscriptions(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<Record<'mailed' | 'skipped' | 'silent', number>> {
  const outcomes: Outcome[] = [];
  const broken: number[] = [];
  const companyIds = await listCompaniesWithSteps(db, context, config);
  const offers = companyIds.length === 0 ? [] : await findOffers(db, offersAsked(config, context.at));
  for (const companyId of companyIds) {
    try {
      outcomes.push(...(await noteSteps(db, context, { companyId, config, offers })));
    } catch (error) {
      broken.push(companyId);
      context.log.error({ err: error, company_id: companyId }, 'a subscription could not be followed');
    }
  }
  if (broken.length > 0) throw new Error(`Not followed: company ${broken.slice(0, 10).join(', ')}`);
  const count = (kind: Outcome): number => outcomes.filter((outcome) => outcome === kind).length;
  return { mailed: count('mailed'), skipped: count('skipped'), silent: count('silent') };
}

function offersAsked({ paytr, rateMaxAgeDays }: Config, at: Date): Parameters<typeof findOffers>[1] {
  return { at, currencies: paytr.currencies, rateMaxAgeDays };
}

/** The companies with steps that are due and not noted, up to the bound of a run. */
async function listCompaniesWithSteps(db: Knex, { at }: RequestContext, config: Config): Promise<number[]> {
  const found: number[] = [];
  let after = 0;
  while (found.length < BATCH) {
    const reminderDays = config.reminderDays.first;
    const page = await listSubscriptionsToFollow(db, { at, reminderDays, after, limit: PAGE });
    const ids = page.map(({ company_id: companyId }) => companyId);
    const noted = namesOf(await listNotedSteps(db, ids));
    const isWaiting = (subscription: Subscription): boolean =>
      findNewSteps(subscription, noted, { config, at }).length > 0;
    found.push(...page.filter(isWaiting).map(({ company_id: companyId }) => companyId));
    if (page.length < PAGE) break;
    after = ids.at(-1) ?? after;
  }
  return found.slice(0, BATCH);
}

/** The steps that are due and not noted, each with whether it is worth a mail; earliest first. */
function findNewSteps(
  subscription: Subscription,
  noted: Set<string>,
  { config, at }: { config: Config; at: Date },
): { step: Step; isMailed: boolean }[] {
  const due = stepsUntil(subscription, config.reminderDays, at);
  return due
    .filter((step) => !noted.has(nameOf(subscription.company_id, step)))
    .map((step) => ({ step, isMailed: isWorthTelling(step, due, at) }));
}

function namesOf(noted: NotedStep[]): Set<string> {
  return new Set(noted.map((step) => nameOf(step.company_id, step)));
}

function nameOf(companyId: number, { kind, about }: Pick<Step, 'kind' | 'about'>): string {
  return `${String(companyId)} ${kind} ${about.toISOString()}`;
}

/** Looks again with the subscription locked: it may have been paid for or cancelled since it was read. */
async function noteSteps(
  db: Knex,
  context: RequestContext,
  { companyId, config, offers }: { companyId: number; config: Config; offers: Offer[] },
): Promise<Outcome[]> {
  return db.transaction(async (trx) => {
    const subscription = await lockSubscription(trx, companyId);
    const noted = namesOf(await listNotedSteps(trx, [companyId]));
    const steps = findNewSteps(subscription, noted, { config, at: context.at });
    const outcomes: Outcome[] = [];
    for (const { step, isMailed } of steps) {
      const charge = isMailed
        ? nextCharge(subscription, { at: context.at, offers, reminderDays: config.reminderDays })
        : null;
      const mails = isMailed
        ? await mailAndAnnounce(trx, context, { companyId, config, subscription, step, charge, offers })
        : 0;
      const outcome = outcomeOf(step, { isMailed, mails });
      outcomes.push(outcome);
      await trx('subscription_notices').insert({
        company_id: companyId,
        kind: step.kind,
        about: step.about,
        noted_at: context.at,
        outcome,
        plan: charge?.plan ?? null,
        currency: charge?.currency ?? null,
        amount_minor: charge?.amountMinor ?? null,
      });
      await auditStep(trx, context, subscription, step);
    }
    return outcomes;
  });
}

/**
 * Mails a step. A reminder announces the charge of a stored card where there is one, and the later mails
 * about the same end say how it stands. No card is charged by itself in another currency than the usual one,
 * which may have no rate just now: that is for a person to decide.
 */
async function mailAndAnnounce(
  trx: Knex.Transaction,
  context: RequestContext,
  told: Omit<Parameters<typeof mailStep>[2], 'cardCharge'>,
): Promise<number> {
  const { companyId, config, step, charge, offers } = told;
  const isReminder = step.kind === 'reminder' || step.kind === 'last_reminder';
  const planned =
    isReminder && charge !== null && charge.currency === usualCurrency(told.subscription)
      ? await planRenewal(trx, context, { companyId, config, charge, offers })
      : null;
  const cardCharge =
    planned === null
      ? await findAnnouncedCharge(trx, { companyId, config, dueAt: step.about })
      : cardChargeOf(planned);
  const mails = await mailStep(trx, context, { ...told, cardCharge });
  if (planned !== null && mails > 0) await announceRenewal(trx, context, planned);
  return mails;
}

function outcomeOf(step: Step, { isMailed, mails }: { isMailed: boolean; mails: number }): Outcome {
  if (!isTold(step)) return 'silent';
  if (!isMailed) return 'skipped';
  return mails === 0 ? 'nobody' : 'mailed';
}

/** The word of the audit row for a state that began by the clock. */
const changes = {
  trial: 'trial',
  active: 'next-plan',
  past_due: 'past-due',
  suspended: 'suspended',
  cancelled: 'closed',
} as const;

async function auditStep(
  trx: Knex.Transaction,
  context: RequestContext,
  subscription: Subscription,
  { kind, about }: Step,
): Promise<void> {
  if (kind === 'reminder' || kind === 'last_reminder') return;
  const { cancel_requested_at: requestedAt } = subscription;
  // A cancellation at once wrote its audit row when it was made.
  if (kind === 'cancelled' && requestedAt !== null && requestedAt >= about) return;
  const before = subscriptionState(subscription, new Date(about.getTime() - 1));
  const after = subscriptionState(subscription, about);
  await AuditLogger.logSubscriptionChange(trx, context, {
    companyId: subscription.company_id,
    details: {
      change: changes[kind],
      began_at: about,
      ...changeDetails(subscription, subscription, about),
      state_before: before.state,
      state_after: after.state,
      plan_before: before.plan,
      plan_after: after.plan,
    },
  });
}
