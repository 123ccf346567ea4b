import type { Knex } from 'knex';
import { auditRecord } from '../audit/audit-record.ts';
import { selectRecord } from '../record-fields.ts';
import { countedBoundsSql } from '../workspace/sessions/session-bounds.ts';
import { auditRowsInScope, paymentsInScope, sessionsInScope, type EvidenceScope } from './scope.ts';
import type { CallbackRow, SubjectRow } from './rows.ts';

/**
 * The person with that number, in that company or, for operators, in any (null). Operators themselves are
 * never found.
 */
export async function findSubject(
  db: Knex,
  userId: number,
  companyId: number | null,
): Promise<SubjectRow | undefined> {
  return db('users')
    .join('companies', 'companies.id', 'users.company_id')
    .join('subscriptions', 'subscriptions.company_id', 'companies.id')
    .leftJoin('billing_details', 'billing_details.company_id', 'companies.id')
    .where('users.id', userId)
    .modify((query) => {
      if (companyId !== null) void query.where('users.company_id', companyId);
    })
    .first<SubjectRow | undefined>([
      'users.id',
      'users.full_name',
      'users.email',
      'users.role',
      'users.created_at',
      'users.deactivated_at',
      'users.last_login_at',
      'companies.id as company_id',
      'companies.name as company_name',
      'companies.subdomain',
      'companies.created_at as company_created_at',
      'subscriptions.plan',
      'subscriptions.billing_currency',
      'billing_details.billing_name',
      'billing_details.billing_address',
      'billing_details.billing_tax_office',
      'billing_details.billing_tax_number',
    ]);
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
    .select([
      'workspace_sessions.id',
      'workspace_sessions.workspace_id',
      'workspaces.name as workspace_name',
      'workspace_sessions.started_at',
      'workspace_sessions.ended_at',
      'workspace_sessions.end_reason',
      'workspace_sessions.duration_seconds',
      'workspace_sessions.last_activity_at',
      'workspace_sessions.activity_count',
      'workspace_sessions.interactive_seconds',
      'workspace_sessions.ip_address',
      'workspace_sessions.user_agent',
      'workspace_sessions.session_id',
      'workspace_sessions.access_method',
      'workspace_sessions.on_behalf_of as on_behalf_of_user_id',
      ...Object.entries(countedBoundsSql('workspace_sessions')).map(([name, sql]) =>
        db.raw(`${sql} as ??`, [name]),
      ),
    ]);
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
    .select([
      'payments.id',
      'payments.merchant_oid',
      'payments.plan',
      'payments.status',
      'payments.currency',
      'payments.amount_minor',
      'payments.charged_minor',
      'payments.created_at',
      'payments.decided_at',
      'payments.paid_at',
      'payments.payment_type',
      'payments.installment_count',
      'payments.test_mode',
      'payments.failed_reason_code',
      'payments.failed_reason_message',
      'payments.review_reason',
      'payments.user_id',
      'users.full_name as starter_name',
      'users.email as starter_email',
      'payments.client_ip',
      'payments.user_agent',
    ]);
}

/** The signed notifications of some payments, newest first. */
export async function listCallbacks(db: Knex, paymentIds: number[]): Promise<CallbackRow[]> {
  return db('payment_callbacks')
    .whereIn('payment_id', paymentIds)
    .orderBy([
      { column: 'received_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select<CallbackRow[]>([
      'payment_id',
      'body',
      'ip_address',
      'received_at',
      'last_received_at',
      'received_count',
      'outcome',
    ]);
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
    .select([
      'invoices.id',
      'invoices.invoice_no',
      'invoices.payment_id',
      'payments.merchant_oid',
      'invoices.issued_at',
      'invoices.plan',
      'invoices.period_start',
      'invoices.period_end',
      'invoices.currency',
      'invoices.total_minor',
      'invoices.tax_minor',
      db.raw('invoices.tax_percent::float8 as tax_percent'),
      'invoices.buyer',
      'invoices.seller',
    ]);
}
