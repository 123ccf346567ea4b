import type { Knex } from 'knex';
import type { ShownLog } from '../transparency/proof/find-shown-log.ts';
import { hasKeptLeaves } from '../transparency/queries.ts';
import type { IndexSet } from '../transparency/proof/index-set.ts';
import { listLeaves, type LeafChoice, type ShownLeaf } from '../transparency/proof/list-leaves.ts';
import { detailsAreMasked, isWithheld } from './masks.ts';
import { narrowToAudit, narrowToSessions, paymentsInScope, type EvidenceScope } from './scope.ts';

type Scope = EvidenceScope & { log: ShownLog };

/**
 * The leaves of the company's log that a bundle shows as text: those of rows that its reader cannot make
 * again, since fields of them are left out or another's key made their salts, and those of everything that is
 * no audit record and no session.
 */
export async function* companyLeaves(
  snapshot: Knex.Transaction,
  scope: Scope,
  partial: IndexSet,
): AsyncGenerator<ShownLeaf[], void> {
  const isPartial = (scope.withheld ?? []).length > 0;
  // Rows of an erased person stand in the file without their values.
  const hasKept = await hasKeptLeaves(snapshot, scope.log.id);
  const payments = (): Knex.QueryBuilder => paymentsInScope(snapshot, scope).select('payments.id');
  const { userId, companyId } = scope;
  const ofPayment =
    (column: string) =>
    (query: Knex.QueryBuilder): void =>
      void query.whereIn(column, payments());
  const choices: LeafChoice[] = [
    auditChoice(snapshot, scope, (query) => {
      const isPartialRow = snapshot.raw(
        `audit_logs.id = any(array(select record_id from log_leaves where log_id = ? and leaf_index = any(?::bigint[])))`,
        [scope.log.id, [...partial.toArray()]] as unknown as Knex.RawBinding[],
      );
      if (isPartial) void narrowToAudit(query, scope);
      else if (hasKept)
        void narrowToAudit(query, scope).whereRaw('(kept.leaf is not null or ?)', [isPartialRow]);
      else void query.where(isPartialRow);
    }),
    {
      type: 'workspace_session',
      narrow: (query) => {
        void narrowToSessions(query, scope);
        if (!isPartial) void query.whereNotNull('kept.leaf');
      },
      isShown: (field) => !isWithheld(scope, field),
    },
    {
      type: 'legal_acceptance',
      narrow: (query) => void query.where('legal_acceptances.user_id', userId),
      isShown: (field) => !isWithheld(scope, field),
    },
    { type: 'order_consent', narrow: ofPayment('order_consents.payment_id'), isShown: isOwn(scope) },
    { type: 'payment_settlement', narrow: ofPayment('payments.id'), isShown: isOwn(scope) },
    { type: 'payment_callback', narrow: ofPayment('payment_callbacks.payment_id'), isShown: () => true },
    { type: 'invoice', narrow: ofPayment('invoices.payment_id'), isShown: () => true },
    {
      type: 'mail',
      narrow: (query) => void query.where({ 'mails.user_id': userId, 'mails.company_id': companyId }),
      isShown: isOwn(scope),
    },
  ];
  for (const choice of choices) yield* listLeaves(snapshot, scope.log, choice);
}

/**
 * The leaves of the platform's log that a bundle shows: the company's heads of these sizes, and the audit
 * records without a company.
 */
export async function* platformLeaves(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
  platform: ShownLog,
  { origin, sizes }: { origin: string; sizes: number[] },
): AsyncGenerator<ShownLeaf[], void> {
  yield* listLeaves(snapshot, platform, {
    type: 'log_entry',
    narrow: (query) =>
      void query
        .whereRaw(`log_entries.entry ->> 'origin' = ?`, [origin])
        .whereRaw(`(log_entries.entry ->> 'size')::bigint = any(?::bigint[])`, [sizes]),
    isShown: () => true,
  });
  yield* listLeaves(
    snapshot,
    platform,
    auditChoice(
      snapshot,
      scope,
      (query) => void narrowToAudit(query, scope).whereNull('audit_logs.company_id'),
    ),
  );
}

/** Audit rows of the bundle, of which only the person's own show address and browser. */
function auditChoice(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
  narrow: (query: Knex.QueryBuilder) => void,
): LeafChoice {
  return {
    type: 'audit_log',
    narrow,
    columns: [snapshot.raw('? as is_masked', [detailsAreMasked(snapshot, 'audit_logs', scope)])],
    isShown: (field, { holder }, row) => {
      if (field === 'details') return row['is_masked'] === false;
      if (field === 'request_path') return true;
      return holder === scope.userId && !isWithheld(scope, field);
    },
  };
}

/** Fields of what the person did; those of a colleague are left out. */
function isOwn(scope: EvidenceScope): LeafChoice['isShown'] {
  return (field, { holder }) => holder === scope.userId && !isWithheld(scope, field);
}
