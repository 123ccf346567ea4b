import type { Knex } from 'knex';
import type { z } from 'zod';
import type { RequestContext } from '../audit/request-context.ts';
import type { SignedInUser } from '../auth/require-user.ts';
import { NotFound } from '../errors.ts';
import { listAcceptances } from '../legal/queries.ts';
import {
  findSubject,
  invoiceRows,
  listCallbacks,
  listCards,
  listEmailChanges,
  listEmailConfirmations,
  listMembershipPeriods,
  listOrderTerms,
  listRefundRows,
  paymentRows,
  type InvoiceRow,
  type PaymentRow,
} from './queries.ts';
import { EVIDENCE_SCHEMA_VERSION, type EvidenceBundle } from './schemas/bundle-schema.ts';
import { sessionRecord } from './schemas/record-schemas.ts';
import { auditRowsInScope, sessionsInScope, type EvidenceCounts, type EvidenceScope } from './scope.ts';
import { auditRecord, type AuditRecord } from '../audit/audit-record.ts';
import { summariseEvidence } from './summary.ts';
import { auditRecordRows, auditRecordsAsJson, sessionRecordRows } from './records-as-json.ts';
import { copyRecords, type RecordForm, type RecordsPiece } from './copy-records.ts';
import { withoutWithheld } from './masks.ts';
import { IndexSet } from '../transparency/proof/index-set.ts';
import { writeProof } from './write-proof.ts';
import { findShownLog } from '../transparency/proof/find-shown-log.ts';
import { readLeafPlaces } from '../transparency/proof/leaf-places.ts';
import type { LogSigner } from '../transparency/sequence/log-signer.ts';
import { sliceAuditRows } from './slice-audit-rows.ts';
import { streamRows } from '../db/stream-rows.ts';
import { toInvoiceRecord, toLegalAcceptance, toPaymentRecord } from './to-records.ts';

/** The person who downloads a bundle. */
export type Downloader = Pick<SignedInUser, 'id' | 'full_name' | 'email' | 'role'>;

/** The lists of a bundle, by the name of their key. */
type EvidenceList = keyof EvidenceCounts;

/** The type of a record of each list: of its line, and of its leaf in the log. */
const lineTypes = {
  audit_logs: 'audit_log',
  workspace_sessions: 'workspace_session',
  payments: 'payment',
  invoices: 'invoice',
} as const satisfies Record<EvidenceList, string>;

/**
 * A piece of the evidence in any form: first the head, then each list and its records, then the summary.
 */
export type EvidencePart =
  | { part: 'head'; head: Record<string, unknown> }
  | { part: 'list'; list: EvidenceList }
  /** Records in the form asked for, each ended by a line feed. */
  | ({ part: 'records'; list: EvidenceList } & RecordsPiece)
  /** A piece of the text of `proof`, a JSON object. `isFirst`: it begins here. */
  | { part: 'proof'; text: string; isFirst: boolean }
  | { part: 'summary'; summary: EvidenceBundle['summary'] };

/**
 * Reads the evidence about one person piece by piece, in the order of `bundle-schema.ts`, from one snapshot.
 * Throws `NotFound` when the person does not exist.
 */
export async function* readEvidence(
  snapshot: Knex.Transaction,
  context: RequestContext,
  input: { scope: EvidenceScope; by: Downloader; form: RecordForm; signer?: LogSigner },
): AsyncGenerator<EvidencePart, void> {
  const { by, form, signer } = input;
  const log = signer === undefined ? undefined : await findShownLog(snapshot, input.scope.companyId);
  const scope = log === undefined ? input.scope : { ...input.scope, log };
  const { company, head } = await readHead(snapshot, context, { scope, by });
  yield { part: 'head', head: withoutWithheld(scope, head) };
  const typeOf = (list: EvidenceList): string | null => (form === 'ndjson' ? lineTypes[list] : null);
  const passed = { shown: new IndexSet(log?.size ?? 0), partial: new IndexSet(log?.size ?? 0) };
  async function* read(
    list: 'audit_logs' | 'workspace_sessions',
    { ids, ...copied }: { record: z.ZodObject; rows: Knex.QueryBuilder; ids: Knex.QueryBuilder },
  ): AsyncGenerator<RecordsPiece, void> {
    const type = lineTypes[list];
    const leaves = log && { places: await readLeafPlaces(snapshot, log, { type, ids }), passed };
    yield* copyRecords(snapshot, { ...copied, type: typeOf(list), form }, leaves);
  }
  const readAudit = (slice: EvidenceScope): AsyncIterable<RecordsPiece> =>
    read('audit_logs', {
      record: auditRecord,
      rows: auditRecordRows(snapshot, slice),
      ids: auditRowsInScope(snapshot, slice).select('audit_logs.id'),
    });
  const sessions = read('workspace_sessions', {
    record: sessionRecord,
    rows: sessionRecordRows(snapshot, scope),
    ids: sessionsInScope(snapshot, scope).select('workspace_sessions.id'),
  });
  const audit = sliceAuditRows(snapshot, scope, readAudit, ({ records }) => records);
  yield* listOf('audit_logs', audit);
  yield* listOf('workspace_sessions', sessions);
  yield* listOf('payments', readPayments(snapshot, scope, typeOf('payments')));
  yield* listOf('invoices', readInvoices(snapshot, scope, typeOf('invoices')));
  if (log !== undefined && signer !== undefined) {
    let isFirst = true;
    for await (const text of writeProof(snapshot, { ...scope, log }, { signer, ...passed })) {
      yield { part: 'proof', text, isFirst };
      isFirst = false;
    }
  }
  yield { part: 'summary', summary: await summariseEvidence(snapshot, scope, company.billing_currency) };
}

/** The head of a bundle, and the company. Throws `NotFound` when the person does not exist. */
export async function readHead(
  snapshot: Knex.Transaction,
  context: Pick<RequestContext, 'at'>,
  { scope, by }: { scope: EvidenceScope; by: Downloader },
) {
  const subject = await findSubject(snapshot, scope.userId, scope.companyId);
  if (subject === undefined) throw new NotFound();
  const { user, company } = subject;
  const head = {
    schema_version: EVIDENCE_SCHEMA_VERSION,
    generated_at: context.at,
    generated_by: { id: by.id, full_name: by.full_name, email: by.email, role: by.role },
    period: { from: scope.from, to: scope.to },
    user: {
      ...user,
      membership_periods: await listMembershipPeriods(snapshot, scope),
      email_confirmations: await listEmailConfirmations(snapshot, user.id),
      email_changes: await listEmailChanges(snapshot, user.id),
    },
    company,
    legal_acceptance: toLegalAcceptance(await listAcceptances(snapshot, user.id)),
  };
  return { company, head };
}

/** The audit records only, in batches. */
export async function* readAuditRecords(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
): AsyncGenerator<AuditRecord[], void> {
  const slices = sliceAuditRows(
    snapshot,
    scope,
    (slice) => streamRows<{ record: AuditRecord }>(snapshot, auditRecordsAsJson(snapshot, slice)),
    (rows) => rows.length,
  );
  for await (const rows of slices) yield rows.map(({ record }) => record);
}

async function* listOf(
  list: EvidenceList,
  pieces: AsyncIterable<RecordsPiece>,
): AsyncGenerator<EvidencePart, void> {
  yield { part: 'list', list };
  for await (const piece of pieces) yield { part: 'records', list, ...piece };
}

async function* readPayments(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
  type: string | null,
): AsyncGenerator<RecordsPiece, void> {
  for await (const rows of streamRows<PaymentRow>(snapshot, paymentRows(snapshot, scope))) {
    const ids = rows.map((row) => row.id);
    const beside = {
      terms: await listOrderTerms(snapshot, ids),
      cards: await listCards(snapshot, ids),
      callbacks: await listCallbacks(snapshot, ids),
      refunds: await listRefundRows(snapshot, ids),
    };
    yield toPiece(
      rows.map((row) => withoutWithheld(scope, toPaymentRecord(row, beside, scope.userId))),
      type,
    );
  }
}

async function* readInvoices(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
  type: string | null,
): AsyncGenerator<RecordsPiece, void> {
  for await (const rows of streamRows<InvoiceRow>(snapshot, invoiceRows(snapshot, scope))) {
    yield toPiece(rows.map(toInvoiceRecord), type);
  }
}

function toPiece(records: object[], type: string | null): RecordsPiece {
  const text = records
    .map((record) =>
      type === null ? `,${JSON.stringify(record)}\n` : `${JSON.stringify({ type, ...record })}\n`,
    )
    .join('');
  return { bytes: Buffer.from(text), records: records.length };
}
