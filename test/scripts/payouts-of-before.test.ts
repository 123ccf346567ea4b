import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, expect, it } from 'vitest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationFolder } from '../support/migration-folder.ts';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const EACH_REPORT = readdirSync(folder).find((name) => name.startsWith('0072-')) ?? '';
const [FIRST, SECOND] = ['2026-11-01', '2026-11-02'];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ isEmpty: true });
});
afterAll(() => database.close());

/** The id of a report about days in November that had rows. */
async function report(kind: string, days: [string, string], row_count = 1): Promise<number> {
  const [row] = await database
    .ownerDb('gateway_reports')
    .insert({
      ...{ kind, from_day: days[0], to_day: days[1], row_count, problems: '[]' },
      ...{ body: Buffer.from(Math.random().toString()), fetched_at: new Date(), last_fetched_at: new Date() },
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

const payout = (report_id: number, day: string, iban: string, minor: number): PromiseLike<unknown> =>
  database.ownerDb('gateway_payouts').insert({
    ...{ report_id, day, currency: 'TRY', iban, returns_minor: 0, sales_minor: minor, net_minor: minor },
  });

const line = (report_id: number, day: string, merchant_oid: string, minor: number): PromiseLike<unknown> =>
  database.ownerDb('gateway_payout_lines').insert({
    ...{ report_id, day, merchant_oid, currency: 'TRY', ordinal: 1, amount_minor: minor },
  });

it('has in each kept report of payouts the rows that counted when it came', { timeout: 60_000 }, async () => {
  const before = readdirSync(folder).filter((name) => /^\d{4}-/.test(name) && name < EACH_REPORT);
  const directory = createMigrationFolder(
    Object.fromEntries(before.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
  );
  const migrate = (): ReturnType<typeof runMigrations> =>
    runMigrations({ ownerUrl: database.ownerUrl, directory, log: () => undefined });
  await migrate();

  const first = await report('payouts', [FIRST, FIRST]);
  await payout(first, FIRST, 'TR1', 100);
  await payout(first, FIRST, 'TR2', 7);
  const corrected = await report('payouts', [FIRST, FIRST]);
  await payout(corrected, FIRST, 'TR1', 90);
  const longer = await report('payouts', [FIRST, SECOND]);
  await payout(longer, SECOND, 'TR1', 50);
  const same = await report('payouts', [SECOND, SECOND]);
  await report('payouts', [FIRST, SECOND], 0);
  await report('transactions', [FIRST, SECOND]);
  const lines = await report('payout_lines', [FIRST, FIRST]);
  await line(lines, FIRST, 'T1', 60);
  const moreLines = await report('payout_lines', [FIRST, FIRST]);
  await line(moreLines, FIRST, 'T2', 40);
  await report('payout_lines', [SECOND, SECOND]);

  writeFileSync(join(directory, EACH_REPORT), readFileSync(join(folder, EACH_REPORT)));
  expect((await migrate()).applied).toEqual([EACH_REPORT]);
  const payouts = await database
    .ownerDb('gateway_payouts')
    .orderBy(['report_id', 'day', 'iban', 'net_minor'])
    .select<{ report_id: number; day: string; iban: string; net_minor: number; ordinal: number }[]>();
  expect(payouts.map((row) => [row.report_id, row.day, row.iban, row.net_minor, row.ordinal])).toEqual([
    [first, FIRST, 'TR1', 100, 1],
    [first, FIRST, 'TR2', 7, 1],
    [corrected, FIRST, 'TR1', 90, 1],
    [corrected, FIRST, 'TR2', 7, 1],
    [longer, FIRST, 'TR1', 90, 1],
    [longer, FIRST, 'TR2', 7, 1],
    [longer, SECOND, 'TR1', 50, 1],
    [same, SECOND, 'TR1', 50, 1],
  ]);
  const kept = await database
    .ownerDb('gateway_payout_lines')
    .orderBy(['report_id', 'merchant_oid'])
    .select<{ report_id: number; merchant_oid: string; amount_minor: number }[]>();
  expect(kept.map((row) => [row.report_id, row.merchant_oid, row.amount_minor])).toEqual([
    [lines, 'T1', 60],
    [moreLines, 'T1', 60],
    [moreLines, 'T2', 40],
  ]);
});
