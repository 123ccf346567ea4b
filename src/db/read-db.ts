import type { Knex } from 'knex';
import { createDb } from './db.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createReplicaProbe, findPrimaryPosition, type ReplicaFault } from './replica.ts';

/**
 * Share of the configured wait, by use. A person waits for each page of the viewer, but only once for the
 * first byte of an export.
 */
const WAIT_SHARE = { viewer: 0.2, export: 1 };

/**
 * A replica that was behind or away is not asked again for so long, so that not every reader pays for a vain
 * wait.
 */
const REST_MS = 5000;

type ReadUse = keyof typeof WAIT_SHARE;

/** Whether reads go to the replica, for `/readyz`. */
interface ReplicaState {
  /**
   * - `none`: no replica is configured.
   * - `left-alone`: its last answer was not good enough, and reads go to the primary.
   */
  status: 'none' | 'not-asked-yet' | 'in-use' | 'left-alone';
  reason: ReplicaFault | null;
}

/**
 * Reads that a streaming replica may serve, and that still see everything committed before they were asked
 * for.
 */
export interface ReadDb {
  /**
   * Runs `work` on the replica when the replica has replayed everything the primary had committed at the
   * call, else on the primary. When the replica fails during `work`, `work` runs again from its beginning on
   * the primary.
   */
  read<T>(use: ReadUse, work: (reads: Knex) => Promise<T>): Promise<T>;
  state(): ReplicaState;
  /** Closes the replica's pool. The primary's belongs to the caller. */
  close(): Promise<void>;
}

interface ReadDbOptions {
  primary: Knex;
  replica: ReplicaOptions;
  log: Log;
  metrics: Metrics;
}

interface ReplicaOptions {
  /** Null: there is no replica, and every read goes to the primary at once. */
  url: string | null;
  poolMax: number;
  /**
   * Longest wait of an export for the replica to catch up, in milliseconds. The viewer waits a fifth of it.
   */
  waitMs: number;
  /** How long a replica with a fault is left alone, in milliseconds. Default 5000. */
  restMs?: number;
}

/** Opens the replica's pool when there is a replica. */
export function createReadDb({ primary, replica, log, metrics }: ReadDbOptions): ReadDb {
  if (replica.url === null) return readPrimary(primary, metrics);
  const { url, poolMax, waitMs, restMs = REST_MS } = replica;
  // The wait for a connection is short, since a person waits and the primary can serve.
  const pool = createDb({ url, poolMax, applicationName: 'youarecoder-replica', acquireTimeoutMs: 1000 });
  const probe = createReplicaProbe(pool);
  const circuit = createCircuit(restMs, log);

  /** Null: the replica can serve. */
  const examine = async (use: ReadUse): Promise<string | null> => {
    if (circuit.isOpen()) return circuit.reason() ?? 'failed';
    const position = await findPrimaryPosition(primary).catch((error: unknown) => {
      log.warn({ err: error }, 'the primary does not say where it is in its log');
      return null;
    });
    if (position === null) return 'primary-silent';
    try {
      const fault = await probe.waitFor(position, waitMs * WAIT_SHARE[use]);
      if (fault === null) circuit.succeed();
      else circuit.fail(fault, null);
      return fault;
    } catch (error) {
      circuit.fail('unreachable', error);
      return 'unreachable';
    }
  };

  return {
    read: async (use, work) => {
      const reason = await examine(use);
      if (reason !== null) return readCounted(metrics, { target: 'primary', reason }, () => work(primary));
      try {
        return await readCounted(metrics, { target: 'replica', reason: 'caught-up' }, () => work(pool));
      } catch (error) {
        if (!isServersFault(error)) throw error;
        circuit.fail('failed', error);
        return readCounted(metrics, { target: 'primary', reason: 'failed' }, () => work(primary));
      }
    },
    state: circuit.state,
    close: () => pool.destroy(),
  };
}

function readPrimary(primary: Knex, metrics: Metrics): ReadDb {
  return {
    read: (_use, work) =>
      readCounted(metrics, { target: 'primary', reason: 'no-replica' }, () => work(primary)),
    state: () => ({ status: 'none', reason: null }),
    close: () => Promise.resolve(),
  };
}

function readCounted<T>(
  metrics: Metrics,
  labels: { target: 'primary' | 'replica'; reason: string },
  work: () => Promise<T>,
): Promise<T> {
  metrics.databaseReads.inc(labels);
  return work();
}

/** Remembers the last fault. Logs a warning at the first fault, and a line when the replica works again. */
function createCircuit(
  restMs: number,
  log: Log,
): {
  isOpen(): boolean;
  reason(): ReplicaFault | null;
  succeed(): void;
  fail(reason: ReplicaFault, error: unknown): void;
  state(): ReplicaState;
} {
  let fault: { reason: ReplicaFault; until: number } | null = null;
  let wasAsked = false;
  return {
    isOpen: () => fault !== null && Date.now() < fault.until,
    reason: () => fault?.reason ?? null,
    succeed: () => {
      if (fault !== null) log.info({ was: fault.reason }, 'the replica serves reads again');
      fault = null;
      wasAsked = true;
    },
    fail: (reason, error) => {
      if (fault === null) {
        log.warn({ reason, err: error ?? undefined }, 'the replica is left alone: reads go to the primary');
      }
      fault = { reason, until: Date.now() + restMs };
      wasAsked = true;
    },
    state: () => {
      if (fault !== null) return { status: 'left-alone', reason: fault.reason };
      return { status: wasAsked ? 'in-use' : 'not-asked-yet', reason: null };
    },
  };
}

/**
 * SQLSTATE classes of a statement's own faults, and 57014: cancelled by its caller or by its own time limit.
 */
const STATEMENTS_FAULT = /^(?:(?:0A|21|22|23|42|44)[0-9A-Z]{3}|57014)$/;

/** False for a fault that the primary would have as well. */
function isServersFault(error: unknown): boolean {
  if (error instanceof AppError || !(error instanceof Error) || error.name === 'AbortError') return false;
  return !('code' in error && typeof error.code === 'string' && STATEMENTS_FAULT.test(error.code));
}
