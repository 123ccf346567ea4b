import type autocannon from 'autocannon';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { signInAll, type Browser } from '../browser.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import { latencyOf, runLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Latency, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

const CONNECTIONS = 32;

/**
 * A request of one browser, again and again; two where the first alone would change nothing the second time.
 */
interface Route {
  name: string;
  path: (person: number) => string;
  bodies: Record<string, string>[];
}

// The cheapest signed-in POST that writes one row, so the one in which the row weighs most, and the one
// people use most.
const routes: Route[] = [
  { name: 'audited-post', path: () => '/locale', bodies: [{ locale: 'tr' }, { locale: 'en' }] },
  { name: 'audited-post-open', path: (person) => `/workspace/${String(person)}/open`, bodies: [{}] },
];

/** The cost of an audit row for the person who waits for the answer. */
export const auditedPost: BenchRow = {
  name: 'audited-post',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('audited_post');
    const audited = await startApp(lab, database, 'product');
    const unaudited = await startApp(lab, database, 'without-audit');
    const people = Array.from({ length: CONNECTIONS }, (_, n) => n + 1);
    const browsers = await signInAll(audited.url, people);
    await liftOpeningLimit(database, people);
    const outcomes: Outcome[] = [];
    for (const route of routes) {
      lab.say(`POST ${route.path(1)}`);
      outcomes.push(await measureRoute(lab, { database, audited, unaudited, browsers, route }));
    }
    await audited.stop();
    await unaudited.stop();
    return outcomes;
  },
};

interface Scene {
  database: BenchDatabase;
  audited: AppProcess;
  unaudited: AppProcess;
  browsers: Browser[];
  route: Route;
}

async function measureRoute(lab: Lab, scene: Scene): Promise<Outcome> {
  const { database, audited, unaudited, browsers, route } = scene;
  const load = (app: AppProcess, seconds: number) =>
    runLoad({
      url: app.url,
      seconds,
      expectedStatus: 303,
      requests: browsers.map((browser) => requestsOf(browser, route)),
    });
  await load(audited, lab.options.seconds);
  await load(unaudited, lab.options.seconds);
  const measure = async (app: AppProcess, isAudited: boolean): Promise<{ latency: Latency }> => {
    // Every browser begins with the other language, since the language that a person already has changes
    // nothing and leaves no row.
    await runStatement(database.superUrl, `update users set locale = 'en' where locale <> 'en'`);
    const before = await countAuditRows(database);
    const { answers, latenciesMs } = await load(app, lab.options.seconds);
    checkRows({ answers, rows: (await countAuditRows(database)) - before, isAudited });
    return { latency: latencyOf(latenciesMs) };
  };
  const memory = watchMemory(audited.pid);
  const { subject, reference } = await interleave(
    lab,
    () => measure(audited, true),
    () => measure(unaudited, false),
  );
  return {
    name: route.name,
    what: `a signed-in POST ${route.path(1)} that audits, ${String(CONNECTIONS)} connections, median latency`,
    against: 'the same route with auditing off',
    unit: 'ms',
    subject: subject.map(({ latency }) => latency.p50),
    reference: reference.map(({ latency }) => latency.p50),
    target: { atMost: 1.15 },
    limits: [],
    subjectLatency: medianLatency(subject),
    referenceLatency: medianLatency(reference),
    peakMemoryMiB: memory.stop(),
    notes: ['checked after every round: one audit row for each answer, and none with auditing off'],
  };
}

function requestsOf({ person, headers, formToken }: Browser, { path, bodies }: Route): autocannon.Request[] {
  return bodies.map((fields) => ({
    method: 'POST',
    path: path(person),
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, _csrf: formToken }).toString(),
  }));
}

/**
 * Requests that were under way when a load stopped were not counted; their rows may appear in this round or
 * the next.
 */
function checkRows({
  answers,
  rows,
  isAudited,
}: {
  answers: number;
  rows: number;
  isAudited: boolean;
}): void {
  const expected = isAudited ? answers : 0;
  const isRight = Math.abs(rows - expected) <= 2 * CONNECTIONS;
  if (!isRight) throw new Error(`${String(answers)} answers and ${String(rows)} audit rows`);
}

async function countAuditRows({ superUrl }: BenchDatabase): Promise<number> {
  const [row] = await runStatement<{ count: string }>(superUrl, 'select count(*) from audit_logs');
  return Number(row?.count);
}

/**
 * Nobody opens workspaces sixty times a minute by hand. The limit is still consulted, from so far below that
 * it holds.
 */
async function liftOpeningLimit({ superUrl }: BenchDatabase, people: number[]): Promise<void> {
  await runStatement(
    superUrl,
    `insert into rate_limits (key, points, expire)
     select 'workspace-open:' || person, -1000000000, (extract(epoch from now()) * 1000)::bigint + 86400000
     from unnest($1::int[]) as person`,
    [people],
  );
}
