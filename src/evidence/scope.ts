import type { Knex } from 'knex';
import type { ShownLog } from '../transparency/proof/find-shown-log.ts';
import { whereReaches } from '../workspace/session-row.ts';
import type { WithheldKind } from './schemas/proof-schema.ts';

/**
 * The person, the company and the time that evidence is about. `from` is inclusive, `to` exclusive; null is
 * open.
 */
export interface EvidenceScope {
  userId: number;
  companyId: number;
  from: Date | null;
  to: Date | null;
  /** True for a person's own copy: payments that colleagues started are left out. */
  isOwnCopy?: boolean;
  /** The company's log, with which the records are proved. Absent: the file has no proof. */
  log?: ShownLog;
  /** Fields that are left out. Absent: none. */
  withheld?: readonly WithheldKind[];
  /** Only this workspace: what happened in others is left out. Absent: every workspace. */
  workspaceId?: number;
  /** The audit row of the download itself, which is not part of the file. */
  download: { at: Date; requestId: string };
}

/** The person's own actions, and events that concern the person through the account. */
export function ownAuditRows(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return narrowToTimeAndPlace(db('audit_logs'), scope).where((query) => void byPerson(query, scope));
}

/** The person's own audit rows, and the actions of others on the account. */
export function auditRowsInScope(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return narrowToAudit(db('audit_logs'), scope);
}

/** Leaves in a query of `audit_logs` the rows of `auditRowsInScope`. */
export function narrowToAudit(rows: Knex.QueryBuilder, scope: EvidenceScope): Knex.QueryBuilder {
  const { userId, companyId } = scope;
  return narrowToTimeAndPlace(rows, scope).where((query) => {
    void query
      .where((own) => void byPerson(own, scope))
      .orWhere({ resource_type: 'user', resource_id: String(userId), company_id: companyId });
  });
}

function narrowToTimeAndPlace(rows: Knex.QueryBuilder, scope: EvidenceScope): Knex.QueryBuilder {
  const { workspaceId } = scope;
  if (workspaceId !== undefined)
    void rows.whereRaw(`(resource_type is distinct from 'workspace' or resource_id is not distinct from ?)`, [
      String(workspaceId),
    ]);
  return inTime(rows, 'audit_logs.timestamp', scope).whereRaw(...notThisDownload(scope));
}

/** A row without a company still names the person, who has never belonged to another company. */
function byPerson(query: Knex.QueryBuilder, { userId, companyId }: EvidenceScope): Knex.QueryBuilder {
  return query
    .where('user_id', userId)
    .where((either) => void either.where('company_id', companyId).orWhereNull('company_id'));
}

function notThisDownload({ download }: EvidenceScope): [string, Knex.RawBinding[]] {
  return [
    `not (action_type = 'evidence_exported' and timestamp = ? and request_id is not distinct from ?)`,
    [download.at, download.requestId],
  ];
}

/** Workspace sessions that overlap the time, as `usageStats` counts them. */
export function sessionsInScope(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return narrowToSessions(db('workspace_sessions'), scope);
}

/** Leaves in a query of `workspace_sessions` the rows of `sessionsInScope`. */
export function narrowToSessions(
  rows: Knex.QueryBuilder,
  { userId, companyId, from, to, workspaceId }: EvidenceScope,
): Knex.QueryBuilder {
  void rows.where({ 'workspace_sessions.user_id': userId, 'workspace_sessions.company_id': companyId });
  if (workspaceId !== undefined) void rows.where('workspace_sessions.workspace_id', workspaceId);
  if (to !== null) void rows.where('workspace_sessions.started_at', '<', to);
  if (from !== null) whereReaches(rows, 'workspace_sessions', from);
  return rows;
}

/** Payments that the person started or that fall into the membership, started or paid in the time. */
export function paymentsInScope(db: Knex, scope: EvidenceScope): Knex.QueryBuilder {
  return db('payments')
    .where('payments.company_id', scope.companyId)
    .modify((query) => {
      if (scope.isOwnCopy === true) void query.where('payments.user_id', scope.userId);
    })
    .whereRaw(
      `(payments.user_id = ? or exists (
         select 1 from membership_periods as member
         where member.user_id = ? and member.company_id = payments.company_id
           and (tstzrange(member.started_at, member.ended_at) @> payments.created_at
             or tstzrange(member.started_at, member.ended_at) @> payments.paid_at)))`,
      [scope.userId, scope.userId],
    )
    .modify((query) => {
      // An empty group of conditions would vanish from the "or" instead of being true.
      if (scope.from === null && scope.to === null) return;
      void query.where((either) => {
        void either
          .where((created) => void inTime(created, 'payments.created_at', scope))
          .orWhere((paid) => void inTime(paid, 'payments.paid_at', scope));
      });
    });
}

/** How many records of each kind a bundle holds. */
export interface EvidenceCounts {
  audit_logs: number;
  workspace_sessions: number;
  payments: number;
  invoices: number;
}

/** Counts the records of a bundle, for the progress of its download. */
export async function countEvidence(db: Knex, scope: EvidenceScope): Promise<EvidenceCounts> {
  const count = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.count('*');
  return db
    .select({
      audit_logs: db.raw('(?)', [count(auditRowsInScope(db, scope))]),
      workspace_sessions: db.raw('(?)', [count(sessionsInScope(db, scope))]),
      payments: db.raw('(?)', [count(paymentsInScope(db, scope))]),
      invoices: db.raw('(?)', [
        count(
          db('invoices')
            .where('invoices.company_id', scope.companyId)
            .whereIn('invoices.payment_id', paymentsInScope(db, scope).select('payments.id')),
        ),
      ]),
    })
    .first<EvidenceCounts>();
}

function inTime(
  query: Knex.QueryBuilder,
  column: string,
  { from, to }: Pick<EvidenceScope, 'from' | 'to'>,
): Knex.QueryBuilder {
  if (from !== null) void query.where(column, '>=', from);
  if (to !== null) void query.where(column, '<', to);
  return query;
}
