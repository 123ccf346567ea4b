import { hash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Knex } from 'knex';
import { pino } from 'pino';
import type { RequestContext } from '../../src/audit/request-context.ts';
import {
  evidenceBundle,
  evidenceJsonSchema,
  type EvidenceBundle,
} from '../../src/evidence/schemas/bundle-schema.ts';
import {
  exportEvidence,
  type EvidencePools,
  type EvidenceRequest,
} from '../../src/evidence/export-evidence.ts';
import { signingKeyFromSecret } from '../../src/config/signing-keys.ts';
import { logSigner, type LogSigner } from '../../src/transparency/sequence/log-signer.ts';
import { readsOf } from '../support/reads.ts';
import { buildPayment, buildWorkspace, type BuiltUser, type Cast } from '../support/programs/build.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const validate = ajv.compile(evidenceJsonSchema('https://example.com'));

/**
 * Throws with every fault when the bundle does not fit the published schema, or has a field that the schema
 * does not describe. The published schema is open for the fields of later versions, and our bundles may have
 * none of those.
 */
export function expectValid(bundle: unknown): asserts bundle is EvidenceBundle {
  evidenceBundle.parse(bundle);
  if (!validate(bundle)) throw new Error(ajv.errorsText(validate.errors, { separator: '\n' }));
}

/** The request of a signed-in admin. */
export function contextOf(user: BuiltUser, at = new Date()): RequestContext {
  return {
    requestId: `request-${String(at.getTime())}`,
    actorType: user.role === 'operator' ? 'operator' : 'user',
    userId: user.id,
    companyId: user.company_id,
    ip: '198.51.100.7',
    rawIp: null,
    userAgent: 'admin browser',
    method: 'GET',
    path: '/admin',
    browserSessionHash: null,
    at,
    log: pino({ level: 'silent' }),
  };
}

/** Asks for a bundle and reads it to the end; it has been checked against the schema. */
export async function readBundle(
  db: Knex,
  by: BuiltUser,
  subject: BuiltUser,
  input: Partial<EvidenceRequest> = {},
): Promise<EvidenceBundle> {
  const bundle: unknown = JSON.parse(await downloadText(db, by, subject, input));
  expectValid(bundle);
  return bundle;
}

/** The pools and the signer of an export. */
export function poolsOf(db: Knex): EvidencePools & { signer: LogSigner } {
  const transparency = {
    host: 'log.example.com',
    signingKeys: [signingKeyFromSecret('only for tests')],
    publishSeconds: 60,
    headsFile: null,
    witness: null,
  };
  const config = { transparency };
  return { db, reads: readsOf(db), config, signer: logSigner(config) };
}

/** The same as text. */
export async function downloadText(
  db: Knex,
  by: BuiltUser,
  subject: BuiltUser,
  input: Partial<EvidenceRequest> = {},
): Promise<string> {
  const download = await exportEvidence(poolsOf(db), contextOf(by), {
    userId: subject.id,
    companyId: by.company_id,
    from: null,
    to: null,
    by,
    ...input,
  });
  let text = '';
  for await (const chunk of download.chunks) text += chunk.toString();
  return text;
}

/** Builds an audit row; by default a sign-in of the person that worked. */
export async function buildAuditRow(
  db: Knex,
  user: BuiltUser,
  overrides: Record<string, unknown> = {},
): Promise<number> {
  const [row] = await db('audit_logs')
    .insert({
      timestamp: new Date(),
      user_id: user.id,
      company_id: user.company_id,
      actor_type: 'user',
      action_type: 'login',
      resource_type: 'user',
      resource_id: String(user.id),
      ip_address: '203.0.113.20',
      user_agent: 'person browser',
      request_method: 'POST',
      request_path: '/auth/login',
      request_id: 'build',
      details: JSON.stringify({ email: user.email }),
      success: true,
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  return row?.id ?? 0;
}

/** The minutes that were counted in a session. */
export interface CountedMinutes {
  connected: number;
  active: number;
  isPartlySeen?: boolean;
}

/** Builds a workspace session that lasted an hour and has ended, if no argument says otherwise. */
export async function buildSession(
  db: Knex,
  user: BuiltUser,
  workspaceId: number,
  times: { from: string; to: string; isOpen?: boolean },
  /** The counted minutes; none when left out. */
  minutes?: CountedMinutes,
): Promise<void> {
  await db('workspace_sessions').insert({
    ...(minutes !== undefined && {
      connected_minutes: minutes.connected,
      active_minutes: minutes.active,
      is_partly_seen: minutes.isPartlySeen ?? false,
      connected_until: db.raw(`date_trunc('minute', ?::timestamptz)`, [times.to]),
    }),
    company_id: user.company_id,
    workspace_id: workspaceId,
    user_id: user.id,
    started_at: times.from,
    ended_at: times.isOpen === true ? null : times.to,
    end_reason: times.isOpen === true ? null : 'closed',
    last_activity_at: times.to,
    activity_count: 3,
    ip_address: '203.0.113.20',
    user_agent: 'person browser',
    session_id: 'a'.repeat(64),
    access_method: 'web',
  });
}

/** A paid payment with its signed notification and its invoice. */
export async function buildPaidPayment(
  db: Knex,
  user: BuiltUser,
  overrides: { created_at?: Date; amount_minor?: number } & Record<string, unknown> = {},
  { hasTerms = true }: { hasTerms?: boolean } = {},
): Promise<{ id: number; merchant_oid: string }> {
  const at = overrides.created_at ?? new Date();
  const payment = await buildPayment(db, {
    company_id: user.company_id ?? 0,
    user_id: user.id,
    status: 'success',
    charged_minor: overrides.amount_minor ?? 149_900,
    decided_at: at,
    paid_at: at,
    ...overrides,
  });
  const body = Buffer.from(`merchant_oid=${payment.merchant_oid}&status=success&hash=c2VjcmV0&x=1&x=2`);
  await db('payment_callbacks').insert({
    payment_id: payment.id,
    merchant_oid: payment.merchant_oid,
    body,
    body_sha256: hash('sha256', body),
    ip_address: '198.51.100.200',
    received_at: at,
    last_received_at: at,
    outcome: 'paid',
  });
  if (hasTerms) await buildConsent(db, user, payment, at);
  await db('payment_card_facts').insert({
    payment_id: payment.id,
    asked_at: at,
    masked_pan: '435508AAA4358',
    card_brand: 'AXESS',
    installment_count: 0,
    three_d: JSON.stringify({ mdStatus: '1' }),
    answer: '{"status":"success"}',
  });
  const [counted] = await db('invoices').count<{ count: number }[]>('id as count');
  const number = (counted?.count ?? 0) + 1;
  await db('invoices').insert({
    payment_id: payment.id,
    company_id: user.company_id,
    year: 2026,
    number,
    invoice_no: `YAC2026${String(number).padStart(9, '0')}`,
    issued_at: at,
    plan: 'team',
    period_start: at,
    period_end: new Date(at.getTime() + 30 * 86_400_000),
    currency: payment.currency,
    total_minor: payment.amount_minor,
    tax_minor: 100,
    tax_percent: 20,
    buyer: JSON.stringify({ name: 'Acme', address: null }),
    seller: JSON.stringify({ name: 'Seller', address: 'Street 1' }),
  });
  return payment;
}

async function buildConsent(
  db: Knex,
  user: BuiltUser,
  payment: { id: number; merchant_oid: string },
  at: Date,
): Promise<void> {
  await db('order_consents').insert({
    payment_id: payment.id,
    company_id: user.company_id,
    user_id: user.id,
    customer_type: 'company',
    locale: 'tr',
    documents: JSON.stringify([
      { kind: 'company-sales', version: '2026-12-01', locale: 'tr', content_sha256: 'b'.repeat(64) },
    ]),
    terms_text: `Sipariş ${payment.merchant_oid}`,
    terms_html: '<p>Sipariş</p>',
    boxes: JSON.stringify([{ name: 'contract', wording: 'Kabul ediyoruz.' }]),
    button: '1.499,00 ₺ öde',
    accepted_at: at,
    ip_address: '203.0.113.20',
    user_agent: 'person browser',
    browser_session: 'a'.repeat(64),
    request_id: 'build',
  });
}

/** A refund of such a payment that was made, with its reversal. */
export async function buildRefund(
  db: Knex,
  { olivia }: { olivia: BuiltUser },
  payment: { id: number },
  overrides: Record<string, unknown> = {},
): Promise<void> {
  const at = new Date();
  const { id: invoice_id, ...invoice } = await db('invoices')
    .where('payment_id', payment.id)
    .first<{ id: number; company_id: number; total_minor: number } & Record<string, unknown>>(
      ...['id', 'company_id', 'year', 'number', 'issued_at', 'invoice_no', 'plan', 'period_start'],
      ...['period_end', 'currency', 'total_minor', 'tax_minor', 'tax_percent', 'buyer', 'seller'],
    );
  const [refund] = await db('refunds')
    .insert({
      payment_id: payment.id,
      company_id: invoice.company_id,
      source: 'ours',
      reference_no: `R${String(payment.id)}`,
      amount_minor: invoice.total_minor,
      currency: invoice.currency,
      state: 'done',
      policy: 'withdrawal',
      reason: 'Withdrew within fourteen days',
      ends_paid_time: true,
      requested_by: olivia.id,
      requested_at: at,
      confirmed_by: olivia.id,
      confirmed_at: at,
      sent_at: at,
      times_sent: 1,
      gateway_message: 'success',
      decided_at: at,
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  const reversal_no = `YAR2026${String(invoice_id).padStart(9, '0')}`;
  await db('reversals').insert({
    ...invoice,
    invoice_id,
    payment_id: payment.id,
    refund_id: refund?.id,
    reversal_no,
  });
}

/**
 * A change of Bob's role by Alice, whose address is no evidence about him, a payment, and a closed session.
 */
export async function buildUseAndPayment(db: Knex, cast: Cast): Promise<void> {
  // Alice acts on Bob: her address is no evidence about him.
  await buildAuditRow(db, cast.alice, {
    action_type: 'user_role_changed',
    resource_type: 'user',
    resource_id: String(cast.bob.id),
    details: { to: 'admin' },
  });
  await buildPaidPayment(db, cast.bob, {});
  const workspace = await buildWorkspace(db, {
    company_id: cast.acme.id,
    owner_user_id: cast.bob.id,
  });
  await buildSession(db, cast.bob, workspace.id, {
    from: '2026-11-01T10:00:00Z',
    to: '2026-11-01T11:00:00Z',
  });
  await buildAuditRow(db, cast.bob, {
    action_type: 'workspace_closed',
    details: { workspace_session_id: 1 },
  });
}
