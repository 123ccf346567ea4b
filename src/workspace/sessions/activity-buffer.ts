import type { Knex } from 'knex';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { findUsableSessions } from './find-usable-sessions.ts';
import {
  RememberedSessions,
  type Reporter,
  type ReporterFilter,
  type SeenSession,
  type TakenTouches,
} from './remembered-sessions.ts';
import { MIN_ACTIVITY_GAP_SECONDS } from './touch-session.ts';
import { writeTouches } from './write-touches.ts';

/**
 * Counts reports of activity in memory and writes those of all sessions together. It answers only for a
 * session that the database called open, and its person allowed, a moment ago: an end, a lapse or a lost
 * right elsewhere is noticed within ten seconds. A process that is killed (`kill -9`) loses the touches of
 * its last five seconds.
 */
export interface ActivityBuffer {
  /** True when the report is noted here; false when the database must be asked. */
  touch(reporter: Reporter, at: Date): boolean;
  /** Notes reports in this session from now on. Call it when a report has been committed, not before. */
  remember(session: SeenSession): void;
  /**
   * Hands over what waits for these sessions and forgets them, so that the next report in them asks the
   * database. Waits for a write in progress, so the caller must not have locked sessions yet.
   */
  take(filter: ReporterFilter): Promise<TakenTouches[]>;
  /** Takes back what a transaction had taken that was then rolled back. */
  putBack(taken: TakenTouches[]): void;
  /**
   * Writes what waits, then looks how the remembered sessions stand. Never rejects: what could not be written
   * is kept.
   */
  flush(): Promise<void>;
  state(): { sessions: number; pendingTouches: number };
  /** Stops the timer and writes what waits. */
  close(): Promise<void>;
}

interface ActivityBufferDeps {
  /**
   * A pool that no request can fill up: a request may wait for a write while it holds a connection of the
   * other.
   */
  db: Knex;
  log: Log;
  metrics: Metrics;
  /** How often it writes, in milliseconds. Default 5000. */
  everyMs?: number;
}

/**
 * Not longer than the gap in which a second report counts nothing: two processes hardly ever note the same
 * seconds.
 */
const FLUSH_MS = MIN_ACTIVITY_GAP_SECONDS * 1000;

/**
 * A statement without an answer for so long has failed, in milliseconds. Should it work later, nothing counts
 * twice.
 */
const STATEMENT_MS = 5000;

/** Starts the buffer of one process. */
export function createActivityBuffer(deps: ActivityBufferDeps): ActivityBuffer {
  const sessions = new RememberedSessions();
  let running: Promise<void> | null = null;

  const run = (): Promise<void> => {
    running ??= flushSessions(deps, sessions).finally(() => {
      running = null;
    });
    return running;
  };
  const flush = async (): Promise<void> => {
    // The one in progress may have begun before the caller's last touch.
    await running;
    await run();
  };
  const timer = setInterval(() => void run(), deps.everyMs ?? FLUSH_MS).unref();

  return {
    touch: (reporter, at) => sessions.touch(reporter, at),
    remember: (session) => {
      sessions.remember(session);
    },
    take: async (filter) => {
      while (running !== null && sessions.isInFlight(filter)) await running;
      return sessions.take(filter);
    },
    putBack: (taken) => {
      sessions.putBack(taken);
    },
    flush,
    state: () => ({ sessions: sessions.size, pendingTouches: sessions.countPending() }),
    close: async () => {
      clearInterval(timer);
      await flush();
      const pendingTouches = sessions.countPending();
      if (pendingTouches > 0) deps.log.error({ pendingTouches }, 'activity could not be written and is lost');
    },
  };
}

async function flushSessions(deps: ActivityBufferDeps, sessions: RememberedSessions): Promise<void> {
  const { db, log, metrics } = deps;
  if (sessions.size === 0) return;
  try {
    await writePending(deps, sessions);
    const asked = sessions.listUsable();
    const usable = asked.length === 0 ? [] : await findUsableSessions(db, asked, STATEMENT_MS);
    sessions.refresh(asked, usable);
    sessions.forgetOld();
    metrics.activityFlushes.inc({ result: 'ok' });
  } catch (error) {
    sessions.failed();
    metrics.activityFlushes.inc({ result: 'failed' });
    log.warn({ err: error, pendingTouches: sessions.countPending() }, 'activity is kept for the next write');
  }
}

async function writePending(
  { db, metrics }: ActivityBufferDeps,
  sessions: RememberedSessions,
): Promise<void> {
  const touches = sessions.startWriting();
  if (touches.length === 0) return;
  await writeTouches(db, touches).timeout(STATEMENT_MS);
  sessions.written();
  metrics.activityFlushedTouches.inc(touches.reduce((sum, { times }) => sum + times.length, 0));
}
