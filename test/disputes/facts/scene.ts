import type { Knex } from 'knex';
import { buildCast, buildWorkspace, type BuiltUser, type Cast } from '../../support/programs/build.ts';
import { buildAuditRow, buildPaidPayment, buildSession } from '../../evidence/support.ts';

export const DAY = 86_400_000;

/** The moment at which everything in these scenes is looked at. */
export const NOW = new Date('2026-11-30T12:00:00Z');
export const PAID_AT = new Date('2026-11-10T09:00:00Z');

export interface Scene {
  cast: Cast;
  payer: BuiltUser;
  payment: { id: number; merchant_oid: string };
  workspaceId: number;
}

/** Bob's payment of a month, of which nothing was used. */
export async function buildPaid(db: Knex, overrides: Record<string, unknown> = {}): Promise<Scene> {
  const cast = await buildCast(db);
  const payment = await buildPaidPayment(db, cast.bob, {
    created_at: PAID_AT,
    client_ip: '85.105.10.20',
    user_agent: 'person browser',
    charged_currency: 'TRY',
    ...overrides,
  });
  const workspace = await buildWorkspace(db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  return { cast, payer: cast.bob, payment, workspaceId: workspace.id };
}

/** Two sign-ins and two sessions of 40 proven minutes each, within the paid month. */
export async function buildUse(db: Knex, { payer, workspaceId }: Scene, day = '2026-11-12'): Promise<void> {
  for (const hour of ['08', '14']) {
    await buildAuditRow(db, payer, {
      timestamp: `${day}T${hour}:00:00Z`,
      ip_address: '85.105.10.20',
      details: { email: payer.email, method: 'password', new_device: false },
    });
    const times = { from: `${day}T${hour}:05:00Z`, to: `${day}T${hour}:55:00Z` };
    await buildSession(db, payer, workspaceId, times, { connected: 45, active: 40 });
  }
}
