import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { AuditRow } from './audit-row.ts';
import type { AuditSpool } from './audit-spool.ts';
import { createBatcher } from './batcher.ts';
import { insertAuditEvents, insertOrRefuse, toEventLine } from './insert-audit-events.ts';
import type { OtherFolder, SpoolFolders } from './spool-folders.ts';
import { SpoolReplay } from './spool-replay.ts';

/**
 * Writes audit rows that belong to no transaction: many at once, and to the spool when Postgres cannot take
 * them.
 */
export interface AuditWriter {
  /**
   * Resolves when the row is committed or, failing that, in the spool. Never rejects: a row that neither
   * takes is logged whole.
   */
  write(row: AuditRow): Promise<void>;
  /** Puts a row into the spool, from where it is tried again. Never rejects. */
  keep(row: AuditRow, reason: SpoolReason): Promise<void>;
  state(): AuditWriterState;
  /**
   * Writes the waiting rows, then replays the spool for ten seconds at most. The next start continues with
   * the rest.
   */
  close(): Promise<void>;
}

/**
 * Why an event went to the spool: no answer in time, too many events waiting, or not accepted in a
 * transaction.
 */
type SpoolReason = 'unreachable' | 'queue-full' | 'refused';

/** The state of the writer now. */
export interface AuditWriterState {
  queuedEvents: number;
  spooledEvents: number;
  spooledBytes: number;
  /** Time of the oldest event that is not in the table yet. For a spooled event: when its file was begun. */
  oldestUnwrittenAt: Date | null;
  /** Number of events since the start that neither Postgres nor the disk took. They are in the error log. */
  lostEvents: number;
  /** Events that wait for other databases. This process does not write them. */
  otherFolders: OtherFolder[];
}

export interface AuditWriterLimits {
  /** Most events that wait in memory; further ones go to the spool. */
  queueEvents: number;
  /** Most events in one statement. */
  batchEvents: number;
  /** A statement that has no answer after this many milliseconds sends its events to the spool. */
  writeTimeoutMs: number;
}

export interface AuditWriterDeps {
  /**
   * A pool of its own. In a shared one, requests that wait for their audit rows could hold every connection.
   */
  db: Knex;
  log: Log;
  metrics: Metrics;
  spool: AuditSpool;
  /** Absent: the spool stays in its first folder. */
  folders?: SpoolFolders;
  limits: AuditWriterLimits;
}

/**
 * Most bytes of text in one statement and in all waiting events, and the bytes of a row besides its long
 * texts.
 */
const BATCH_BYTES = 1_048_576;
const QUEUE_BYTES = 33_554_432;
const ROW_BYTES = 512;

/** Number of statements at once: while Postgres works on one, the next is prepared here. */
const WRITES_IN_FLIGHT = 2;

/**
 * Starts the writer of one process, and the replay of the events that an earlier process left in the spool.
 */
export function createAuditWriter(deps: AuditWriterDeps): AuditWriter {
  const { db, log, metrics, spool, limits } = deps;
  const replay = new SpoolReplay(deps);
  let lostEvents = 0;

  const keep = async (row: AuditRow, reason: SpoolReason): Promise<void> => {
    try {
      await spool.append(toEventLine(row));
      metrics.auditSpooled.inc({ reason });
      replay.wake();
    } catch (error) {
      lostEvents += 1;
      metrics.auditWriteFailures.inc({ action: row.action_type });
      log.error({ err: error, audit: row }, 'audit row could not be written');
    }
  };

  const writeBatch = async (batch: AuditRow[]): Promise<void> => {
    const open = new Set(batch);
    try {
      if (replay.isDown()) throw new Error('Postgres did not answer a moment ago');
      await insertOrRefuse(
        batch,
        (rows) => insertAuditEvents(db, rows).timeout(limits.writeTimeoutMs),
        async (row, error) => {
          open.delete(row);
          await replay.refuse(row, error);
        },
      );
    } catch (error) {
      replay.noteFailure(error);
      await Promise.all([...open].map((row) => keep(row, 'unreachable')));
    }
  };

  const batch = { items: limits.batchEvents, bytes: BATCH_BYTES };
  const batcher = createBatcher<AuditRow>(batch, writeBatch, WRITES_IN_FLIGHT);

  return {
    write: async (row) => {
      const waiting = batcher.waiting();
      const isFull = waiting.count >= limits.queueEvents || waiting.bytes >= QUEUE_BYTES;
      await (isFull ? keep(row, 'queue-full') : batcher.add(row, sizeOf(row)));
    },
    keep,
    state: () => {
      const { count, oldest } = batcher.waiting();
      const spooled = spool.size();
      return {
        queuedEvents: count,
        spooledEvents: spooled.events,
        spooledBytes: spooled.bytes,
        oldestUnwrittenAt: earlier(oldest?.timestamp ?? null, spooled.oldestAt),
        lostEvents,
        otherFolders: replay.otherFolders(),
      };
    },
    close: async () => {
      await batcher.idle();
      await replay.close();
    },
  };
}

/** Estimate of the memory that a row takes. Only texts without a low limit are measured. */
function sizeOf({ details, user_agent, request_path, error_message }: AuditRow): number {
  return ROW_BYTES + [details, user_agent, request_path, error_message].reduce(addLength, 0);
}

function addLength(sum: number, text: string | null): number {
  return sum + (text?.length ?? 0);
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
