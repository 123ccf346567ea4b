import type { Knex } from 'knex';
import { z } from 'zod';
import { currencies, type Currency } from '../../currency.ts';
import { readPage, SHORT_PAGE_SIZE, type Cursor, type KeysetOrder, type Page } from '../../db/keyset.ts';
import type { PaidPlan } from '../../plan.ts';
import { columnsOf } from '../../record-fields.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';

/** Where a refund stands; the migration says what each state means. */
export const refundStates = [
  'requested',
  'sent',
  'waiting',
  'unknown',
  'done',
  'refused',
  'withdrawn',
] as const;
export type RefundState = (typeof refundStates)[number];

/** The rules by which money is given back. */
export const refundPolicies = [
  'withdrawal',
  'not_as_ordered',
  'service_fault',
  'goodwill',
  'legal',
  'other',
] as const;

export const refundSources = ['ours', 'panel'] as const;

const refund = z.object({
  id: z.int(),
  payment_id: z.int(),
  company_id: z.int(),
  source: z.enum(refundSources),
  reference_no: z.string().nullable(),
  amount_minor: z.int(),
  currency: z.enum(currencies),
  state: z.enum(refundStates),
  policy: z.enum(refundPolicies).nullable(),
  reason: z.string().nullable(),
  ends_paid_time: z.boolean().nullable(),
  requested_by: z.int().nullable(),
  requested_at: z.date(),
  confirmed_by: z.int().nullable(),
  confirmed_at: z.date().nullable(),
  sent_at: z.date().nullable(),
  times_sent: z.int(),
  send_again_at: z.date().nullable(),
  asks: z.int(),
  asked_at: z.date().nullable(),
  ask_again_at: z.date().nullable(),
  not_listed_at: z.date().nullable(),
  gateway_code: z.string().nullable(),
  gateway_message: z.string().nullable(),
  gateway_date: z.string().nullable(),
  decided_at: z.date().nullable(),
  close_reason: z.string().nullable(),
});

/** A refund of a payment. Amounts in minor units of the payment's currency. */
export type Refund = z.output<typeof refund>;

export const refundColumns = columnsOf('refunds', refund);

/**
 * All refunds of a payment, oldest first, locked until the transaction ends. The caller has locked the
 * payment.
 */
export async function lockRefunds(trx: Knex.Transaction, paymentId: number): Promise<Refund[]> {
  return trx('refunds')
    .where('refunds.payment_id', paymentId)
    .orderBy('refunds.id')
    .forUpdate()
    .select<Refund[]>(refundColumns);
}

/** Locks an order and one of its refunds. Undefined when they do not belong together. */
export async function lockRefund(
  trx: Knex.Transaction,
  merchantOid: string,
  refundId: number,
): Promise<{ order: LockedOrder; refund: Refund; refunds: Refund[] } | undefined> {
  const order = await lockOrder(trx, merchantOid);
  if (order === undefined) return undefined;
  const refunds = await lockRefunds(trx, order.payment.id);
  const refund = refunds.find(({ id }) => id === refundId);
  return refund === undefined ? undefined : { order, refund, refunds };
}

/** Refunds of a payment in one state, together. */
export interface RefundTotal extends Pick<Refund, 'state' | 'ends_paid_time'> {
  amount_minor: number;
}

/** The refunds of a payment added up: a few rows, however many refunds there are. */
export async function listRefundTotals(db: Knex, paymentId: number): Promise<RefundTotal[]> {
  return db('refunds')
    .where('refunds.payment_id', paymentId)
    .groupBy('refunds.state', 'refunds.ends_paid_time')
    .select<RefundTotal[]>(
      'refunds.state',
      'refunds.ends_paid_time',
      db.raw('sum(refunds.amount_minor)::bigint as amount_minor'),
    );
}

/** A refund with what the schedule needs to go on with it. */
export interface RefundUnderWay extends Refund {
  merchant_oid: string;
}

/**
 * Refunds that were sent before `sentBefore` and have no outcome, those to be asked about, and those to be
 * sent again, oldest first.
 */
export async function listDueRefunds(
  db: Knex,
  due: { at: Date; sentBefore: Date; limit: number },
): Promise<RefundUnderWay[]> {
  return (
    db('refunds')
      .join('payments', 'payments.id', 'refunds.payment_id')
      // The states stand in the text instead of bindings: only constants let Postgres use the partial index.
      .whereRaw(
        `refunds.state in ('sent', 'waiting', 'unknown')
         and (refunds.state = 'sent' and refunds.sent_at < :sentBefore
           or refunds.state = 'unknown' and refunds.ask_again_at <= :at
           or refunds.state = 'waiting' and refunds.send_again_at <= :at)`,
        { at: due.at, sentBefore: due.sentBefore },
      )
      .orderBy('refunds.id')
      .limit(due.limit)
      .select<RefundUnderWay[]>([...refundColumns, 'payments.merchant_oid'])
  );
}

/** A refund as the company that gets the money sees it. */
export interface CompanyRefund {
  id: number;
  amount_minor: number;
  currency: Currency;
  state: RefundState;
  policy: Refund['policy'];
  /** When it was made, or confirmed. */
  at: Date;
  merchant_oid: string;
  paid_at: Date | null;
  plan: PaidPlan;
  reversal_id: number | null;
  reversal_no: string | null;
}

/** The refunds of a company that are made or on their way, newest first, one page of them. */
export async function listCompanyRefunds(
  db: Knex,
  companyId: number,
  cursor: Cursor,
): Promise<Page<CompanyRefund>> {
  const refunds = db('refunds')
    .where('refunds.company_id', companyId)
    .whereIn('refunds.state', ['sent', 'waiting', 'unknown', 'done']);
  const query = refunds
    .clone()
    .join('payments', 'payments.id', 'refunds.payment_id')
    .leftJoin('reversals', 'reversals.refund_id', 'refunds.id')
    .select([
      'refunds.id',
      'refunds.amount_minor',
      'refunds.currency',
      'refunds.state',
      'refunds.policy',
      db.raw('coalesce(refunds.decided_at, refunds.confirmed_at, refunds.requested_at) as at'),
      'payments.merchant_oid',
      'payments.paid_at',
      'payments.plan',
      'reversals.id as reversal_id',
      'reversals.reversal_no',
    ]);
  const order: KeysetOrder = {
    keys: ['refunds.id'],
    direction: 'desc',
    startsAmong: db('refunds').where('refunds.company_id', companyId),
    size: SHORT_PAGE_SIZE,
  };
  return readPage<CompanyRefund>(db, query, order, cursor);
}
