import type { Knex } from 'knex';
import { outermost } from '../db/db.ts';
import {
  loginEntry,
  paymentEntry,
  workspaceEntry,
  type Details,
  type LoginEvent,
  type PaymentEvent,
  type WorkspaceAction,
  type WorkspaceEvent,
} from './audit-entries.ts';
import { toAuditRow, type AuditEntry, type AuditRow } from './audit-row.ts';
import { auditSink } from './audit-sink.ts';
import { insertInTransaction } from './insert-audit-events.ts';
import type { RequestContext } from './request-context.ts';

export type { AuditEntry } from './audit-row.ts';

/**
 * Recorder of `audit_logs`, and the only way for other rooms to write it. Stateless: everything it needs is
 * handed in.
 */
export class AuditLogger {
  /**
   * Writes one row. Throws only when the caller's transaction is lost anyway: its commit would silently
   * roll back.
   *
   * 1. Given a transaction, the row is part of it, in a savepoint, so a change that rolls back leaves no
   *    false evidence.
   * 2. Given the pool, the row is committed, together with others of the same moment, or safe in the spool
   *    when this returns.
   * 3. A row that cannot be written becomes an error line with the whole event and counts on
   *    `audit_write_failures_total`. The person's work goes on.
   */
  static async log(db: Knex, context: RequestContext, entry: AuditEntry): Promise<void> {
    const row = toAuditRow(context, entry);
    const writer = auditSink.of(db)?.writer;
    if (isTransaction(db)) await logInTransaction(db, context, row);
    else if (writer === undefined) await logAlone(db, context, row);
    else await writer.write(row);
  }

  /**
   * Writes rows in their order, in one statement, or throws. Only for settling a payment: its change and its
   * evidence commit together or not at all, and the gateway repeats its notification until it reads OK.
   */
  static async logOrThrow(
    trx: Knex.Transaction,
    context: RequestContext,
    ...entries: AuditEntry[]
  ): Promise<void> {
    const { query, name } = AuditLogger.insertOrThrow(trx, context, ...entries);
    await query.options({ name });
  }

  /**
   * The statement of `logOrThrow`, to be made a part of another one: each statement of a settlement is a
   * round trip, and the last of them are made while every other settlement waits for its number.
   */
  static insertOrThrow(
    trx: Knex.Transaction,
    context: RequestContext,
    ...entries: AuditEntry[]
  ): { query: Knex.QueryBuilder; name: string } {
    const rows = entries.map((entry) => toAuditRow(context, entry));
    return { query: trx('audit_logs').insert(rows), name: `insert-audit-rows-${String(rows.length)}` };
  }

  /**
   * An attempt to sign in. `email` is the attempted address; `userId` and `companyId` are null when nobody
   * has it.
   */
  static async logLogin(db: Knex, context: RequestContext, input: LoginEvent): Promise<void> {
    await AuditLogger.log(db, context, loginEntry(input));
  }

  /** A person signed out. */
  static async logLogout(db: Knex, context: RequestContext): Promise<void> {
    await AuditLogger.log(db, context, {
      action: 'logout',
      success: true,
      resourceType: 'user',
      ...(context.userId === null ? {} : { resourceId: context.userId }),
    });
  }

  /** A workspace was created, or could not be (`success: false` with the reason). */
  static async logWorkspaceCreate(db: Knex, context: RequestContext, input: WorkspaceEvent): Promise<void> {
    await logWorkspace(db, context, 'workspace_create', input);
  }

  /** A workspace was deleted. */
  static async logWorkspaceDelete(db: Knex, context: RequestContext, input: WorkspaceEvent): Promise<void> {
    await logWorkspace(db, context, 'workspace_delete', input);
  }

  /** A deleted workspace was restored, or could not be. */
  static async logWorkspaceRestore(db: Knex, context: RequestContext, input: WorkspaceEvent): Promise<void> {
    await logWorkspace(db, context, 'workspace_restored', input);
  }

  /**
   * The contents of a deleted workspace were destroyed, or could not be. Write it when the outcome is known.
   */
  static async logWorkspaceDestroy(db: Knex, context: RequestContext, input: WorkspaceEvent): Promise<void> {
    await logWorkspace(db, context, 'workspace_destroyed', input);
  }

  /**
   * The program of a workspace was started, stopped or restarted, or could not be. Write it when the outcome
   * is known.
   */
  static async logWorkspaceRuntime(
    db: Knex,
    context: RequestContext,
    action: 'workspace_started' | 'workspace_stopped' | 'workspace_restarted',
    input: WorkspaceEvent,
  ): Promise<void> {
    await logWorkspace(db, context, action, input);
  }

  /** A person opened a workspace, or was refused. */
  static async logWorkspaceAccess(db: Knex, context: RequestContext, input: WorkspaceEvent): Promise<void> {
    await logWorkspace(db, context, 'workspace_access', input);
  }

  /** Something happened to a payment. For settlement use `logOrThrow` with `paymentEntry`. */
  static async logPayment(db: Knex, context: RequestContext, input: PaymentEvent): Promise<void> {
    await AuditLogger.log(db, context, paymentEntry(input));
  }

  /** The plan or the paid time of a company changed; details say from what to what. */
  static async logSubscriptionChange(
    db: Knex,
    context: RequestContext,
    input: { companyId: number; userId?: number | null; details: Details },
  ): Promise<void> {
    await AuditLogger.log(db, context, {
      action: 'subscription_change',
      success: true,
      resourceType: 'subscription',
      resourceId: input.companyId,
      companyId: input.companyId,
      ...(input.userId === undefined ? {} : { userId: input.userId }),
      details: input.details,
    });
  }
}

async function logWorkspace(
  db: Knex,
  context: RequestContext,
  action: WorkspaceAction,
  event: WorkspaceEvent,
): Promise<void> {
  await AuditLogger.log(db, context, workspaceEntry(action, event));
}

function isTransaction(db: Knex): db is Knex.Transaction {
  return db.isTransaction === true;
}

/**
 * A row that Postgres refuses goes to the spool once the change is committed, and nowhere when it is rolled
 * back.
 */
async function logInTransaction(
  trx: Knex.Transaction,
  context: RequestContext,
  row: AuditRow,
): Promise<void> {
  const reason = await insertInTransaction(trx, row);
  if (reason === null) return;
  const writer = auditSink.of(trx)?.writer;
  if (writer === undefined) {
    reportFailure(trx, context, row, new Error(reason));
    return;
  }
  context.log.warn(
    { reason, action: row.action_type },
    'audit row was refused: it is tried again after the commit',
  );
  const keep = (): Promise<void> => writer.keep(row, 'refused');
  void outermost(trx).executionPromise.then(keep, () => undefined);
}

async function logAlone(db: Knex, context: RequestContext, row: AuditRow): Promise<void> {
  try {
    await db('audit_logs').insert(row);
  } catch (error) {
    reportFailure(db, context, row, error);
  }
}

function reportFailure(db: Knex, context: RequestContext, row: AuditRow, error: unknown): void {
  auditSink.of(db)?.metrics.auditWriteFailures.inc({ action: row.action_type });
  context.log.error({ err: error, audit: row }, 'audit row could not be written');
}
