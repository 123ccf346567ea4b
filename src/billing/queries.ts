import type { Knex } from 'knex';
import { z } from 'zod';
import { currencies, type Currency } from '../currency.ts';
import { SHORT_PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import { namedStatement } from '../db/named-statement.ts';
import type { PlanPrices, PriceFacts } from './price-facts.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { paidPlans, planTimesColumns, type PaidPlan, type PlanTimes } from '../plan.ts';
import { columnsOf } from '../record-fields.ts';

/** A company's plan and until when it holds. `subscriptionState` says what that means at a moment. */
export interface Subscription extends PlanTimes {
  company_id: number;
  /** The currency of the newest paid order. */
  billing_currency: Currency;
  /** The currency that an admin chose for prices and reminders; null: that of the newest paid order. */
  usual_currency: Currency | null;
  /** The prices of the newest paid time; null before the first payment, and where it is from before lists. */
  paid_prices: PlanPrices | null;
  /**
   * The paid time without a gap up to now or later is null until the first payment, like its end
   * `period_ends_at`. This is the day its months are counted from: when days were added to a month, a day
   * before them that later months keep (`boughtPeriod`).
   */
  period_started_at: Date | null;
  /** A smaller plan that the company wants from the end of the paid time on, and has not paid for. */
  wanted_plan: PaidPlan | null;
  /** Null without a cancellation, like `cancels_at`. */
  cancel_requested_at: Date | null;
}

/** How an attempt to pay stands. */
export const paymentStatuses = [
  'pending',
  'success',
  'failed',
  'expired',
  'review',
  'refused',
  'refunded',
] as const;

const payment = z.object({
  id: z.int(),
  company_id: z.int(),
  user_id: z.int(),
  merchant_oid: z.string(),
  plan: z.enum(paidPlans),
  currency: z.enum(currencies),
  amount_minor: z.int(),
  /** The facts of the price; both null for an order from before there were price lists. */
  price_list_id: z.int().nullable(),
  price_facts: z.custom<PriceFacts | null>(),
  status: z.enum(paymentStatuses),
  created_at: z.date(),
  gateway_token: z.string().nullable(),
  decided_at: z.date().nullable(),
  paid_at: z.date().nullable(),
  charged_minor: z.int().nullable(),
  /** The currency of the charge: another one than the order's only in review. Null without a charge. */
  charged_currency: z.enum(currencies).nullable(),
  test_mode: z.boolean(),
  failed_reason_code: z.string().nullable(),
  failed_reason_message: z.string().nullable(),
  review_reason: z.string().nullable(),
  /** Set when another order took its place, or the order no longer fitted: its page is not shown any more. */
  superseded_at: z.date().nullable(),
});

/** An attempt to pay. Amounts in minor units. */
export type Payment = z.output<typeof payment>;

/** A line of the payments list: who paid, and the invoice if there is one. */
export interface ListedPayment extends Payment {
  full_name: string;
  invoice_id: number | null;
  invoice_no: string | null;
}

/** Companies and consumers buy by different laws. */
export const customerTypes = ['company', 'consumer'] as const;
export type CustomerType = (typeof customerTypes)[number];

/** A company's details for its invoices and for the gateway. Null where nothing has been told. */
export interface BillingDetails {
  name: string;
  customer_type: CustomerType | null;
  billing_name: string | null;
  billing_address: string | null;
  billing_district: string | null;
  billing_city: string | null;
  /** ISO 3166-1, two letters. */
  billing_country: string | null;
  billing_phone: string | null;
  billing_tax_office: string | null;
  billing_tax_number: string | null;
}

export const subscriptionColumns = [
  'subscriptions.company_id',
  ...planTimesColumns,
  'subscriptions.billing_currency',
  'subscriptions.usual_currency',
  'subscriptions.paid_prices',
  'subscriptions.period_started_at',
  'subscriptions.wanted_plan',
  'subscriptions.cancel_requested_at',
];

export const paymentColumns = columnsOf('payments', payment);

const billingColumns = [
  'companies.name',
  'billing_details.customer_type',
  'billing_details.billing_name',
  'billing_details.billing_address',
  'billing_details.billing_district',
  'billing_details.billing_city',
  'billing_details.billing_country',
  'billing_details.billing_phone',
  'billing_details.billing_tax_office',
  'billing_details.billing_tax_number',
];

/** A company's subscription; every company has one from its registration on. */
export async function findSubscription(db: Knex, companyId: number): Promise<Subscription | undefined> {
  return db('subscriptions')
    .where('subscriptions.company_id', companyId)
    .first<Subscription | undefined>(subscriptionColumns);
}

/** A company's payment by its order number. */
export async function findPayment(
  db: Knex,
  companyId: number,
  merchantOid: string,
): Promise<Payment | undefined> {
  return db('payments')
    .where({ 'payments.company_id': companyId, 'payments.merchant_oid': merchantOid })
    .first<Payment | undefined>(paymentColumns);
}

/**
 * A payment by its order number, of any company. Only for the pages to which the gateway returns: their
 * address is signed by us, and the browser may come without cookies.
 */
export async function findReturnedPayment(db: Knex, merchantOid: string): Promise<Payment | undefined> {
  return db('payments')
    .where('payments.merchant_oid', merchantOid)
    .first<Payment | undefined>(paymentColumns);
}

/** A company's payments, newest first, one page of them. */
export async function listPayments(
  db: Knex,
  companyId: number,
  cursor: Cursor,
): Promise<Page<ListedPayment>> {
  const query = db('payments')
    .join('users', 'users.id', 'payments.user_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .where('payments.company_id', companyId)
    .select([...paymentColumns, 'users.full_name', 'invoices.id as invoice_id', 'invoices.invoice_no']);
  const order: KeysetOrder = {
    keys: ['payments.created_at', 'payments.id'],
    direction: 'desc',
    startsAmong: db('payments').where('payments.company_id', companyId),
    size: SHORT_PAGE_SIZE,
  };
  return readPage<ListedPayment>(db, query, order, cursor);
}

/** The billing details of a company, for its invoices and for the gateway. */
export async function findBillingDetails(db: Knex, companyId: number): Promise<BillingDetails | undefined> {
  return db('companies')
    .leftJoin('billing_details', 'billing_details.company_id', 'companies.id')
    .where('companies.id', companyId)
    .first<BillingDetails | undefined>(billingColumns);
}

/** How many workspaces and active people a company has, to compare with its plan. */
export async function countUsage(
  db: Knex,
  companyId: number,
): Promise<{ workspaces: number; members: number }> {
  const row = await db
    .select<{ workspaces: number; members: number }[]>([
      db('workspaces').where('company_id', companyId).whereNull('deleted_at').count('*').as('workspaces'),
      db('users').where('company_id', companyId).whereNull('deactivated_at').count('*').as('members'),
    ])
    .first<{ workspaces: number; members: number } | undefined>();
  return row ?? { workspaces: 0, members: 0 };
}

/** The payer, with the address and language for the receipt. */
export interface Payer {
  email: string;
  full_name: string;
  locale: Locale;
}

/** Those whom the papers of a payment name. */
export interface Parties {
  payer: Payer;
  /** The one of the accepted texts, or for an order from before they kept it the company as it is today. */
  buyer: BillingDetails;
}

/** The payer and the buyer that the receipt of a payment names. */
export async function findParties(db: Knex, paymentId: number): Promise<Parties | undefined> {
  const [row] = await findPartiesOf(db, { paymentId });
  return row === undefined ? undefined : toParties(row);
}

/** Reads them, and other columns beside. `:paymentId` is the payment. */
export const partiesSql = (...beside: string[]): string => `
  select order_consents.buyer as ordered_by, users.email, users.full_name, users.locale,
    ${[...billingColumns, ...beside].join(', ')}
  from payments
  join users on users.id = payments.user_id
  join companies on companies.id = payments.company_id
  left join billing_details on billing_details.company_id = companies.id
  left join order_consents on order_consents.payment_id = payments.id
  where payments.id = :paymentId`;

export type PartiesRow = Payer & BillingDetails & { ordered_by: BillingDetails | null };

const findPartiesOf = namedStatement<PartiesRow>('find-parties', partiesSql());

/** Those of a row of `partiesSql`. */
export function toParties({ email, full_name, locale, ordered_by: ordered, ...today }: PartiesRow): Parties {
  return { payer: { email, full_name, locale }, buyer: ordered ?? today };
}

/** The plan of a company. */
export async function findPlanTimes(db: Knex, companyId: number): Promise<PlanTimes | undefined> {
  return db('subscriptions').where({ company_id: companyId }).first<PlanTimes | undefined>(planTimesColumns);
}
