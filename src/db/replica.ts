import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { IDENTITY_COLUMNS } from './database-identity.ts';

/** Why a read goes to the primary although there is a replica. */
export type ReplicaFault = 'lag' | 'unreachable' | 'not-a-replica' | 'other-database' | 'failed';

/** A server's position in the write-ahead log, in bytes, and its database. */
interface Position {
  lsn: bigint;
  systemIdentifier: string;
  databaseOid: string;
}

/** Pauses between two questions to a replica that is behind, in milliseconds: the first, and the longest. */
const PAUSE_MS = { first: 5, longest: 50 };

/**
 * The primary's present position: everything committed before the question is before this. A commit waits
 * until its log is written, unless `synchronous_commit` is off; then a commit may be seen before, and the
 * position of insertion counts.
 */
export async function findPrimaryPosition(primary: Knex): Promise<Position> {
  const lsn = `case current_setting('synchronous_commit')
    when 'off' then pg_current_wal_insert_lsn() else pg_current_wal_lsn() end`;
  const { rows } = await primary.raw<{ rows: PositionRow[] }>(
    `select pg_wal_lsn_diff(${lsn}, '0/0')::text as lsn, ${IDENTITY_COLUMNS}`,
  );
  return toPosition(rows[0]);
}

/**
 * Asks one replica for its position. Callers at the same time share a question, since an old answer can only
 * be too low.
 */
export function createReplicaProbe(replica: Knex): {
  /**
   * Resolves to null when the replica has replayed everything up to `position`, or to the fault when it has
   * not within `waitMs`.
   */
  waitFor(position: Position, waitMs: number): Promise<ReplicaFault | null>;
} {
  let asking: Promise<Position | null> | undefined;
  const ask = (): Promise<Position | null> =>
    (asking ??= findReplayPosition(replica).finally(() => {
      asking = undefined;
    }));
  return {
    waitFor: async (position, waitMs) => {
      const deadline = Date.now() + waitMs;
      let hasAnswered = false;
      for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
        const replayed = await within(ask(), Math.max(1, deadline - Date.now()));
        if (replayed === 'too-late') return hasAnswered ? 'lag' : 'unreachable';
        hasAnswered = true;
        const fault = compare(replayed, position);
        if (fault !== 'lag') return fault;
        if (Date.now() + pause >= deadline) return 'lag';
        await sleep(pause);
      }
    },
  };
}

interface PositionRow {
  lsn: string;
  system_identifier: string;
  database_oid: string;
}

/** Null when the server is not a replica, or no longer one. */
async function findReplayPosition(replica: Knex): Promise<Position | null> {
  const { rows } = await replica.raw<{ rows: PositionRow[] }>(
    `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text as lsn, ${IDENTITY_COLUMNS}
     where pg_is_in_recovery() and pg_last_wal_replay_lsn() is not null`,
  );
  return rows[0] === undefined ? null : toPosition(rows[0]);
}

function toPosition(row: PositionRow | undefined): Position {
  if (row === undefined) throw new Error('Postgres did not say where it is in its log');
  return {
    lsn: BigInt(row.lsn),
    systemIdentifier: row.system_identifier,
    databaseOid: row.database_oid,
  };
}

function compare(replayed: Position | null, wanted: Position): ReplicaFault | null {
  if (replayed === null) return 'not-a-replica';
  const isSame =
    replayed.systemIdentifier === wanted.systemIdentifier && replayed.databaseOid === wanted.databaseOid;
  if (!isSame) return 'other-database';
  return replayed.lsn < wanted.lsn ? 'lag' : null;
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | 'too-late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, 'too-late' as const, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
