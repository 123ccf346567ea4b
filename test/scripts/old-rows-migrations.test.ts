import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const shipped = fileURLToPath(new URL('../../migrations', import.meta.url));

let database: TestDatabase;
let folder: string;

// Rows from before, in one database that is then migrated to the end.
beforeAll(async () => {
  database = await createTestDatabase({ isEmpty: true });
  const { appRole } = inject('testServer');
  folder = mkdtempSync(join(tmpdir(), 'youarecoder-migrations-'));
  const copy = (names: string[]): void => {
    for (const name of names) cpSync(join(shipped, name), join(folder, name));
  };
  copy(readdirSync(shipped).filter((name) => name < '0090'));
  const migrate = (): Promise<unknown> =>
    runMigrations({ ownerUrl: database.ownerUrl, appRole, directory: folder, log: () => undefined });
  await migrate();
  await database.ownerDb.raw(`
    insert into companies (name, subdomain, created_at)
    select 'Company ' || n, 'company' || n, now() from generate_series(1, 3) n;
    insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
    select 1, 'person' || n || '@example.com', 'Person', 'x', 'admin', 'tr', now() from generate_series(1, 2) n;
    insert into workspaces (company_id, owner_user_id, name, port, created_at) values (1, 1, 'place', 20001, now());
    insert into workspace_sessions (company_id, workspace_id, user_id, started_at, ended_at, end_reason, last_activity_at,
                                    session_id, access_method)
    select 1, 1, 1 + n % 2, at, case when n > 1 then at end, case when n > 1 then 'closed' end, at, 'browser ' || n, 'web'
    from generate_series(0, 3) n, lateral (select now() - n * interval '40 days') t (at);`);
  await insertPayments(ORDERS);
  await database.ownerDb.raw(`
    insert into invoice_counters (year, last_number) values (2025, 0), (2026, 1);
    insert into invoices (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start, period_end,
                          currency, total_minor, tax_minor, tax_percent, buyer, seller)
    select id, company_id, 2026, 1, 'YAC1', '2026-03-04', 'team', '2026-03-04', '2026-04-04', 'TRY', 149900, 24983, 20, '{}', '{}'
    from payments where merchant_oid = 'paid1';`);
  copy(readdirSync(shipped));
  await migrate();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.close();
});

/** Company, order number and state, the oldest first. */
const ORDERS: [number, string, string][] = [
  [1, 'open1', 'pending'],
  [2, 'open2', 'pending'],
  [1, 'open3', 'pending'],
  [1, 'paid1', 'success'],
  [1, 'open4', 'pending'],
  [1, 'failed1', 'failed'],
  [3, 'expired1', 'expired'],
];

async function insertPayments(orders: [number, string, string][]): Promise<void> {
  await database.ownerDb('payments').insert(
    orders.map(([company_id, merchant_oid, status]) => ({
      ...{
        company_id,
        merchant_oid,
        status,
        user_id: 1,
        plan: 'team',
        currency: 'TRY',
        amount_minor: 149_900,
      },
      ...{ created_at: new Date(), test_mode: false },
      ...(status === 'pending' ? { gateway_token: 'token' } : { decided_at: new Date() }),
      ...(status === 'success' ? { paid_at: new Date(), charged_minor: 149_900 } : {}),
    })),
  );
}

it('marks old sessions of admins in the workspaces of others, and none of an owner', async () => {
  expect(
    await database.ownerDb('workspace_sessions').orderBy('session_id').select('user_id', 'on_behalf_of'),
  ).toEqual([
    { user_id: 1, on_behalf_of: null },
    { user_id: 2, on_behalf_of: 1 },
    { user_id: 1, on_behalf_of: null },
    { user_id: 2, on_behalf_of: 1 },
  ]);
});

it('leaves open the newest of the orders that a company had open at once, and changes nothing else of any', async () => {
  const payments = await database
    .ownerDb('payments')
    .orderBy('id')
    .select<Record<string, unknown>[]>(
      'company_id',
      'merchant_oid',
      'status',
      'gateway_token',
      'superseded_at',
    );
  expect(payments).toEqual(
    ORDERS.map(([company_id, merchant_oid, status]) => ({
      ...{ company_id, merchant_oid, status, gateway_token: status === 'pending' ? 'token' : null },
      superseded_at: ['open1', 'open3'].includes(merchant_oid) ? (expect.any(Date) as Date) : null,
    })),
  );
  await insertPayments([[3, 'open5', 'pending']]);
  await expect(insertPayments([[2, 'open6', 'pending']])).rejects.toThrow('uq_payments_open_order');
});

it('takes the time of the newest invoice of a year for that of its last number', async () => {
  expect(await database.ownerDb('invoice_counters').orderBy('year')).toEqual([
    { year: 2025, last_number: 0, last_issued_at: null },
    { year: 2026, last_number: 1, last_issued_at: new Date('2026-03-04T00:00:00Z') },
  ]);
});
