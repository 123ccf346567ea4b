import type { Knex } from 'knex';
import { streamRows, streamShortList } from '../../db/stream-rows.ts';
import {
  invoiceRows,
  listCallbacks,
  listCards,
  listOrderTerms,
  listRefundRows,
  paymentRows,
  type InvoiceRow,
  type PaymentRow,
} from '../../evidence/queries.ts';
import { auditRecordsAsJson, sessionRecordsAsJson } from '../../evidence/records-as-json.ts';
import { readHead } from '../../evidence/read-evidence.ts';
import type { EvidenceScope } from '../../evidence/scope.ts';
import { summariseEvidence } from '../../evidence/summary.ts';
import { toInvoiceRecord, toPaymentRecord } from '../../evidence/to-records.ts';
import { auditDetails } from '../registry/audit-details.ts';
import { maskOthers } from './mask-others.ts';
import { keepListed, type DataSubject, type OwnRow } from './own-records.ts';

/** A piece of the person's own evidence, in the order of `bundle-schema.ts`. */
type OwnEvidencePart =
  | { part: 'head'; head: OwnRow }
  | { part: 'list'; list: string; rows: AsyncIterable<OwnRow[]> }
  | { part: 'summary'; summary: OwnRow };

/** Actions whose details are words about a case or a company, and not about the person who acted. */
const NOT_ONES_OWN =
  /^(legal_hold|retention|operator|factor_reset)_|^recovery_(requested|cancelled|objected)$/;

/**
 * The evidence about a person as the person may have it: by the readers of the bundle, without payments that
 * colleagues started, and without who of them acted. Nothing for operators, who belong to no company.
 */
export async function* readOwnEvidence(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  scope: EvidenceScope,
): AsyncGenerator<OwnEvidencePart, void> {
  const { role, email } = subject;
  const { company, head } = await readHead(snapshot, scope.download, { scope, by: subject });
  const shown = role === 'admin' ? company : withoutBilling(company);
  const { user } = head;
  yield { part: 'head', head: { ...maskOthers({ ...head, company: shown }, email), user } };
  yield { part: 'list', list: 'audit_logs', rows: readAudit(snapshot, subject, scope) };
  yield { part: 'list', list: 'workspace_sessions', rows: readSessions(snapshot, scope) };
  yield { part: 'list', list: 'payments', rows: readPayments(snapshot, subject, scope) };
  yield { part: 'list', list: 'invoices', rows: readInvoices(snapshot, scope) };
  const summary = await summariseEvidence(snapshot, scope, company.billing_currency);
  yield { part: 'summary', summary: { ...summary } };
}

/** The billing details of a company may name its owner: its admins know them, its members need not. */
function withoutBilling(company: object): OwnRow {
  const names = [
    ...['billing_name', 'billing_address', 'billing_district', 'billing_city', 'billing_country'],
    ...['billing_tax_office', 'billing_tax_number'],
  ];
  return { ...company, ...Object.fromEntries(names.map((name) => [name, null])) };
}

async function* readAudit(
  snapshot: Knex.Transaction,
  { id, email }: DataSubject,
  scope: EvidenceScope,
): AsyncGenerator<OwnRow[], void> {
  const query = auditRecordsAsJson(snapshot, scope);
  for await (const rows of streamRows<{ record: OwnRow }>(snapshot, query))
    yield rows.map(({ record }) => {
      const action = String(record.action_type);
      const details = NOT_ONES_OWN.test(action) ? null : keepListed(record.details, auditDetails);
      const userId = record.user_id === id ? id : null;
      const masked = maskOthers({ ...record, user_id: userId, details }, email);
      return { ...masked, details: withOwnAddresses(masked.details, { record, userId }) };
    });
}

/** The addresses between which a person changed are the person's own, though only one is theirs today. */
function withOwnAddresses(
  masked: unknown,
  { record, userId }: { record: OwnRow; userId: number | null },
): unknown {
  if (masked === null || userId === null || !String(record.action_type).startsWith('email_')) return masked;
  const { old_email, new_email } = (record.details ?? {}) as Record<string, unknown>;
  return Object.assign(masked as OwnRow, old_email === undefined ? {} : { old_email, new_email });
}

/** The name of a colleague's workspace is the colleague's word. */
async function* readSessions(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<OwnRow[], void> {
  const query = sessionRecordsAsJson(snapshot, scope);
  for await (const rows of streamRows<{ record: OwnRow }>(snapshot, query))
    yield rows.map(({ record }) =>
      record.on_behalf_of_user_id === null ? record : { ...record, workspace_name: '[…]' },
    );
}

async function* readPayments(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  scope: EvidenceScope,
): AsyncGenerator<OwnRow[], void> {
  for await (const rows of streamShortList<PaymentRow>(snapshot, paymentRows(snapshot, scope))) {
    const ids = rows.map(({ id }) => id);
    // The texts of an order name the colleague who placed it.
    const own = rows.filter(({ started_by }) => started_by.id === subject.id).map(({ id }) => id);
    const beside = {
      terms: await listOrderTerms(snapshot, own),
      cards: await listCards(snapshot, own),
      callbacks: await listCallbacks(snapshot, ids),
      refunds: await listRefundRows(snapshot, ids),
    };
    yield rows.map((row) => maskOthers(toPaymentRecord(row, beside, subject.id), subject.email));
  }
}

async function* readInvoices(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<OwnRow[], void> {
  for await (const rows of streamShortList<InvoiceRow>(snapshot, invoiceRows(snapshot, scope)))
    yield rows.map(toInvoiceRecord);
}
