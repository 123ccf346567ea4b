import type { Knex } from 'knex';
import { repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import type { PaymentFacts } from '../../../src/disputes/facts/payment-facts.ts';
import { readPaymentFacts } from '../../../src/disputes/facts/read-payment-facts.ts';
import { buildAuditRow, buildPaidPayment, buildSession } from '../../evidence/support.ts';
import type { TestDatabase } from '../../support/database.ts';
import { buildCast, buildWorkspace, type BuiltUser, type Cast } from '../../support/programs/build.ts';

type Databases = Pick<TestDatabase, 'db' | 'ownerDb'>;

const DAY = 86_400_000;

/** The moment at which everything in these scenes is looked at. */
export const NOW = new Date('2026-11-30T12:00:00Z');
export const PAID_AT = new Date('2026-11-10T09:00:00Z');

/** A public address: those of documentation are nobody's. */
const HOME = '85.105.10.20';

export interface Scene {
  cast: Cast;
  payer: BuiltUser;
  payment: { id: number; merchant_oid: string };
  workspaceId: number;
}

/** Bob's payment of a month with its consent, of which nothing was used. */
export async function buildPaid(
  db: Knex,
  overrides: Record<string, unknown> = {},
  terms: Record<string, unknown> = {},
): Promise<Scene> {
  const cast = await buildCast(db);
  const payment = await buildHomePayment(db, cast.bob, { created_at: PAID_AT, ...overrides }, terms);
  const workspace = await buildWorkspace(db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  return { cast, payer: cast.bob, payment, workspaceId: workspace.id };
}

/** A payment from home; `terms` null: a charge of a stored card, which has no consent of its own. */
export async function buildHomePayment(
  db: Knex,
  payer: BuiltUser,
  overrides: { created_at: Date } & Record<string, unknown>,
  terms: Record<string, unknown> | null = {},
): Promise<{ id: number; merchant_oid: string }> {
  const home =
    terms === null
      ? { client_ip: null, user_agent: null }
      : { client_ip: HOME, user_agent: 'person browser' };
  const columns = { ...home, charged_currency: 'TRY', ...overrides };
  const payment = await buildPaidPayment(db, payer, columns, { hasTerms: false });
  if (terms !== null) await buildTerms(db, payer, payment, { accepted_at: overrides.created_at, ...terms });
  return payment;
}

async function buildTerms(
  db: Knex,
  payer: BuiltUser,
  payment: { id: number; merchant_oid: string },
  overrides: Record<string, unknown>,
): Promise<void> {
  const kinds = ['company-sales', 'refund-policy'];
  await db('order_consents').insert({
    payment_id: payment.id,
    company_id: payer.company_id,
    user_id: payer.id,
    customer_type: 'company',
    locale: 'tr',
    documents: JSON.stringify(
      kinds.map((kind) => ({ kind, version: '2026-12-01', locale: 'tr', content_sha256: 'b'.repeat(64) })),
    ),
    terms_text: `Sipariş ${payment.merchant_oid}`,
    terms_html: '<p>Sipariş</p>',
    boxes: JSON.stringify([{ name: 'contract', wording: 'Kabul ediyoruz.' }]),
    button: '1.499,00 ₺ öde',
    ip_address: HOME,
    user_agent: 'person browser',
    browser_session: 'a'.repeat(64),
    request_id: 'build',
    ...overrides,
  });
}

/** Two sign-ins and two sessions of 40 proven minutes each, within the paid month, and their posting. */
export async function buildUse(
  { db: app, ownerDb: db }: Databases,
  { cast, payer, workspaceId }: Scene,
  day = '2026-11-12',
): Promise<void> {
  for (const hour of ['08', '14']) {
    await buildAuditRow(db, payer, {
      timestamp: `${day}T${hour}:00:00Z`,
      ip_address: HOME,
      details: { email: payer.email, method: 'password', new_device: false },
    });
    const times = { from: `${day}T${hour}:05:00Z`, to: `${day}T${hour}:55:00Z` };
    await buildSession(db, payer, workspaceId, times, { connected: 45, active: 40 });
  }
  await repostDeliveries(app, { companyId: cast.acme.id });
}

/** Reads the facts as an operator. */
export async function factsOf(
  db: Knex,
  { payment }: Pick<Scene, 'payment'>,
  asOf = NOW,
): Promise<PaymentFacts> {
  const facts = await readPaymentFacts(db, { paymentId: payment.id, companyId: null, asOf });
  if (facts === undefined) throw new Error('no facts');
  return facts;
}

/** Days before a moment. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * DAY);
}
