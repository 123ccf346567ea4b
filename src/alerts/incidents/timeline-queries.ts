import type { Knex } from 'knex';
import type { AuditAction } from '../../audit/actions.ts';
import { namedAuditRecord, type AuditEntryRow } from '../../audit/audit-record.ts';
import { auditRowsInScope, type EvidenceScope } from '../../evidence/scope.ts';
import { selectRecord } from '../../record-fields.ts';

/** The company and the time that a line of time is about. `from` is inclusive, `to` exclusive. */
interface Around {
  companyId: number;
  from: Date;
  to: Date;
}

/**
 * The actions that say who came into an account, and what became of its keys. Alerts and the steps of an
 * incident stand in tables of their own; work in workspaces, payments and pages say nothing of an intruder.
 */
const accountActions = [
  'login',
  'logout',
  'account_locked',
  'account_unlocked',
  'password_reset_sent',
  'password_reset_requested',
  'password_reset_finished',
  'password_changed',
  'email_change_requested',
  'email_change_withdrawn',
  'email_changed',
  'email_restored',
  'browser_session_moved',
  'browser_session_revoked',
  'device_forgotten',
  'device_trust_ended',
  'second_factor_added',
  'second_factor_removed',
  'recovery_codes_made',
  'factor_reset_requested',
  'factor_reset_objected',
  'factor_reset_approved',
  'recovery_requested',
  'recovery_objected',
  'token_created',
  'token_revoked',
  'ssh_key_added',
  'ssh_key_removed',
  'evidence_exported',
  'audit_exported',
  'usage_exported',
  'own_data_exported',
  'user_role_changed',
  'user_deactivated',
  'user_reactivated',
] satisfies AuditAction[];

/**
 * The rows of the audit trail about an account in a time, oldest first, at most `limit`. Without an account
 * the company as a whole is concerned: then they are the looks of the platform's staff.
 */
export async function listRowsAround(
  db: Knex,
  { userId, ...of }: Around & Pick<EvidenceScope, 'download'> & { userId: number | null; limit: number },
): Promise<AuditEntryRow[]> {
  const rows =
    userId === null
      ? staffLooks(db, of)
      : auditRowsInScope(db, { ...of, userId }).whereIn('action_type', accountActions);
  return db
    .from(rows.as('audit_logs'))
    .leftJoin('users', 'users.id', 'audit_logs.user_id')
    .orderBy(['audit_logs.timestamp', 'audit_logs.id'])
    .limit(of.limit)
    .select(selectRecord(db, 'audit_logs', namedAuditRecord)) as Promise<AuditEntryRow[]>;
}

function staffLooks(db: Knex, { companyId, from, to }: Around): Knex.QueryBuilder {
  return db('audit_logs')
    .where({ company_id: companyId, action_type: 'operator_company_viewed' satisfies AuditAction })
    .where('timestamp', '>=', from)
    .where('timestamp', '<', to);
}
