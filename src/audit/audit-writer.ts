import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { AuditRow } from './audit-row.ts';
import type { AuditSpool } from './audit-spool.ts';
import { createBatcher } from './batcher.ts';
import { insertAuditEvents, insertOrRefuse, toEventLine } from './insert-audit-events.ts';
import type { OtherFolder, SpoolFolders } from './spool-folders.ts';
import { createSpoolReplay } from './spool-replay.ts';

/**
 * Writes audit rows that belong to nobody's transaction: many at once, and to the spool when Postgres cannot
 * take them.
 */
export interface AuditWriter {
  /**
   * Resolves when the row is committed or, failing that, in the spool. Never rejects: what neither takes is
   * logged whole.
   */
  write(row: AuditRow): Promise<void>;
  /** Puts a row into the spool, to be tried again from there. Never rejects. */
  keep(row: AuditRow, reason: SpoolReason): Promise<void>;
  state(): AuditWriterState;
  /**
   * Writes what waits, then replays the spool for ten seconds at most; the next start goes on with the rest.
   */
  close(): Promise<void>;
}

/**
 * Why an event went to the spool: no answer, or none in time; too many waiting; not accepted in a
 * transaction.
 */
type SpoolReason = 'unreachable' | 'queue-full' | 'refused';

/** How things stand now. */
export interface AuditWriterState {
  queuedEvents: number;
  spooledEvents: number;
  spooledBytes: number;
  /**
   * When the oldest event happened that is not in the table yet; of a spooled one, when its file was begun.
   */
  oldestUnwrittenAt: Date | null;
  /** Events since the start that neither Postgres nor the disk took; they are in the error log. */
  lostEvents: number;
  /** What waits for other databases, and is not written by this process. */
  otherFolders: OtherFolder[];
}

export interface AuditWriterLimits {
  /** Events waiting in memory; those beyond go to the spool. */
  queueEvents: number;
  /** Events in one statement. */
  batchEvents: number;
  /** A statement without an answer for so long sends its events to the spool, in milliseconds. */
  writeTimeoutMs: number;
}

export interface AuditWriterDeps {
  /** A pool that nobody else fills up: a request that holds a connection may wait for its audit row. */
  db: Knex;
  log: Log;
  metrics: Metrics;
  spool: AuditSpool;
  /** Absent: the spool stays in the folder that it has. */
  folders?: SpoolFolders;
  limits: AuditWriterLimits;
}

/**
 * Texts of the events in one statement, and of all that wait, in bytes; and what a row has besides its long
 * texts.
 */
const BATCH_BYTES = 1_048_576;
const QUEUE_BYTES = 33_554_432;
const ROW_BYTES = 512;

/** Statements at once: while Postgres works on one, the next is made ready. */
const WRITES_IN_FLIGHT = 2;

/** Starts the writer of one process, and the replay of what an earlier one has left in the spool. */
export function createAuditWriter(deps: AuditWriterDeps): AuditWriter {
  const { db, log, metrics, spool, limits } = deps;
  const replay = createSpoolReplay(deps);
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

/** About the memory that a row takes: its texts, of which only those without a low limit are looked at. */
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
