import { countedBoundsSql } from '../../workspace/sessions/session-bounds.ts';

/** A kind of evidence that gets leaves. */
export interface LeafType {
  type: string;
  table: string;
  /** The column or expression of the company; null there: the row belongs to the platform's log. */
  company: string;
  /** The column of the person whose key makes the salts. Null: the company's or the platform's key. */
  holder: string | null;
  /** Fields that everybody may see, each with its SQL when it is no column of the same name. */
  plain: Record<string, string | null>;
  /** Fields of which the leaf has digests only. */
  personal: Record<string, string | null>;
  /** The personal fields of a row that are about somebody else than its holder. Absent: none. */
  shared?: (row: Record<string, unknown>) => readonly string[];
  /** Tables that the expressions above need. */
  join?: string;
  /**
   * Absent: a row gets its leaf when it appears. Otherwise only rows that are final do, and they are found by
   * the audit rows that tell of them.
   */
  isFinal?: string;
  /** With `isFinal`: since when the row is. */
  finalAt?: string;
  /**
   * SQL: whether that of which the row has a hash still has that hash. Absent: Postgres makes the hash from
   * it, or it is in no table.
   */
  fitsHash?: string;
}

const own = (...names: string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));

/** Audit actions whose details are about another account than that of the person who acted. */
export const ABOUT_OTHERS = ['invitation_sent', 'invitation_revoked', 'audit_exported'];

function isAboutOthers({
  action_type,
  resource_type,
  resource_id,
  user_id,
}: Record<string, unknown>): boolean {
  return (
    ABOUT_OTHERS.includes(String(action_type)) ||
    (resource_type === 'user' && resource_id !== String(user_id))
  );
}

const bounds = countedBoundsSql('workspace_sessions');

/**
 * All kinds, in the order in which a round sequences them. A published field is never renamed, and a rule
 * never changes: leaves that exist could no longer be recomputed. A new field is a new version of the leaf.
 */
export const leafTypes: readonly LeafType[] = [
  {
    type: 'audit_log',
    table: 'audit_logs',
    company: 'audit_logs.company_id',
    holder: 'audit_logs.user_id',
    plain: own(
      'timestamp',
      'user_id',
      'actor_type',
      'action_type',
      'success',
      'resource_type',
      'resource_id',
      'request_method',
      'request_id',
      'error_message',
    ),
    personal: own('ip_address', 'user_agent', 'request_path', 'details'),
    shared: (row) => (isAboutOthers(row) ? ['details'] : []),
  },
  {
    type: 'workspace_session',
    table: 'workspace_sessions',
    company: 'workspace_sessions.company_id',
    holder: 'workspace_sessions.user_id',
    plain: {
      ...own('user_id', 'workspace_id', 'started_at', 'ended_at', 'end_reason', 'duration_seconds'),
      ...own('last_activity_at', 'activity_count', 'interactive_seconds', 'session_id', 'access_method'),
      on_behalf_of_user_id: 'workspace_sessions.on_behalf_of',
      connected_seconds: bounds.connected_seconds,
      active_seconds: bounds.active_seconds,
    },
    personal: own('ip_address', 'user_agent'),
    isFinal: 'workspace_sessions.ended_at is not null',
    finalAt: 'workspace_sessions.ended_at',
  },
  {
    type: 'legal_acceptance',
    table: 'legal_acceptances',
    company: 'legal_acceptances.company_id',
    holder: 'legal_acceptances.user_id',
    join: 'join legal_documents on legal_documents.id = legal_acceptances.document_id',
    plain: {
      ...own('user_id', 'accepted_at', 'request_id'),
      kind: 'legal_documents.kind',
      version: 'legal_documents.version',
      locale: 'legal_documents.locale',
      content_sha256: 'legal_documents.content_sha256',
    },
    personal: own('ip_address', 'user_agent'),
  },
  {
    type: 'order_consent',
    table: 'order_consents',
    company: 'order_consents.company_id',
    holder: 'order_consents.user_id',
    plain: own(
      'payment_id',
      'user_id',
      'customer_type',
      'locale',
      'documents',
      'text_sha256',
      'html_sha256',
      'boxes',
      'button',
      'accepted_at',
      'request_id',
    ),
    personal: own('ip_address', 'user_agent', 'browser_session'),
  },
  {
    type: 'payment_callback',
    table: 'payment_callbacks',
    company: 'payments.company_id',
    holder: null,
    join: 'left join payments on payments.id = payment_callbacks.payment_id',
    plain: own('payment_id', 'merchant_oid', 'body_sha256', 'received_at'),
    personal: {},
    // The tokens of a card are cut out of the body, and the hash is over what came.
    fitsHash: `encode(sha256(payment_callbacks.body), 'hex') = payment_callbacks.body_sha256
      or position('=removed-'::bytea in payment_callbacks.body) > 0`,
  },
  {
    type: 'payment_settlement',
    table: 'payments',
    company: 'payments.company_id',
    holder: 'payments.user_id',
    plain: own(
      'user_id',
      'merchant_oid',
      'plan',
      'currency',
      'amount_minor',
      'charged_minor',
      'status',
      'created_at',
      'decided_at',
      'paid_at',
      'payment_type',
      'installment_count',
      'test_mode',
    ),
    personal: own('client_ip', 'user_agent'),
    // No column of such a payment that the leaf has changes again (trigger refuse_rewriting_paid).
    isFinal: `payments.status in ('success', 'refunded')`,
    finalAt: 'payments.decided_at',
  },
  {
    type: 'invoice',
    table: 'invoices',
    company: 'invoices.company_id',
    holder: null,
    plain: {
      ...own('payment_id', 'invoice_no', 'issued_at', 'plan', 'period_start', 'period_end', 'currency'),
      ...own('total_minor', 'tax_minor', 'seller'),
      tax_percent: 'invoices.tax_percent::float8',
    },
    personal: own('buyer'),
  },
  {
    type: 'mail',
    table: 'mails',
    company: 'mails.company_id',
    holder: 'mails.user_id',
    plain: own(
      'user_id',
      'created_at',
      'template',
      'template_version',
      'locale',
      'message_id',
      'cause_type',
      'cause_id',
      'kept_sha256',
      'sent_sha256',
    ),
    personal: own('recipient', 'subject'),
    fitsHash: `encode(sha256(mails.kept), 'hex') = mails.kept_sha256`,
  },
  {
    type: 'hold',
    table: 'legal_holds',
    company: 'legal_holds.company_id',
    holder: null,
    plain: own('user_id', 'kind', 'placed_at', 'placed_by'),
    personal: own('reference', 'reason'),
  },
  {
    type: 'log_entry',
    table: 'log_entries',
    company: 'log_entries.company_id',
    holder: null,
    plain: own('at', 'entry'),
    personal: {},
  },
];

/** The kind with that name. */
export function leafType(name: string): LeafType {
  const found = leafTypes.find(({ type }) => type === name);
  if (found === undefined) throw new Error(`Bug! there is no leaf of type ${name}`);
  return found;
}
