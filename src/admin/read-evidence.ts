import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { SignedInUser } from '../auth/require-user.ts';
import { NotFound } from '../errors.ts';
import { listAcceptances } from '../legal/queries.ts';
import {
  findSubject,
  invoiceRows,
  listCallbacks,
  listMembershipPeriods,
  paymentRows,
} from './evidence-queries.ts';
import type { InvoiceRow, PaymentRow, SubjectRow } from './evidence-rows.ts';
import { EVIDENCE_SCHEMA_VERSION, type EvidenceBundle } from './evidence-schema.ts';
import type { EvidenceCounts, EvidenceScope } from './evidence-scope.ts';
import { summariseEvidence } from './evidence-summary.ts';
import { auditRecordTexts, sessionRecordTexts } from './evidence-texts.ts';
import { streamRows, streamTexts } from './stream-rows.ts';
import { toInvoiceRecord, toLegalAcceptance, toPaymentRecord } from './to-evidence-records.ts';

/** Who downloads a bundle. */
export type Downloader = Pick<SignedInUser, 'id' | 'full_name' | 'email' | 'role'>;

/** The lists of a bundle, by the name of their key. */
export type EvidenceList = keyof EvidenceCounts;

/** A piece of the evidence, whatever form it is written in: first the head, then each list and its records, then the summary. */
export type EvidencePart =
  | { part: 'head'; head: Record<string, unknown> }
  | { part: 'list'; list: EvidenceList }
  /** Each text is one record as JSON. */
  | { part: 'records'; list: EvidenceList; texts: string[] }
  | { part: 'summary'; summary: EvidenceBundle['summary'] };

/**
 * The evidence about one person piece by piece, in the order of `evidence-schema.ts`, from one snapshot. Throws `NotFound`
 * when the person does not exist.
 */
export async function* readEvidence(
  snapshot: Knex.Transaction,
  context: RequestContext,
  { scope, by }: { scope: EvidenceScope; by: Downloader },
): AsyncGenerator<EvidencePart, void> {
  const subject = await findSubject(snapshot, scope.userId, scope.companyId);
  if (subject === undefined) throw new NotFound();
  const head = {
    schema_version: EVIDENCE_SCHEMA_VERSION,
    generated_at: context.at,
    generated_by: { id: by.id, full_name: by.full_name, email: by.email, role: by.role },
    period: { from: scope.from, to: scope.to },
    ...(await describeSubject(snapshot, subject)),
    legal_acceptance: toLegalAcceptance(await listAcceptances(snapshot, subject.id)),
  };
  yield { part: 'head', head };
  yield* readAuditRecords(snapshot, scope);
  yield* listOf('workspace_sessions', streamTexts(snapshot, sessionRecordTexts(snapshot, scope)));
  yield* listOf('payments', readPaymentTexts(snapshot, scope));
  yield* listOf('invoices', readInvoiceTexts(snapshot, scope));
  yield { part: 'summary', summary: await summariseEvidence(snapshot, scope, subject.billing_currency) };
}

/** Only the audit records of the evidence. */
export function readAuditRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<EvidencePart, void> {
  return listOf('audit_logs', streamTexts(snapshot, auditRecordTexts(snapshot, scope)));
}

async function* listOf(
  list: EvidenceList,
  batches: AsyncIterable<string[]>,
): AsyncGenerator<EvidencePart, void> {
  yield { part: 'list', list };
  for await (const texts of batches) yield { part: 'records', list, texts };
}

async function* readPaymentTexts(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<string[], void> {
  for await (const rows of streamRows<PaymentRow>(snapshot, paymentRows(snapshot, scope))) {
    const callbacks = await listCallbacks(
      snapshot,
      rows.map((row) => row.id),
    );
    yield rows.map((row) => JSON.stringify(toPaymentRecord(row, callbacks, scope.userId)));
  }
}

async function* readInvoiceTexts(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<string[], void> {
  for await (const rows of streamRows<InvoiceRow>(snapshot, invoiceRows(snapshot, scope))) {
    yield rows.map((row) => JSON.stringify(toInvoiceRecord(row)));
  }
}

async function describeSubject(snapshot: Knex, subject: SubjectRow): Promise<Record<string, unknown>> {
  const { id, full_name, email, role, created_at, deactivated_at, last_login_at } = subject;
  const { plan, billing_currency, billing_name, billing_address, billing_tax_office, billing_tax_number } =
    subject;
  return {
    user: {
      id,
      full_name,
      email,
      role,
      created_at,
      deactivated_at,
      last_login_at,
      membership_periods: await listMembershipPeriods(snapshot, {
        userId: id,
        companyId: subject.company_id,
      }),
    },
    company: {
      id: subject.company_id,
      name: subject.company_name,
      subdomain: subject.subdomain,
      created_at: subject.company_created_at,
      plan,
      billing_currency,
      billing_name,
      billing_address,
      billing_tax_office,
      billing_tax_number,
    },
  };
}
