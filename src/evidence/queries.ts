import type { Knex } from 'knex';
import type { z } from 'zod';
import { auditRecord } from '../audit/audit-record.ts';
import { termsRecord } from '../billing/consent/terms-record.ts';
import { cardRecord } from '../billing/follow-up/card-record.ts';
import { columnsOf, selectRecord } from '../record-fields.ts';
import { auditRowsInScope, paymentsInScope, sessionsInScope, type EvidenceScope } from './scope.ts';
import {
  callbackRecord,
  companyRecord,
  emailChangeRecord,
  emailConfirmationRecord,
  invoiceRecord,
  paymentRecord,
  refundRecord,
  reversalRecord,
  sessionRecord,
  userRecord,
} from './schemas/record-schemas.ts';

/**
 * The person whom a bundle is about, with the company: the fields that the code reads. The rest passes
 * through.
 */
export interface Subject {
  user: Pick<z.output<typeof userRecord>, 'id' | 'full_name' | 'email'>;
  company: Pick<z.output<typeof companyRecord>, 'id' | 'subdomain' | 'billing_currency'>;
}

/** The fields of a payment that the code reads. Here, too, and in the next two, the rest passes through. */
export type PaymentRow = Pick<
  z.output<typeof paymentRecord>,
  'id' | 'amount_minor' | 'started_by' | 'client_ip' | 'user_agent'
>;
export type InvoiceRow = Pick<z.output<typeof invoiceRecord>, 'total_minor'>;
export type TermsRow = Pick<z.output<typeof termsRecord>, 'ip_address' | 'user_agent' | 'browser_session'> & {
  payment_id: number;
};
export interface CardRow {
  payment_id: number;
}
/** A refund with the columns of its reversal, all null without one. */
export interface RefundRow {
  payment_id: number;
  amount_minor: number;
  reversal_reversal_no: string | null;
  [column: string]: unknown;
}
export interface CallbackRow {
  payment_id: number;
  body: Buffer;
}

/**
 * The person with that number, in that company or, for operators, in any (null). Operators themselves are
 * never found.
 */
export async function findSubject(
  db: Knex,
  userId: number,
  companyId: number | null,
): Promise<Subject | undefined> {
  const found = await db('users')
    .where('users.id', userId)
    .modify((query) => {
      if (companyId !== null) void query.where('users.company_id', companyId);
    })
    .first<(Subject['user'] & { company_id: number | null }) | undefined>([
      ...selectRecord(db, 'users', userRecord),
      'users.company_id',
    ]);
  if (found === undefined || found.company_id === null) return undefined;
  const { company_id, ...user } = found;
  const company = await db('companies')
    .join('subscriptions', 'subscriptions.company_id', 'companies.id')
    .leftJoin('billing_details', 'billing_details.company_id', 'companies.id')
    .where('companies.id', company_id)
    .first<Subject['company']>(selectRecord(db, 'companies', companyRecord));
  return { user, company };
}

/** The times during which the person belonged to the company, newest first. */
export async function listMembershipPeriods(
  db: Knex,
  scope: Pick<EvidenceScope, 'userId' | 'companyId'>,
): Promise<{ started_at: Date; ended_at: Date | null }[]> {
  return db('membership_periods')
    .where({ user_id: scope.userId, company_id: scope.companyId })
    .orderBy('started_at', 'desc')
    .select(['started_at', 'ended_at']);
}

/**
 * The proofs that the person reads the mail of an address, newest first. The caller has found the person.
 */
export async function listEmailConfirmations(db: Knex, userId: number): Promise<object[]> {
  return db('email_confirmations')
    .where({ user_id: userId })
    .whereNotNull('confirmed_at')
    .orderBy([
      { column: 'confirmed_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select<object[]>(selectRecord(db, 'email_confirmations', emailConfirmationRecord));
}

/** The changes of the person's address, newest first. The caller has found the person. */
export async function listEmailChanges(db: Knex, userId: number): Promise<object[]> {
  return db('email_changes')
    .where({ user_id: userId })
    .orderBy([
      { column: 'changed_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select<object[]>(selectRecord(db, 'email_changes', emailChangeRecord));
}

/**
 * The person's own actions and the actions of others on the account, newest first. A single scan serves both:
 * most rows that concern an account were made by its person, so two scans would read most rows twice.
 */
export function auditRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return auditRowsInScope(db, scope)
    .orderBy([
      { column: 'timestamp', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select(selectRecord(db, 'audit_logs', auditRecord));
}

/** Workspace sessions that overlap the time, newest first. */
export function sessionRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return sessionsInScope(db, scope)
    .join('workspaces', 'workspaces.id', 'workspace_sessions.workspace_id')
    .orderBy([
      { column: 'workspace_sessions.started_at', order: 'desc' },
      { column: 'workspace_sessions.id', order: 'desc' },
    ])
    .select(selectRecord(db, 'workspace_sessions', sessionRecord));
}

/**
 * Payments that the person started or that fall into the membership, newest first, with the people who
 * started them.
 */
export function paymentRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return paymentsInScope(db, scope)
    .join('users', 'users.id', 'payments.user_id')
    .orderBy([
      { column: 'payments.created_at', order: 'desc' },
      { column: 'payments.id', order: 'desc' },
    ])
    .select(selectRecord(db, 'payments', paymentRecord));
}

/** The signed notifications of some payments, newest first. */
export async function listCallbacks(db: Knex, paymentIds: number[]): Promise<CallbackRow[]> {
  return db('payment_callbacks')
    .whereIn('payment_id', paymentIds)
    .orderBy([
      { column: 'received_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select<CallbackRow[]>([...selectRecord(db, 'payment_callbacks', callbackRecord), 'payment_id', 'body']);
}

/** The texts that were accepted with some orders. */
export async function listOrderTerms(db: Knex, paymentIds: number[]): Promise<TermsRow[]> {
  return db('order_consents')
    .whereIn('payment_id', paymentIds)
    .select<TermsRow[]>([...selectRecord(db, 'order_consents', termsRecord), 'payment_id']);
}

/** The payment service's answers about the cards of some payments. */
export async function listCards(db: Knex, paymentIds: number[]): Promise<CardRow[]> {
  return db('payment_card_facts')
    .whereIn('payment_id', paymentIds)
    .select<CardRow[]>([...selectRecord(db, 'payment_card_facts', cardRecord), 'payment_id']);
}

/** The refunds of some payments with their reversals, newest first. */
export async function listRefundRows(db: Knex, paymentIds: number[]): Promise<RefundRow[]> {
  const reversal = columnsOf('reversals', reversalRecord).map(
    (column) => `${column} as ${column.replace('reversals.', 'reversal_')}`,
  );
  return db('refunds')
    .leftJoin('reversals', 'reversals.refund_id', 'refunds.id')
    .whereIn('refunds.payment_id', paymentIds)
    .orderBy('refunds.id', 'desc')
    .select<RefundRow[]>([...selectRecord(db, 'refunds', refundRecord), 'refunds.payment_id', ...reversal]);
}

/** The invoices of the payments in scope, newest first. */
export function invoiceRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return db('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .where('invoices.company_id', scope.companyId)
    .whereIn('invoices.payment_id', paymentsInScope(db, scope).select('payments.id'))
    .orderBy([
      { column: 'invoices.issued_at', order: 'desc' },
      { column: 'invoices.id', order: 'desc' },
    ])
    .select(selectRecord(db, 'invoices', invoiceRecord));
}
