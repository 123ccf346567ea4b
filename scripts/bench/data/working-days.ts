import { randomUUID } from 'node:crypto';
import type { BenchDatabase } from '../lab.ts';
import { runStatement } from '../lab.ts';
import { emailOf } from './fill-people.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** Rows of one statement. */
const CHUNK_ROWS = 5000;

const BROWSERS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
];

/** The columns of an audit row that differ between two rows. */
interface Row {
  timestamp: Date;
  user_id: number;
  actor_type: string;
  action_type: string;
  success: boolean;
  resource_type: string;
  resource_id: string;
  ip_address: string;
  user_agent: string;
  request_path: string;
  request_id: string;
  details: object;
  error_message: string | null;
}

/** A person at work, with the open workspace sessions by workspace. */
interface Worker {
  id: number;
  email: string;
  browser: string;
  home: string;
  address: string;
  isSignedIn: boolean;
  workspaces: number[];
  open: Map<number, { id: number; startedAt: Date }>;
}

/** An act of a person at a moment. */
interface Act {
  at: Date;
  worker: Worker;
  kind: 'sign-in' | 'enter' | 'close' | 'sign-out';
}

/**
 * Fills in the audit rows of ten people of company 1 who work at the same hours, as many days as give that
 * number of rows, the newest yesterday.
 *
 * 1. Kinds, details and order are those that the app wrote when ten people were driven through its pages for
 *    seven days (568 rows, 1 December 2026): 34 % entries, 34 % openings, 11 % closings, 8 % sign-ins,
 *    7 % sign-outs, 6 % sessions ended by one. A person's rows came in bursts of 2.3.
 * 2. How often somebody does what in a day is an assumption: three entries, two closings in three days, a
 *    sign-out on three days of five.
 * 3. Workspace sessions have no rows here. They are leaves as well, one for six audit rows.
 */
export async function fillWorkingDays(
  { superUrl }: BenchDatabase,
  { rows }: { rows: number },
): Promise<void> {
  const chance = seededChance();
  const workers = Array.from({ length: 10 }, (_, place) => makeWorker(place));
  const made: Row[] = [];
  const counted = { sessions: 0 };
  for (let day = 0; made.length < rows; day += 1) {
    const acts = workers.flatMap((worker) => planDay(worker, day * DAY_MS, chance));
    acts.sort((one, other) => one.at.getTime() - other.at.getTime());
    for (const act of acts) made.push(...rowsOf(act, chance, counted));
  }
  const kept = made.slice(0, rows);
  const shift = Date.now() - DAY_MS - (kept.at(-1)?.timestamp.getTime() ?? 0);
  for (const row of kept) row.timestamp = new Date(row.timestamp.getTime() + shift);
  for (let from = 0; from < kept.length; from += CHUNK_ROWS)
    await runStatement(superUrl, INSERT, [JSON.stringify(kept.slice(from, from + CHUNK_ROWS))]);
  await runStatement(superUrl, 'vacuum analyze');
}

const INSERT = `
  insert into audit_logs (event_id, timestamp, user_id, company_id, actor_type, action_type, success, resource_type, resource_id,
    ip_address, user_agent, request_method, request_path, request_id, details, error_message)
  select gen_random_uuid(), timestamp, user_id, 1, actor_type, action_type, success, resource_type, resource_id,
    ip_address, user_agent, 'POST', request_path, request_id, details, error_message
  from jsonb_to_recordset($1::jsonb) as made (timestamp timestamptz, user_id bigint, actor_type text, action_type text,
    success boolean, resource_type text, resource_id text, ip_address inet, user_agent text, request_path text,
    request_id text, details jsonb, error_message text)`;

function makeWorker(place: number): Worker {
  const id = place * 2000 + 1;
  const workspaces = [id, id + 2000, id + 4000].slice(0, 1 + (place % 3));
  const browser = BROWSERS[place % BROWSERS.length] ?? '';
  const home = `88.230.${String(place)}.${String(10 + place)}`;
  const email = emailOf(id);
  return { id, email, browser, home, address: home, isSignedIn: false, workspaces, open: new Map() };
}

function planDay(worker: Worker, day: number, chance: () => number): Act[] {
  const start = day + chance() * 90 * MINUTE_MS;
  const acts: Act[] = [];
  const plan = (kind: Act['kind'], minutes: number, share: number): void => {
    if (chance() < share) acts.push({ at: new Date(start + minutes * MINUTE_MS), worker, kind });
  };
  plan('sign-in', 0, 1);
  plan('enter', 0.4 + chance(), 1);
  plan('close', 100 + 20 * chance(), 0.3);
  plan('enter', 120 + 40 * chance(), 0.7);
  plan('enter', 270 + 60 * chance(), 1);
  plan('close', 500 + 30 * chance(), 0.5);
  plan('sign-out', 535 + 10 * chance(), 0.6);
  return acts;
}

function rowsOf({ at, worker, kind }: Act, chance: () => number, counted: { sessions: number }): Row[] {
  const row = (
    action_type: string,
    request_path: string,
    of: { workspace?: number; details: object; afterMs?: number },
  ): Row => ({
    timestamp: new Date(at.getTime() + (of.afterMs ?? 0)),
    user_id: worker.id,
    actor_type: 'user',
    action_type,
    success: true,
    resource_type: of.workspace === undefined ? 'user' : 'workspace',
    resource_id: String(of.workspace ?? worker.id),
    ip_address: worker.address,
    user_agent: worker.browser,
    request_path,
    request_id: randomUUID(),
    details: of.details,
    error_message: null,
  });
  const workspace = worker.workspaces[Math.floor(chance() * worker.workspaces.length)] ?? worker.id;
  const ended = (reason: string, id: number): object => endOf(worker, { reason, at, workspace: id, chance });
  if (kind === 'sign-in') {
    if (worker.isSignedIn) return [];
    worker.isSignedIn = true;
    worker.address = chance() < 0.7 ? '203.0.113.20' : worker.home;
    const { email } = worker;
    const known = { device_id: worker.id + 9, new_device: false, known_to_others: false };
    const success = row('login', '/auth/login', { details: { email, method: 'password', ...known } });
    const failure = row('login', '/auth/login', { details: { email, known_device: true }, afterMs: -9000 });
    Object.assign(failure, { actor_type: 'anonymous', success: false, error_message: 'wrong-password' });
    return chance() < 0.08 ? [failure, success] : [success];
  }
  if (kind === 'enter') {
    const session = worker.open.get(workspace) ?? { id: (counted.sessions += 1), startedAt: at };
    worker.open.set(workspace, session);
    const name = `workspace-${String(workspace)}`;
    const port = 20_000 + workspace;
    const opened = {
      ...{ name, port, access_method: 'web', session_started_at: session.startedAt },
      workspace_session_id: session.id,
    };
    const granted = { host: `${name}-company-1`, name, port };
    const path = `/workspace/${String(workspace)}`;
    return [
      row('workspace_access', `${path}/open`, { workspace, details: opened }),
      row('workspace_entry_granted', `${path}/enter`, {
        workspace,
        details: granted,
        afterMs: 1 + 1000 * chance(),
      }),
    ];
  }
  const [last] = [...worker.open.keys()].reverse();
  if (kind === 'close') {
    if (last === undefined) return [];
    const details = ended('closed', last);
    return [row('workspace_closed', `/workspace/${String(last)}/close`, { workspace: last, details })];
  }
  worker.isSignedIn = false;
  const requestId = randomUUID();
  const rows = [
    row('logout', '/auth/logout', { details: {} }),
    ...[...worker.open.keys()].map((id) =>
      row('workspace_session_expired', '/auth/logout', {
        workspace: id,
        details: ended('signed-out', id),
        afterMs: 3,
      }),
    ),
  ];
  for (const one of rows) one.request_id = requestId;
  return rows;
}

/** The details of the end of a session, which is open no more. */
function endOf(
  worker: Worker,
  { reason, at, workspace, chance }: { reason: string; at: Date; workspace: number; chance: () => number },
): object {
  const session = worker.open.get(workspace);
  if (session === undefined) throw new Error('Bug! no session to end');
  worker.open.delete(workspace);
  const seconds = Math.floor((at.getTime() - session.startedAt.getTime()) / 1000);
  const connected = 60 * Math.floor((seconds * chance()) / 60);
  const active = 60 * Math.floor((connected * chance()) / 60);
  return {
    ...{
      reason,
      ended_at: at,
      started_at: session.startedAt,
      access_method: 'web',
      duration_seconds: seconds,
    },
    ...{ active_minutes: active / 60, active_seconds: active, activity_count: Math.floor(active / 60) },
    ...{ connected_minutes: connected / 60, connected_seconds: connected, interactive_seconds: active },
    ...{ last_activity_at: at, workspace_session_id: session.id },
  };
}

/** Numbers from 0 to below 1 that look random, the same in each run (Numerical Recipes). */
function seededChance(): () => number {
  let seed = 7;
  return () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}
