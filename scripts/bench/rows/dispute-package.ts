import { pino } from 'pino';
import { systemContext } from '../../../src/audit/request-context.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { makePackage } from '../../../src/disputes/package/make-package.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { median } from '../statistics.ts';

const SESSIONS = 200;
const AUDIT_ROWS = 5000;

/** The package of a person with much use: all of it, from the records to the stored ZIP. */
export const disputePackage: BenchRow = {
  name: 'dispute-package',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('dispute_package');
    lab.say(`filling in ${String(SESSIONS)} sessions and ${String(AUDIT_ROWS)} audit rows`);
    for (const text of FILL) await runStatement(database.superUrl, text);
    const memory = watchMemory(process.pid);
    const times: number[] = [];
    for (let round = 0; round < lab.options.rounds; round += 1)
      times.push(await makeOnce(lab, database, round));
    const peak = memory.stop();
    return [
      {
        name: 'dispute-package',
        what: `package of a payment, ${String(SESSIONS)} sessions and ${String(AUDIT_ROWS)} audit rows`,
        against: 'nothing',
        unit: 'ms',
        subject: times,
        reference: times,
        target: null,
        limits: [
          { what: 'whole package', unit: 'ms', value: median(times), atMost: 5000 },
          { what: 'peak memory over idle', unit: 'MiB', value: peak, atMost: 150 },
        ],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB: peak,
        notes: ['in the process of the benchmark; no time stamp, which waits for an authority'],
      },
    ];
  },
};

/** Milliseconds. A row more for each round, so that none is the package of the one before. */
async function makeOnce(lab: Lab, { appUrl, superUrl }: BenchDatabase, round: number): Promise<number> {
  await runStatement(superUrl, SIGN_IN);
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: appUrl,
    SESSION_SECRET: 'only for the benchmark, nobody signs in here',
    PAYTR_MERCHANT_ID: '1',
    PAYTR_MERCHANT_KEY: 'benchmark',
    PAYTR_MERCHANT_SALT: 'benchmark',
  });
  const db = createDb({ url: appUrl, poolMax: 4 });
  const log = pino({ level: 'silent' });
  try {
    const context = systemContext({ name: 'bench', at: new Date(), log });
    const startedMs = performance.now();
    const made = await makePackage(db, context, {
      ...{ config, paymentId: 1, disputeId: null, kind: 'payment', by: null },
    });
    const ms = performance.now() - startedMs;
    if (made?.ok !== true || !made.isNew) throw new Error(`round ${String(round)}: ${JSON.stringify(made)}`);
    const [row] = await runStatement<{ pages: number; pdf_bytes: number; zip_bytes: number }>(
      superUrl,
      'select pages, pdf_bytes, zip_bytes from dispute_packages order by id desc limit 1',
    );
    lab.say(
      `${String(row?.pages)} pages, PDF ${String(row?.pdf_bytes)}, ZIP ${String(row?.zip_bytes)} bytes`,
    );
    return ms;
  } finally {
    await db.destroy();
  }
}

/** A month that was paid twenty days ago, by the first person. */
const PAID = `now() - interval '20 days'`;

const SIGN_IN = `insert into audit_logs
    (timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent, request_method,
     request_path, request_id, details, success)
  select now(), 1, company_id, 'user', 'login', 'user', '1', '85.105.10.20', 'bench browser', 'POST', '/auth/login', 'bench',
    jsonb_build_object('email', email, 'method', 'password'), true from users where id = 1`;

const FILL = [
  `insert into payments
     (company_id, user_id, merchant_oid, plan, currency, amount_minor, charged_minor, charged_currency, status, created_at, decided_at,
      paid_at, client_ip, user_agent, test_mode)
   select company_id, 1, 'PACKAGE1', 'team', 'TRY', 149900, 149900, 'TRY', 'success', ${PAID}, ${PAID}, ${PAID}, '85.105.10.20',
     'bench browser', false from users where id = 1`,
  `insert into invoices
     (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start, period_end, currency, total_minor, tax_minor,
      tax_percent, buyer, seller)
   select id, company_id, 2026, 1, 'PACKAGE1', paid_at, plan, paid_at, paid_at + interval '1 month', currency, 149900, 24983, 20,
     '{}', '{}' from payments where id = 1`,
  `insert into workspaces (company_id, owner_user_id, name, port, created_at)
   select company_id, 1, 'bench', 20001, ${PAID} from users where id = 1 on conflict do nothing`,
  `insert into workspace_sessions
     (company_id, user_id, workspace_id, session_id, started_at, last_activity_at, ended_at, end_reason, access_method, ip_address, user_agent,
      connected_minutes, active_minutes)
   select users.company_id, 1, (select min(id) from workspaces where owner_user_id = 1), 'bench', at, at + interval '1 hour',
     at + interval '1 hour', 'closed', 'web', '85.105.10.20', 'bench browser', 55, 40
   from users, generate_series(1, ${String(SESSIONS)}) as n, lateral (select ${PAID} + n * interval '2 hours' as at) as times
   where users.id = 1`,
  `insert into audit_logs
     (timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent, request_method,
      request_path, request_id, details, success)
   select ${PAID} + n * interval '5 minutes', 1, company_id, 'user', case when n % 20 = 0 then 'login' else 'workspace_access' end,
     'user', '1', '85.105.10.20', 'bench browser', 'POST', '/auth/login', 'bench',
     jsonb_build_object('email', email, 'method', 'password'), true
   from users, generate_series(1, ${String(AUDIT_ROWS)}) as n where users.id = 1`,
];
