import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Knex } from 'knex';
import { expect } from 'vitest';
import { startChild } from '../support/programs/child.ts';

/** The lines of a loading process before it ended. */
export interface Said {
  /** Request id and time of every acknowledged event. */
  acknowledged: Map<string, string>;
  /** Request ids of events that were given up with an error line. */
  givenUp: Set<string>;
  /** Events in the spool when it closed; null when it was killed. */
  left: number | null;
}

interface Load {
  /** Resolves after so many further acknowledgements. */
  acknowledgements(count: number): Promise<void>;
  kill(): Promise<void>;
  /** Lets it finish in good order. */
  stop(): Promise<void>;
  said: Said;
}

/** Starts a process that logs events, see audit-load.ts. */
export async function startLoad(env: {
  DATABASE_URL: string;
  SPOOL_DIR: string;
  RUN: string;
  EVENTS?: string;
}): Promise<Load> {
  const child = await startChild('test/faults/audit-load.ts', { env });
  const said: Said = { acknowledged: new Map(), givenUp: new Set(), left: null };
  const waiting: { at: number; tell(): void }[] = [];
  let isOver = false;
  const tellReached = (): void => {
    for (const { at, tell } of waiting) if (isOver || said.acknowledged.size >= at) tell();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word = '', id = '', time = ''] = line.split(' ');
    if (word === 'left') said.left = Number(id);
    // A process that is killed may be cut off within its last line.
    else if (word === 'ack' && /Z$/.test(time)) said.acknowledged.set(id, time);
    tellReached();
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    const given = /"audit":\{.*?"request_id":"([^"]+)"/.exec(line)?.[1];
    if (given !== undefined) said.givenUp.add(given);
  });
  const ended = once(child, 'close').then(() => {
    isOver = true;
    tellReached();
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    said,
    acknowledgements: (count) =>
      new Promise((tell) => {
        waiting.push({ at: said.acknowledged.size + count, tell });
      }),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Writes what processes that are gone have left in the spool, as the next start of the app does. */
export async function drainSpool(env: { DATABASE_URL: string; SPOOL_DIR: string }): Promise<void> {
  const load = await startLoad({ ...env, RUN: 'drain', EVENTS: '0' });
  await load.acknowledgements(1);
  expect(load.said.left).toBe(0);
}

/** Every acknowledged event is in the table exactly once and at its own time; says how many there were. */
export async function expectAllOnce(db: Knex, all: Said[]): Promise<number> {
  const { rows } = await db.raw<{ rows: { request_id: string; at: Date; count: number }[] }>(
    `select request_id, min(timestamp) as at, count(*) as count from audit_logs group by request_id`,
  );
  const found = new Map(rows.map((row) => [row.request_id, row]));
  expect(rows.filter(({ count }) => count !== 1)).toEqual([]);
  const acknowledged = all.flatMap(({ acknowledged, givenUp }) =>
    [...acknowledged].filter(([id]) => !givenUp.has(id)),
  );
  const missing = acknowledged.filter(([id]) => !found.has(id));
  expect(missing).toEqual([]);
  const moved = acknowledged.filter(([id, time]) => found.get(id)?.at.toISOString() !== time);
  expect(moved).toEqual([]);
  return acknowledged.length;
}

/** A digest of every table but the audit trail: nothing else may change. */
export async function digestOfOtherTables(db: Knex): Promise<Record<string, string>> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'audit_logs' order by 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of rows) {
    const digest = await db.raw<{ rows: { digest: string }[] }>(
      `select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as digest from ?? as t`,
      [name],
    );
    digests[name] = digest.rows[0]?.digest ?? '';
  }
  return digests;
}
