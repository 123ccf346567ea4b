import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { SignedInUser } from '../auth/require-user.ts';
import { NotFound } from '../errors.ts';
import { listAcceptances } from '../legal/queries.ts';
import {
  auditRows,
  findSubject,
  invoiceRows,
  listCallbacks,
  listMembershipPeriods,
  paymentRows,
  sessionRows,
} from './evidence-queries.ts';
import type { AuditRow, InvoiceRow, PaymentRow, SubjectRow } from './evidence-rows.ts';
import { EVIDENCE_SCHEMA_VERSION } from './evidence-schema.ts';
import type { EvidenceScope } from './evidence-scope.ts';
import { summariseEvidence } from './evidence-summary.ts';
import { streamRows } from './stream-rows.ts';
import { toAuditRecord, toInvoiceRecord, toLegalAcceptance, toPaymentRecord } from './to-evidence-records.ts';

/** Who downloads a bundle. */
export type Downloader = Pick<SignedInUser, 'id' | 'full_name' | 'email' | 'role'>;

/**
 * The document piece by piece, from one snapshot. Its last byte closes it: a bundle that was cut anywhere does not parse.
 * Throws `NotFound` when the person does not exist.
 */
export async function* writeEvidenceBundle(
  snapshot: Knex.Transaction,
  context: RequestContext,
  { scope, by }: { scope: EvidenceScope; by: Downloader },
): AsyncGenerator<string, void> {
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
  const fields = Object.entries(head).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  yield `{${fields.join(',\n')}`;
  yield* writeList('audit_logs', readAuditRecords(snapshot, scope));
  yield* writeList('workspace_sessions', streamRows(snapshot, sessionRows(snapshot, scope)));
  yield* writeList('payments', readPaymentRecords(snapshot, scope));
  yield* writeList('invoices', readInvoiceRecords(snapshot, scope));
  const summary = await summariseEvidence(snapshot, scope, subject.billing_currency);
  yield `,\n"summary":${JSON.stringify(summary)}}\n`;
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

async function* writeList(name: string, batches: AsyncIterable<unknown[]>): AsyncGenerator<string, void> {
  let separator = '\n';
  yield `,\n${JSON.stringify(name)}:[`;
  for await (const batch of batches) {
    yield separator + batch.map((record) => JSON.stringify(record)).join(',\n');
    separator = ',\n';
  }
  yield ']';
}

async function* readAuditRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<unknown[], void> {
  for await (const rows of streamRows<AuditRow>(snapshot, auditRows(snapshot, scope))) {
    yield rows.map((row) => toAuditRecord(row, scope.userId));
  }
}

async function* readPaymentRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<unknown[], void> {
  for await (const rows of streamRows<PaymentRow>(snapshot, paymentRows(snapshot, scope))) {
    const callbacks = await listCallbacks(
      snapshot,
      rows.map((row) => row.id),
    );
    yield rows.map((row) => toPaymentRecord(row, callbacks, scope.userId));
  }
}

async function* readInvoiceRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<unknown[], void> {
  for await (const rows of streamRows<InvoiceRow>(snapshot, invoiceRows(snapshot, scope))) {
    yield rows.map(toInvoiceRecord);
  }
}
