import type { Knex } from 'knex';
import { namedStatement } from '../db/named-statement.ts';
import type { Plan } from '../plan.ts';
import { paymentColumns, subscriptionColumns, type Payment, type Subscription } from './queries.ts';

/** An order and its company's subscription, locked until the transaction ends. */
export interface LockedOrder {
  payment: Payment;
  subscription: Subscription;
}

type SubscriptionBeside = Omit<Subscription, 'company_id' | 'plan'> & { plan_in_force: Plan };

/** The columns of a subscription beside those of a payment, which has a company and a plan of its own. */
const besidePayment = [
  'subscriptions.plan as plan_in_force',
  ...subscriptionColumns.filter((column) => !/\.(company_id|plan)$/.test(column)),
];

const lock = namedStatement<Payment & SubscriptionBeside>(
  'lock-order',
  `select ${[...paymentColumns, ...besidePayment].join(', ')}
   from payments join subscriptions on subscriptions.company_id = payments.company_id
   where payments.merchant_oid = :merchantOid
   for update of subscriptions, payments`,
);

/**
 * Locks a payment by its order number, and with it the subscription of its company, until the transaction
 * ends. Undefined when no order has this number.
 *
 * 1. Every order and settlement locks in the same sequence (subscription, payments, invoice counter), so they
 *    cannot deadlock.
 * 2. The statements of a settlement have names, so that a connection plans them once: planning this join took
 *    longer than running it.
 */
export async function lockOrder(
  trx: Knex.Transaction,
  merchantOid: string,
): Promise<LockedOrder | undefined> {
  const [row] = await lock(trx, { merchantOid });
  if (row === undefined) return undefined;
  return splitOrder(row);
}

/**
 * Locks a company's subscription until the transaction ends; orders and settlements of one company queue
 * here.
 */
export async function lockSubscription(trx: Knex.Transaction, companyId: number): Promise<Subscription> {
  const subscription = await trx('subscriptions')
    .where('subscriptions.company_id', companyId)
    .forUpdate()
    .first<Subscription | undefined>(subscriptionColumns);
  if (subscription === undefined) throw new Error(`Bug! Company ${String(companyId)} has no subscription`);
  return subscription;
}

function splitOrder(row: Payment & SubscriptionBeside): LockedOrder {
  const {
    plan_in_force: plan,
    billing_currency,
    usual_currency,
    paid_prices,
    trial_ends_at,
    period_started_at,
    period_ends_at,
    next_plan,
    next_period_ends_at,
    grace_plan,
    wanted_plan,
    cancel_requested_at,
    cancels_at,
    ...payment
  } = row;
  const paid = {
    billing_currency,
    usual_currency,
    paid_prices,
    trial_ends_at,
    period_started_at,
    period_ends_at,
  };
  const later = { next_plan, next_period_ends_at, grace_plan, wanted_plan };
  const cancellation = { cancel_requested_at, cancels_at };
  return {
    payment,
    subscription: { company_id: payment.company_id, plan, ...paid, ...later, ...cancellation },
  };
}
