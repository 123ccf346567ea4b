import pg from 'pg';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { systemContext } from '../../../src/audit/request-context.ts';
import { readMoneyTotals } from '../../../src/billing/finance/month-totals.ts';
import { closeMonths } from '../../../src/billing/finance/close-months.ts';
import { listMonthsOfMoney } from '../../../src/billing/finance/months-of-money.ts';
import { listOpenDifferences } from '../../../src/billing/reconciliation/list-differences.ts';
import { listNewestReports } from '../../../src/billing/reconciliation/queries.ts';
import { createDb } from '../../../src/db/db.ts';
import { monthOf } from '../../../src/month.ts';
import { COMPANIES } from '../data/fill-people.ts';
import { explainAll } from '../explain.ts';
import { type BenchDatabase, type Lab } from '../lab.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { recordStatements, type Statement } from '../statements.ts';
import { median } from '../statistics.ts';

const MANY = 1_000_000;
const FEW = 10_000;

/** How often the page's statements are explained in a round; the median counts. */
const EXPLAINS = 5;

/** The finance page, whose time must not grow with the years before it. */
export const financeMillion: BenchRow = {
  name: 'finance-million',
  run: async (lab): Promise<Outcome[]> => {
    const rows = lab.options.quick ? MANY / 10 : MANY;
    const [large, small] = [await filled(lab, rows), await filled(lab, FEW)];
    const { subject, reference } = await interleave(
      lab,
      () => databaseTime(large),
      () => databaseTime(small),
    );
    return [
      {
        name: 'finance-million',
        what: `all statements of the finance page, planning included, ${String(rows)} payments of two years`,
        against: `the same with ${String(FEW)} payments`,
        unit: 'ms',
        subject,
        reference,
        target: null,
        limits: [{ what: 'in the database', unit: 'ms', value: median(subject), atMost: 100 }],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB: null,
        notes: ['one connection, the tables analyzed and vacuumed as autovacuum leaves them'],
      },
    ];
  },
};

/** Paid payments with invoices, spread over two years up to now; one in fifty was refunded in part. */
async function filled(lab: Lab, payments: number): Promise<BenchDatabase> {
  const database = await lab.peopleDatabase(`finance_${String(payments)}`);
  lab.say(`filling in ${String(payments)} payments`);
  const client = new pg.Client({ connectionString: database.superUrl });
  await client.connect();
  try {
    await client.query(PAYMENTS, [COMPANIES, payments]);
    for (const text of AFTER) await client.query(text);
    await closeAll(database);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
  return database;
}

const PAYMENTS = `insert into payments
     (company_id, user_id, merchant_oid, plan, currency, amount_minor, charged_minor, status, created_at, decided_at, paid_at,
      client_ip, user_agent, test_mode)
   select n % $1::int + 1, n % $1::int + 1, 'FIN' || n, 'team', (array['TRY', 'USD', 'EUR'])[n % 3 + 1], 149900,
     case when n % 10 > 0 then 149900 end, case when n % 10 > 0 then 'success' else 'failed' end, at, at,
     case when n % 10 > 0 then at end, '203.0.113.9', 'bench browser', false
   from generate_series(1, $2::int) as n,
     lateral (select now() - interval '24 months' * (n::float8 / $2::int) as at) as times`;

const AFTER = [
  `insert into invoices
     (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start, period_end, currency, total_minor,
      tax_minor, tax_percent, buyer, seller)
   select id, company_id, 2026, id, 'FIN' || id, paid_at, plan, paid_at, paid_at + interval '1 month', currency, charged_minor,
     24983, 20, '{}', '{}'
   from payments where paid_at is not null`,
  `insert into refunds
     (payment_id, company_id, source, amount_minor, currency, state, requested_at, decided_at, ends_paid_time)
   select id, company_id, 'panel', 10000, currency, 'done', paid_at, paid_at, false from payments
   where paid_at is not null and id % 50 = 0`,
  `insert into gateway_reports (kind, from_day, to_day, body, row_count, problems, fetched_at, last_fetched_at)
   values ('transactions', current_date, current_date, '{}', 0, '[]', now(), now())`,
  `insert into gateway_movements
     (report_id, kind, merchant_oid, payment_id, day, ordinal, amount_minor, paid_minor, fee_minor, currency)
   select 1, 'sale', merchant_oid, id, paid_at::date, 1, charged_minor, charged_minor, 3598, currency
   from payments where paid_at is not null`,
];

/** As the job of the reconciliation does. */
async function closeAll({ appUrl }: BenchDatabase): Promise<void> {
  const db = createDb({ url: appUrl, poolMax: 1 });
  try {
    await closeMonths(db, systemContext({ name: 'bench', at: new Date(), log: pino({ level: 'silent' }) }));
  } finally {
    await db.destroy();
  }
}

/** Milliseconds of the page's statements, on one connection like those of the app's pool. */
async function databaseTime(database: BenchDatabase): Promise<number> {
  const statements = await recordPage(database);
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    const times: number[] = [];
    for (let n = 0; n < EXPLAINS; n += 1) times.push(await explainAll(client, statements));
    return median(times);
  } finally {
    await client.end();
  }
}

async function recordPage({ appUrl }: BenchDatabase): Promise<Statement[]> {
  const db = createDb({ url: appUrl, poolMax: 1 });
  try {
    return await recordStatements(db, () => readPage(db));
  } finally {
    await db.destroy();
  }
}

/** The month before this one, which is full, with the twelve months up to it. */
async function readPage(db: Knex): Promise<void> {
  const now = new Date();
  const month = monthOf(monthOf(undefined, now).previous, now);
  await readMoneyTotals(db, month);
  await listMonthsOfMoney(db, { last: month, count: 12, at: now });
  await listOpenDifferences(db, {});
  await listNewestReports(db);
}
