import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import type { Format } from '../../../web/format.ts';
import { planOffers } from '../../plans.ts';
import type { Offer } from '../../prices/find-offers.ts';
import { offerProblem } from '../../prices/offer-words.ts';
import { usualCurrency, usualOffer } from '../../prices/usual-currency.ts';
import type { Subscription } from '../../queries.ts';
import { subscriptionState, type SubscriptionState } from '../../subscription-state.ts';
import { mailAdmins, pageLink, type AdminMail } from '../mail-admins.ts';
import type { NextCharge } from '../next-charge.ts';
import type { CardCharge } from '../../stored-cards/announced-charge.ts';
import { cardName } from '../../stored-cards/card-parts.ts';
import type { Step } from './steps.ts';

/** Each version counts up whenever the words of its mail change. */
const templates = {
  reminder: { name: 'subscription-reminder', version: 3 },
  last_reminder: { name: 'subscription-reminder', version: 3 },
  past_due: { name: 'subscription-past-due', version: 4 },
  suspended: { name: 'subscription-suspended', version: 2 },
};

interface Told {
  companyId: number;
  config: Config;
  subscription: Subscription;
  step: Step;
  /** The payment that is asked for; null when there is none, or no price now. */
  charge: NextCharge | null;
  offers: Offer[];
  /** The announced charge of a stored card for this payment; null without one. */
  cardCharge: CardCharge | null;
}

/** Mails a step to the company's admins, in the caller's transaction. Returns how many there are. */
export async function mailStep(trx: Knex.Transaction, context: RequestContext, told: Told): Promise<number> {
  const { companyId, config, step, subscription } = told;
  if (!(step.kind in templates)) return 0;
  const kind = step.kind as keyof typeof templates;
  const state = subscriptionState(subscription, context.at);
  return mailAdmins(trx, context, {
    companyId,
    config,
    template: templates[kind],
    words: (format) => words(format, told, state),
  });
}

function words(format: Format, told: Told, state: SubscriptionState): AdminMail {
  if (told.step.kind === 'suspended') return suspendedMail(format, told, state);
  if (told.step.kind === 'past_due') return pastDueMail(format, told, state);
  if (state.state === 'trial') return trialMail(format, told);
  return told.cardCharge === null
    ? renewalMail(format, told, state)
    : cardMail(format, told, { state, cardCharge: told.cardCharge });
}

function renewalMail(format: Format, told: Told, state: SubscriptionState): AdminMail {
  const { t, when } = format;
  const { config, step } = told;
  const plan = t(`common.plan_${state.plan}`);
  return {
    subject: t('life.renewalSubject', { plan, date: when(step.about, 'day') }),
    blocks: [
      { kind: 'text', text: t('life.renewalBody', { plan, date: when(step.about) }) },
      {
        kind: 'facts',
        rows: [
          ...chargeRows(format, told),
          [t('life.dueOn'), when(step.about)],
          [t('life.factCloses'), when(state.opensUntil)],
        ],
      },
      ...currencyBlocks(format, told),
      { kind: 'text', text: t('life.nothingByItselfMail') },
      pageLink(config, t('life.payLink'), payPath(told)),
      pageLink(config, t('life.cancelMailLink'), '/billing/cancel'),
    ],
  };
}

/** Announces the charge of a stored card: amount, day, card, and the links that prevent it. */
function cardMail(
  format: Format,
  { config, step }: Told,
  { state, cardCharge }: { state: SubscriptionState; cardCharge: CardCharge },
): AdminMail {
  const { t, when, money } = format;
  const plan = t(`common.plan_${state.plan}`);
  const amount = money(cardCharge.amountMinor, cardCharge.currency);
  const chargedOn = when(cardCharge.nextTryAt ?? cardCharge.chargeFrom, 'day');
  return {
    subject: t('storedCards.mailSubject', { amount, date: chargedOn, plan }),
    blocks: [
      { kind: 'text', text: t('storedCards.mailBody', { plan, date: when(step.about) }) },
      {
        kind: 'facts',
        rows: [
          [t('storedCards.factAmount'), amount],
          [t('storedCards.factChargedOn'), chargedOn],
          [t('storedCards.card'), cardName(format, cardCharge.card)],
          [t('storedCards.factConsent'), cardCharge.card.full_name],
        ],
      },
      { kind: 'text', text: t('storedCards.mailNothingToDo') },
      pageLink(config, t('storedCards.removeMailLink'), '/billing/card'),
      pageLink(config, t('life.cancelMailLink'), '/billing/cancel'),
    ],
  };
}

function trialMail(format: Format, told: Told): AdminMail {
  const { t, when } = format;
  const { config, step, offers, subscription } = told;
  return {
    subject: t('life.trialSubject', { date: when(step.about, 'day') }),
    blocks: [
      { kind: 'text', text: t('life.trialBody', { date: when(step.about) }) },
      {
        kind: 'facts',
        rows: [[t('life.factTrialEnds'), when(step.about)], ...priceRows(format, offers, subscription)],
      },
      ...currencyBlocks(format, told),
      { kind: 'text', text: t('life.trialNothingByItself') },
      pageLink(config, t('life.choosePlanLink'), '/billing'),
      pageLink(config, t('life.cancelMailLink'), '/billing/cancel'),
    ],
  };
}

function pastDueMail(format: Format, told: Told, state: SubscriptionState): AdminMail {
  const { t, when } = format;
  const { config, step, subscription } = told;
  const last = subscription.next_plan ?? subscription.plan;
  const plan = t(`common.plan_${last}`);
  return {
    subject: t('life.pastDueSubject', { plan, date: when(state.opensUntil, 'day') }),
    blocks: [
      { kind: 'text', text: t('life.pastDueBody', { plan, date: when(state.opensUntil) }) },
      ...(state.plan === last
        ? []
        : [{ kind: 'text', text: t('life.graceLimits', { plan: t(`common.plan_${state.plan}`) }) } as const]),
      {
        kind: 'facts',
        rows: [
          ...chargeRows(format, told),
          [t('life.factEnded'), when(step.about)],
          [t('life.factCloses'), when(state.opensUntil)],
        ],
      },
      ...currencyBlocks(format, told),
      ...cardBlocks(format, told),
      pageLink(config, t('life.payLink'), payPath(told)),
      pageLink(config, t('life.cancelMailLink'), '/billing/cancel'),
    ],
  };
}

/** Why the amounts are not in the company's usual currency; nothing where they are. */
function currencyBlocks(
  format: Format,
  { config, offers, subscription }: Told,
): { kind: 'text'; text: string }[] {
  const usual = offers.find(({ currency }) => currency === usualCurrency(subscription));
  return usual === undefined || usual.ok ? [] : [{ kind: 'text', text: offerProblem(format, usual, config) }];
}

/** Says what is still tried with the stored card; nothing without one. */
function cardBlocks(format: Format, { cardCharge }: Told): { kind: 'text'; text: string }[] {
  if (cardCharge === null) return [];
  const { card, nextTryAt } = cardCharge;
  const values = { card: cardName(format, card), date: nextTryAt === null ? null : format.when(nextTryAt) };
  return [
    {
      kind: 'text',
      text: format.t(nextTryAt === null ? 'storedCards.pastDueSent' : 'storedCards.pastDueNext', values),
    },
  ];
}

function suspendedMail(format: Format, { config, step }: Told, state: SubscriptionState): AdminMail {
  const { t, when } = format;
  const isTrial = state.plan === 'trial';
  return {
    subject: t(isTrial ? 'life.trialOverSubject' : 'life.suspendedSubject'),
    blocks: [
      {
        kind: 'text',
        text: t(isTrial ? 'life.trialOverBody' : 'life.suspendedBody', { date: when(step.about) }),
      },
      { kind: 'text', text: t('life.suspendedMeans') },
      pageLink(config, t('life.choosePlanLink'), '/billing'),
    ],
  };
}

/** The page of the order that pays for the next month. */
function payPath({ charge }: Told): string {
  return charge === null ? '/billing' : `/billing/order/${charge.plan}?currency=${charge.currency}`;
}

/** The amount of the next payment; nothing while there is no price, which the page then explains. */
function chargeRows({ t, money }: Format, { charge }: Told): [string, string][] {
  if (charge === null) return [];
  const amount = money(charge.amountMinor, charge.currency);
  return [
    [
      t('life.nextCharge'),
      `${amount} · ${t('life.nextChargeFor', { plan: t(`common.plan_${charge.plan}`) })}`,
    ],
  ];
}

/** A month of each plan, in the company's currency where it has prices. */
function priceRows({ t, money }: Format, offers: Offer[], subscription: Subscription): [string, string][] {
  const offer = usualOffer(offers, subscription);
  if (offer === undefined) return [];
  return planOffers().map(({ key }): [string, string] => [
    t('life.factMonthOf', { plan: t(`common.plan_${key}`) }),
    money(offer.facts.prices[key], offer.currency),
  ]);
}
