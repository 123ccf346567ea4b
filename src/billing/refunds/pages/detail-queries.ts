import type { Knex } from 'knex';
import { readPage, SHORT_PAGE_SIZE, type Cursor, type KeysetOrder, type Page } from '../../../db/keyset.ts';
import { paymentColumns, type Payment } from '../../queries.ts';
import { refundColumns, type Refund } from '../queries.ts';
import type { StatusFacts } from '../status-facts.ts';

/** A payment as an operator sees it, of any company. */
export interface PaymentDetail extends Payment {
  company_name: string;
  full_name: string;
  email: string;
  payment_type: string | null;
  installment_count: number | null;
  invoice_id: number | null;
  invoice_no: string | null;
}

/** A payment by its order number, of any company: for operators only. */
export async function findPaymentDetail(db: Knex, merchantOid: string): Promise<PaymentDetail | undefined> {
  return db('payments')
    .join('companies', 'companies.id', 'payments.company_id')
    .join('users', 'users.id', 'payments.user_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .where('payments.merchant_oid', merchantOid)
    .first<PaymentDetail | undefined>([
      ...paymentColumns,
      'companies.name as company_name',
      'users.full_name',
      'users.email',
      'payments.payment_type',
      'payments.installment_count',
      'invoices.id as invoice_id',
      'invoices.invoice_no',
    ]);
}

/** A refund with the names of those who acted, and its reversal. */
export interface RefundDetail extends Refund {
  requester_name: string | null;
  confirmer_name: string | null;
  closer_name: string | null;
  reversal_id: number | null;
  reversal_no: string | null;
}

/** The refunds of a payment, newest first, one page of them. */
export async function listRefundDetails(
  db: Knex,
  paymentId: number,
  cursor: Cursor,
): Promise<Page<RefundDetail>> {
  const order: KeysetOrder = {
    keys: ['refunds.id'],
    direction: 'desc',
    startsAmong: db('refunds').where('refunds.payment_id', paymentId),
    size: SHORT_PAGE_SIZE,
  };
  return readPage<RefundDetail>(db, refundDetails(db, paymentId), order, cursor);
}

/** A refund of a payment. */
export async function findRefundDetail(
  db: Knex,
  paymentId: number,
  refundId: number,
): Promise<RefundDetail | undefined> {
  return refundDetails(db, paymentId).where('refunds.id', refundId).first<RefundDetail | undefined>();
}

/** The one refund of a payment that is not decided yet. */
export async function findOpenRefund(db: Knex, paymentId: number): Promise<RefundDetail | undefined> {
  // The states stand in the text instead of bindings: only constants let Postgres use the partial index.
  return refundDetails(db, paymentId)
    .whereRaw("refunds.state in ('requested', 'sent', 'waiting', 'unknown')")
    .first<RefundDetail | undefined>();
}

function refundDetails(db: Knex, paymentId: number): Knex.QueryBuilder {
  return db('refunds')
    .leftJoin('users as requester', 'requester.id', 'refunds.requested_by')
    .leftJoin('users as confirmer', 'confirmer.id', 'refunds.confirmed_by')
    .leftJoin('users as closer', 'closer.id', 'refunds.closed_by')
    .leftJoin('reversals', 'reversals.refund_id', 'refunds.id')
    .where('refunds.payment_id', paymentId)
    .select([
      ...refundColumns,
      'requester.full_name as requester_name',
      'confirmer.full_name as confirmer_name',
      'closer.full_name as closer_name',
      'reversals.id as reversal_id',
      'reversals.reversal_no',
    ]);
}

/** An answer of the gateway that an operator asked for. */
export interface KeptAnswer {
  asked_at: Date;
  asker_name: string;
  is_charged: boolean | null;
  facts: StatusFacts;
}

/** A signed notification of the gateway, byte for byte. */
export interface KeptCallback {
  received_at: Date;
  received_count: number;
  outcome: string;
  body: Buffer;
}

/** At most so many of either kind are shown: a repeat with other bytes is rare. */
const SHOWN = 20;

/** The newest notifications and answers about a payment, newest first. */
export async function listSaid(
  db: Knex,
  paymentId: number,
): Promise<{ callbacks: KeptCallback[]; answers: KeptAnswer[] }> {
  const [callbacks, answers] = await Promise.all([
    db('payment_callbacks')
      .where('payment_id', paymentId)
      .orderBy('id', 'desc')
      .limit(SHOWN)
      .select<KeptCallback[]>(['received_at', 'received_count', 'outcome', 'body']),
    db('payment_status_answers as answer')
      .join('users', 'users.id', 'answer.asked_by')
      .where('answer.payment_id', paymentId)
      .orderBy('answer.id', 'desc')
      .limit(SHOWN)
      .select<KeptAnswer[]>([
        'answer.asked_at',
        'users.full_name as asker_name',
        'answer.is_charged',
        'answer.facts',
      ]),
  ]);
  return { callbacks, answers };
}
