import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { buildPayment, type Cast } from '../support/programs/build.ts';

/** A paid and charged payment of Acme's, started by Alice. */
export async function chargedPayment(
  db: Knex,
  { acme, alice }: Cast,
  overrides: Record<string, unknown> = {},
): Promise<{ id: number; merchant_oid: string }> {
  const at = new Date();
  return buildPayment(db, {
    company_id: acme.id,
    user_id: alice.id,
    status: 'success',
    charged_minor: 149_900,
    charged_currency: 'TRY',
    decided_at: at,
    paid_at: at,
    ...overrides,
  });
}

let cases = 0;

/** A case about a new payment of Acme's that needs an answer within two days; returns its number. */
export async function buildCase(
  db: Knex,
  cast: Cast,
  overrides: Record<string, unknown> = {},
): Promise<number> {
  const payment_id = (overrides['payment_id'] as number | undefined) ?? (await chargedPayment(db, cast)).id;
  cases += 1;
  const [row] = await db('disputes')
    .insert({
      company_id: cast.acme.id,
      payment_id,
      user_id: cast.alice.id,
      state: 'needs_response',
      source: 'bank',
      reference: `REF-${String(cases)}-${String(payment_id)}`,
      network: 'visa',
      reason_code: '10.4',
      amount_minor: 149_900,
      currency: 'TRY',
      received_at: new Date(),
      opened_at: new Date(),
      opened_by: cast.olivia.id,
      answer_by: new Date(Date.now() + 47 * 3_600_000),
      disputed_at: overrides['state'] === 'warned' ? null : new Date(),
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

/** A package of a new case, with bytes that are no real ones. */
export async function buildPackage(
  db: Knex,
  cast: Cast,
  overrides: Record<string, unknown> = {},
): Promise<{ disputeId: number; packageId: number; bytes: Buffer }> {
  const payment_id = (await chargedPayment(db, cast)).id;
  const disputeId = await buildCase(db, cast, { payment_id, ...overrides });
  const bytes = Buffer.from(`PK and a PDF of case ${String(disputeId)}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const company_id = cast.acme.id;
  await db('dispute_package_files').insert({ company_id, sha256, bytes });
  const [row] = await db('dispute_packages')
    .insert({
      ...{ company_id, payment_id, dispute_id: disputeId, kind: 'draft', name: `CBD${String(disputeId)}` },
      ...{ as_of: new Date(), made_at: new Date(), made_by: cast.olivia.id, content_sha256: sha256 },
      ...{
        zip_sha256: sha256,
        zip_bytes: bytes.length,
        pdf_sha256: sha256,
        pdf_at: 3,
        pdf_bytes: 9,
        pages: 1,
      },
      profile: JSON.stringify({}),
    })
    .returning<{ id: number }[]>('id');
  return { disputeId, packageId: row!.id, bytes };
}

/** A case whose package is fixed. */
export async function buildFrozen(
  db: Knex,
  cast: Cast,
  overrides: Record<string, unknown> = {},
): Promise<{ disputeId: number; packageId: number }> {
  const built = await buildPackage(db, cast, overrides);
  await db('disputes')
    .where({ id: built.disputeId })
    .update({ state: 'frozen', frozen_package_id: built.packageId });
  return built;
}
