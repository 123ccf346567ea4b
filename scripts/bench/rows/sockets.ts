import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { signInAll } from '../browser.ts';
import { enterWorkspace, startWorkspace, type Guest } from '../apps/guest.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import { watchMemory } from '../memory.ts';
import { openSockets } from '../open-sockets.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { logStatements, type StatementLog } from '../statement-log.ts';
import { median } from '../statistics.ts';
import { runningWorkspaces } from '../apps/workspace-environment.ts';

const SOCKETS = 1000;

/** Each has a workspace of their own, so a process on this machine. */
const PEOPLE = 10;

/** Long enough that opening a session, and the work of every minute, do not look ten times as dear. */
const ROUND_SECONDS = 60;
const QUICK_SECONDS = 10;

const LIMIT = 60;

/** The logs are at work every few seconds. */
const LOGGED_MAX_MS = 120_000;

/** The cost for the database of people at work, whose messages are counted in memory. */
export const sockets: BenchRow = {
  name: 'sockets',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('sockets');
    const log = await logStatements(lab, database);
    const app = await startApp(lab, database, 'product', runningWorkspaces());
    const guests = await enterAll(lab, app);
    const seconds = lab.options.quick ? QUICK_SECONDS : ROUND_SECONDS;
    const perMinute = (statements: number): number => (statements * 60) / seconds;
    const countIdle = async (): Promise<number> => {
      await sleep(2000);
      return perMinute(await log.countDuring(() => sleep(seconds * 1000)));
    };
    const memory = watchMemory(app.pid);
    const { subject, reference } = await interleave(
      lab,
      async () => perMinute(await countBusy(app, guests, { log, database, seconds })),
      countIdle,
    );
    const peakMemoryMiB = memory.stop();
    await app.stop();
    return [
      {
        name: 'sockets',
        what: `${String(SOCKETS)} open WebSockets with a message a second each, statements a minute in all`,
        against: 'the same app and nobody there',
        unit: 'statements/min',
        subject,
        reference,
        target: null,
        limits: [
          {
            what: 'statements a minute that the WebSockets cost',
            unit: '/min',
            value: median(subject.map((statements, round) => statements - (reference[round] ?? 0))),
            atMost: LIMIT,
          },
        ],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB,
        notes: [await checkMinutes(database), 'counted in the log of Postgres, begin and commit included'],
      },
    ];
  },
};

async function enterAll(lab: Lab, app: AppProcess): Promise<Guest[]> {
  const people = Array.from({ length: PEOPLE }, (_, n) => n + 1);
  const guests: Guest[] = [];
  for (const browser of await signInAll(app.url, people)) {
    await startWorkspace(lab, app, browser);
    guests.push(await enterWorkspace(app, browser));
  }
  return guests;
}

async function countBusy(
  app: AppProcess,
  guests: Guest[],
  { log, database, seconds }: { log: StatementLog; database: BenchDatabase; seconds: number },
): Promise<number> {
  const open = await openSockets(app, guests, SOCKETS);
  // Opening is another matter: sessions begin, with audit rows that the logs of their companies take in.
  await untilLogged(database);
  const before = open.sent();
  const statements = await log.countDuring(() => sleep(seconds * 1000));
  const sent = open.sent() - before;
  const lost = open.lost();
  open.close();
  if (lost > 0 || sent < 0.95 * SOCKETS * seconds)
    throw new Error(`${String(lost)} WebSockets were lost, and ${String(sent)} messages sent`);
  return statements;
}

/** Waits until the transparency logs have taken in every audit row. */
async function untilLogged({ superUrl }: BenchDatabase): Promise<void> {
  const end = Date.now() + LOGGED_MAX_MS;
  while (Date.now() < end) {
    await sleep(5000);
    const [row] = await runStatement<{ is_logged: boolean }>(superUrl, IS_LOGGED);
    if (row?.is_logged === true) return;
  }
  throw new Error('the transparency logs have not taken in what opening the WebSockets left');
}

const IS_LOGGED = `
  select not exists (select from transparency_logs where integrated < sequenced)
    and coalesce((select max(id) from audit_logs), 0)
      <= coalesce((select settled_to from log_cursors where type = 'audit_log'), 0) as is_logged`;

async function checkMinutes({ superUrl }: BenchDatabase): Promise<string> {
  const [row] = await runStatement<{ sessions: string; least: number }>(
    superUrl,
    'select count(*) as sessions, min(active_minutes) as least from workspace_sessions',
  );
  if (Number(row?.sessions) !== PEOPLE || (row?.least ?? 0) < 1)
    throw new Error(`${String(row?.sessions)} sessions, the least with ${String(row?.least)} active minutes`);
  return `checked: none of the ${String(SOCKETS)} was lost, and each of ${String(PEOPLE)} sessions has active minutes`;
}
