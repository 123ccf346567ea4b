import pg from 'pg';
import { PAGE_SIZE } from '../../../src/db/keyset.ts';
import { everything, listAuditRows } from '../../../src/admin/audit-queries.ts';
import { createDb } from '../../../src/db/db.ts';
import type { TimedCursor } from '../../../src/db/timed-cursor.ts';
import { startApp } from '../apps/app-process.ts';
import { signIn } from '../browser.ts';
import { download } from '../download.ts';
import { LOUD_COMPANY } from '../data/fill-audit-logs.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';
import { latencyOf } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Limit, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { explainAll } from '../explain.ts';
import { recordStatements, type Statement } from '../statements.ts';
import { median, medianLatency } from '../statistics.ts';

/** The deep page, as long as the company has so many. */
const DEEP_PAGE = 10_000;

/** Views of each page in a round. */
const VIEWS = 40;

/** How often a page's statements are explained; the median counts. */
const EXPLAINS = 9;

/** The first page and one deep in the past, which must cost the same. */
export const auditViewer: BenchRow = {
  name: 'audit-viewer',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.auditDatabase(lab.options.rows);
    const deep = await findDeepPage(database);
    const app = await startApp(lab, database, 'product');
    const admin = await signIn(app.url, LOUD_COMPANY);
    const view = async (query: string) => {
      const times: number[] = [];
      for (let n = 0; n < VIEWS; n += 1) {
        times.push((await download(`${app.url}/admin/audit${query}`, admin, '</html>')).totalMs);
      }
      return { latency: latencyOf(times) };
    };
    const viewFirst = () => view('');
    const viewDeep = () => view(`?next=${String(deep.startId)}-${String(deep.startAt.getTime())}`);
    await viewFirst();
    await viewDeep();
    const memory = watchMemory(app.pid);
    const { subject, reference } = await interleave(lab, viewDeep, viewFirst);
    const peakMemoryMiB = memory.stop();
    await app.stop();
    return [
      {
        name: 'audit-viewer',
        what: `audit viewer, page ${String(deep.page)} of a company's trail, table of ${String(lab.options.rows)} rows, median`,
        against: 'page 1',
        unit: 'ms',
        subject: subject.map(({ latency }) => latency.p50),
        reference: reference.map(({ latency }) => latency.p50),
        target: { atMost: 1.3 },
        limits: [
          await databaseTime(database, 'page 1', {}),
          await databaseTime(database, `page ${String(deep.page)}`, {
            next: deep.startId,
            near: deep.startAt,
          }),
        ],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: [`${String(VIEWS)} views of each page a round; the company has ${String(deep.rows)} rows`],
      },
    ];
  },
};

/** The last row before the deep page, which is what the link to that page names. */
async function findDeepPage({
  superUrl,
}: BenchDatabase): Promise<{ page: number; startId: number; startAt: Date; rows: number }> {
  const [counted] = await runStatement<{ rows: string }>(
    superUrl,
    'select count(*) as rows from audit_logs where company_id = $1',
    [LOUD_COMPANY],
  );
  const rows = Number(counted?.rows);
  const page = Math.min(DEEP_PAGE, Math.floor(rows / PAGE_SIZE));
  const [start] = await runStatement<{ id: string; timestamp: Date }>(
    superUrl,
    'select id, timestamp from audit_logs where company_id = $1 order by timestamp desc, id desc offset $2 limit 1',
    [LOUD_COMPANY, (page - 1) * PAGE_SIZE - 1],
  );
  if (start === undefined) throw new Error('the company has no deep page');
  return { page, startId: Number(start.id), startAt: start.timestamp, rows };
}

/**
 * The time that Postgres takes to plan and run the statements of the page's list. All run on one connection
 * that is used again, like the connections of the app's pool: a new connection first reads which tables there
 * are.
 */
async function databaseTime(database: BenchDatabase, page: string, cursor: TimedCursor): Promise<Limit> {
  const statements = await recordList(database, cursor);
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    const times: number[] = [];
    for (let n = 0; n < EXPLAINS; n += 1) times.push(await explainAll(client, statements));
    return { what: `${page} in the database`, unit: 'ms', value: median(times), atMost: 20 };
  } finally {
    await client.end();
  }
}

async function recordList({ appUrl }: BenchDatabase, cursor: TimedCursor): Promise<Statement[]> {
  const db = createDb({ url: appUrl, poolMax: 1 });
  try {
    return await recordStatements(db, () =>
      listAuditRows(db, { companyId: LOUD_COMPANY, filter: everything, cursor }),
    );
  } finally {
    await db.destroy();
  }
}
