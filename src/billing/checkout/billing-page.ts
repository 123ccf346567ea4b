import type { Knex } from 'knex';
import type { SignedInUser } from '../../auth/require-user.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import type { Page } from '../../db/keyset.ts';
import type { Format } from '../../web/format.ts';
import { billingFields, currencyField, readCursor, type BillingField } from '../input.ts';
import { planOffers } from '../plans.ts';
import { usualCurrency, usualOffer } from '../prices/usual-currency.ts';
import { statesPlace } from '../consent/buyer-facts.ts';
import { findOffers, type Offer } from '../prices/find-offers.ts';
import { listPaidMonths } from '../prices/paid-months.ts';
import { offerProblem } from '../prices/offer-words.ts';
import { countryChoices } from '../../web/locales/country-name.ts';
import { paperOf, type Paper } from '../invoices/paper.ts';
import { listWithLegal, type InvoiceWithLegal } from '../legal-invoices/list-with-legal.ts';
import { cardParts, type CardParts } from '../stored-cards/card-parts.ts';
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
import { subscriptionState, type SubscriptionState } from '../subscription-state.ts';
import { planChoice, type PlanChoice } from './plan-choice.ts';

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
  /** Null without a stored card. */
  card: CardParts | null;
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
  /** Whether legal invoices name the buyer's place (`statesPlace`). */
  needsPlace: boolean;
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
    card: await cardParts(db, { subscription, config, format: input.format }),
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
    needsPlace: statesPlace(config),
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

function toList<Row>(name: 'payments' | 'invoices' | 'refunds', page: Page<Row>): ListPage<Row> {
  const url = (side: string, id: number | null): string | null =>
    id === null ? null : `/billing?${name}${side}=${String(id)}#${name}`;
  return { rows: page.rows, newerUrl: url('Newer', page.prevId), olderUrl: url('Older', page.nextId) };
}
