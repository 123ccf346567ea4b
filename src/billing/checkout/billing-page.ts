import type { Knex } from 'knex';
import type { SignedInUser } from '../../auth/require-user.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import type { Page } from '../../db/keyset.ts';
import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { billingFields, currencyField, readCursor, type BillingField } from '../input.ts';
import type { Conversion } from '../bought-period.ts';
import { MAX_MONTHS_AHEAD, quoteOrder, type OrderRefusal } from '../order-rules.ts';
import { planOffers, type PlanOffer } from '../plans.ts';
import { usualCurrency, usualOffer } from '../prices/usual-currency.ts';
import { findOffers, type Offer } from '../prices/find-offers.ts';
import type { PaidMonths } from '../price-facts.ts';
import { listPaidMonths } from '../prices/paid-months.ts';
import { offerProblem } from '../prices/offer-words.ts';
import { type PaidPlan } from '../../plan.ts';
import { countryChoices } from '../../web/locales/country-name.ts';
import { paperOf, type Paper } from '../invoices/paper.ts';
import { listWithLegal, type InvoiceWithLegal } from '../legal-invoices/list-with-legal.ts';
import { smallerPlanFrom } from '../life/want-plan.ts';
import { lifeParts, type LifeParts } from '../life/life-parts.ts';
import { listCompanyRefunds, type CompanyRefund } from '../refunds/queries.ts';
import {
  countUsage,
  findBillingDetails,
  findSubscription,
  listPayments,
  type BillingDetails,
  type ListedPayment,
  type Subscription,
} from '../queries.ts';
import { subscriptionState, timeLeft, type SubscriptionState } from '../subscription-state.ts';
import { MINUTE_MS } from '../../durations.ts';

/** The reader of the page, the time and the language. `values` and `errors` come back from a form. */
export interface BillingPageInput {
  user: SignedInUser & { company_id: number };
  at: Date;
  query: Record<string, unknown>;
  format: Format;
  config: Config;
  values?: Partial<Record<BillingField, string>>;
  errors?: Record<string, string>;
}

interface Meter {
  label: string;
  used: number;
  max: number | null;
}

/** A plan on sale for an admin: buyable, and what happens to a smaller plan's rest, or why not yet. */
interface PlanChoice {
  offer: PlanOffer;
  amountMinor: number;
  current: boolean;
  featured: boolean;
  action: { href: string; text: string } | null;
  note: string | null;
}

interface ListPage<Row> {
  rows: Row[];
  newerUrl: string | null;
  olderUrl: string | null;
}

/** The part for admins only: prices, payments, invoices, the details form. */
interface AdminParts {
  currency: Currency;
  usualCurrency: Currency;
  currencies: Currency[];
  life: LifeParts;
  /** Empty when the currency is not on offer now. */
  choices: PlanChoice[];
  /** Why currencies are not on offer now. */
  notOffered: string[];
  taxPercent: string;
  payments: ListPage<ListedPayment>;
  invoices: ListPage<InvoiceWithLegal>;
  refunds: ListPage<CompanyRefund>;
  /** Whether the product's papers are receipts or invoices. */
  paper: Paper;
  /** Whether legal invoices have a column of their own. */
  showsLegal: boolean;
  company: BillingDetails;
  values: Partial<Record<BillingField, string>>;
  countries: { value: string; text: string }[];
}

/** Everything the billing page shows. `admin` is null for members: they see the plan, not the money. */
interface BillingPage {
  title: string;
  state: SubscriptionState;
  meters: Meter[];
  admin: AdminParts | null;
  errors: Record<string, string>;
}

/** Reads everything that the billing page of the person's company shows. */
export async function billingPage(db: Knex, input: BillingPageInput): Promise<BillingPage> {
  const { user, at, format } = input;
  const subscription = await findSubscription(db, user.company_id);
  if (subscription === undefined) throw new Error('Bug! A company without a subscription');
  const state = subscriptionState(subscription, at);
  return {
    title: format.t('billing.title'),
    state,
    meters: await readMeters(db, input, state),
    admin: user.role === 'admin' ? await adminParts(db, input, subscription, state) : null,
    errors: input.errors ?? {},
  };
}

/** Why a plan cannot be bought now, in words, with the day and time from which it can. */
export function refusalText(format: Format, refusal: OrderRefusal, plan: PaidPlan): string {
  return format.t(refusalKeys[refusal.reason].long, {
    plan: format.t(`common.plan_${plan}`),
    date: refusal.possibleAt === null ? null : promisedTime(format, refusal.possibleAt),
    months: MAX_MONTHS_AHEAD,
  });
}

/** Says what becomes of a smaller plan's paid time when a larger plan is paid for now. */
export function conversionText({ t }: Format, { from, leftMs, days }: Conversion, to: PaidPlan): string {
  const left = timeLeft(leftMs);
  return t(days === 0 ? 'billing.conversionToNothing' : 'billing.conversion', {
    from: t(`common.plan_${from}`),
    to: t(`common.plan_${to}`),
    left: t(`billing.left_${left.unit}`, { count: left.count }),
    days: t('billing.left_day', { count: days }),
  });
}

/**
 * The moment from which a plan can be bought, as pages show it: rounded up to the minute, so that the promise
 * holds.
 */
export function promisedTime({ when }: Format, possibleAt: Date): string {
  return when(new Date(Math.ceil(possibleAt.getTime() / MINUTE_MS) * MINUTE_MS));
}

const refusalKeys: Record<OrderRefusal['reason'], { long: TextKey; short: TextKey }> = {
  'lower-plan': { long: 'billing.refused_lower', short: 'billing.buyable_lower' },
  'upgrade-ahead': { long: 'billing.refused_upgrade', short: 'billing.buyable_upgrade' },
  'too-far-ahead': { long: 'billing.refused_ahead', short: 'billing.buyable_ahead' },
  'paid-time-changed': { long: 'billing.refused_changed', short: 'billing.refused_changed' },
};

async function readMeters(db: Knex, input: BillingPageInput, state: SubscriptionState): Promise<Meter[]> {
  const usage = await countUsage(db, input.user.company_id);
  const { t } = input.format;
  return [
    { label: t('billing.usageWorkspaces'), used: usage.workspaces, max: state.limits.workspaces },
    { label: t('billing.usageMembers'), used: usage.members, max: state.limits.members },
  ];
}

async function adminParts(
  db: Knex,
  input: BillingPageInput,
  subscription: Subscription,
  state: SubscriptionState,
): Promise<AdminParts> {
  const { user, query, config } = input;
  const companyId = user.company_id;
  const { rateMaxAgeDays } = config;
  const offers = await findOffers(db, { at: input.at, currencies: config.paytr.currencies, rateMaxAgeDays });
  const offer = chooseOffer(offers, query.currency, subscription);
  const company = await findBillingDetails(db, companyId);
  if (company === undefined) throw new Error('Bug! A person without a company');
  const invoices = await listWithLegal(db, companyId, readCursor(query, 'invoices'));
  const paper = paperOf(config);
  const paidMonths = await listPaidMonths(db, subscription, input.at);
  const kept = Object.fromEntries(billingFields.map((field) => [field, company[field] ?? '']));
  return {
    currency: offer.currency,
    usualCurrency: usualCurrency(subscription),
    currencies: config.paytr.currencies,
    life: lifeParts(subscription, { at: input.at, offers, reminderDays: config.reminderDays }),
    choices: offer.ok
      ? planOffers().map((plan) => planChoice(input, { subscription, state, offer, paidMonths }, plan))
      : [],
    notOffered: offers.flatMap((each) => (each.ok ? [] : [offerProblem(input.format, each, config)])),
    taxPercent: input.format.number(config.taxPercent, 2),
    payments: toList('payments', await listPayments(db, companyId, readCursor(query, 'payments'))),
    invoices: toList('invoices', invoices),
    refunds: toList('refunds', await listCompanyRefunds(db, companyId, readCursor(query, 'refunds'))),
    paper,
    showsLegal: paper === 'receipt' || invoices.rows.some(({ legal }) => legal.some(isIssuedElsewhere)),
    company,
    values: { ...kept, ...input.values },
    countries: countryChoices(input.format.locale),
  };
}

/** False where our own paper is the legal invoice. */
function isIssuedElsewhere({ issuer }: { issuer: string | null }): boolean {
  return issuer !== 'own';
}

/** The currency asked for, even when it has no prices now; else the company's, or the first that has. */
function chooseOffer(offers: Offer[], asked: unknown, subscription: Subscription): Offer {
  const wanted = currencyField.safeParse(asked);
  const found =
    offers.find(({ currency }) => currency === wanted.data) ?? usualOffer(offers, subscription) ?? offers[0];
  if (found === undefined) throw new Error('Bug! No currency is configured');
  return found;
}

function planChoice(
  input: BillingPageInput,
  {
    subscription,
    state,
    offer,
    paidMonths,
  }: {
    subscription: Subscription;
    state: SubscriptionState;
    offer: Extract<Offer, { ok: true }>;
    paidMonths: readonly PaidMonths[];
  },
  sold: PlanOffer,
): PlanChoice {
  const { t } = input.format;
  const plan = t(`common.plan_${sold.key}`);
  const isPaidFor = state.state === 'active' || state.state === 'past_due';
  const current = isPaidFor && state.plan === sold.key;
  const wish = { plan: sold.key, currency: offer.currency, facts: offer.facts, paidMonths };
  const quote = quoteOrder(subscription, wish, input.at);
  return {
    offer: sold,
    amountMinor: offer.facts.prices[sold.key],
    current,
    featured: sold.key === 'team',
    action: quote.ok
      ? {
          href: `/billing/order/${sold.key}?currency=${offer.currency}`,
          text:
            quote.facts.upgrade !== undefined
              ? t('billing.upgrade', { plan })
              : current
                ? t('billing.addMonth')
                : t('billing.buy', { plan }),
        }
      : changeAction(input, subscription, sold.key),
    note: choiceNote(input.format, quote, sold.key),
  };
}

/** A smaller plan than the one in force can be wanted from the end of the paid time on. */
function changeAction(
  { at, format: { t, when } }: BillingPageInput,
  subscription: Subscription,
  plan: PaidPlan,
): PlanChoice['action'] {
  const from = smallerPlanFrom(subscription, plan, at);
  if (from === null) return null;
  return { href: `/billing/change/${plan}`, text: t('billing.changeFrom', { date: when(from, 'day') }) };
}

/** Says what an upgrade costs now, or why a plan cannot be bought. */
function choiceNote(format: Format, quote: ReturnType<typeof quoteOrder>, plan: PaidPlan): string | null {
  const { t, money, when } = format;
  const name = t(`common.plan_${plan}`);
  if (!quote.ok) {
    const date = quote.possibleAt === null ? null : promisedTime(format, quote.possibleAt);
    return `${name}: ${t(refusalKeys[quote.reason].short, { date })}`;
  }
  const { upgrade, currency } = quote.facts;
  if (upgrade === undefined) return null;
  const amount = money(quote.amountMinor, currency);
  return `${name}: ${t('billing.upgradeCosts', { amount, date: when(quote.period.end) })}`;
}

function toList<Row>(name: 'payments' | 'invoices' | 'refunds', page: Page<Row>): ListPage<Row> {
  const url = (side: string, id: number | null): string | null =>
    id === null ? null : `/billing?${name}${side}=${String(id)}#${name}`;
  return { rows: page.rows, newerUrl: url('Newer', page.prevId), olderUrl: url('Older', page.nextId) };
}
