import type { Knex } from 'knex';
import type { Log } from '../../log.ts';
import { minuteOf, trafficAt, writeTraffic, type Traffic, type TrafficKind } from './write-traffic.ts';

/** Counts what flows between browsers and workspaces in memory and writes that of all sessions together. */
export interface TrafficBuffer {
  /** Notes one request, message, or look at a connection that is still open. Costs no statement. */
  note(session: { id: number; startedAt: Date }, at: Date, sign: TrafficKind): void;
  /**
   * Notes that the browser closed a connection in the regular way; the last proof of life, if nothing
   * follows.
   */
  noteClose(session: { id: number; startedAt: Date }, at: Date): void;
  /** Writes what waits, in one statement. Never rejects: what could not be written is kept. */
  flush(): Promise<void>;
  /** Stops the timer and writes what waits. */
  close(): Promise<void>;
}

/** A process that is killed (`kill -9`) loses the traffic of so many milliseconds. */
const FLUSH_MS = 5000;

/**
 * A statement without an answer for so long has failed, in milliseconds. Should it work later, nothing counts
 * twice.
 */
const STATEMENT_MS = 5000;

/**
 * Requests no further apart than so many minutes are one connection: a page that polls slowly is open all the
 * time.
 */
const SAME_CONNECTION_MINUTES = 5;

/** What an open connection of the gateway shows while nothing is said on it. */
export const MERELY_CONNECTED: TrafficKind = { isActive: false, isPartlySeen: false };

/** Starts the buffer of one process. `db` is a pool that no request can fill up. */
export function createTrafficBuffer(deps: { db: Knex; log: Log; everyMs?: number }): TrafficBuffer {
  const { db, log } = deps;
  let waiting = new Map<number, Traffic>();
  let running: Promise<void> = Promise.resolve();
  /** The last minute of each session, for the gap to the next. */
  const lastMinutes = new Map<number, number>();

  const write = async (): Promise<void> => {
    const taken = waiting;
    waiting = new Map();
    forgetOld(lastMinutes, new Date());
    if (taken.size === 0) return;
    try {
      await writeTraffic(db, [...taken.values()]).timeout(STATEMENT_MS);
    } catch (error) {
      for (const traffic of taken.values()) merge(waiting, traffic);
      log.warn({ err: error, sessions: taken.size }, 'traffic is kept for the next write');
    }
  };
  const flush = (): Promise<void> => {
    running = running.then(write);
    return running;
  };
  const timer = setInterval(() => void flush(), deps.everyMs ?? FLUSH_MS).unref();
  const keep = (traffic: Traffic): void => {
    merge(waiting, withGap(lastMinutes, traffic));
  };

  return {
    note: (session, at, sign) => {
      const waits = waiting.get(session.id);
      if (waits === undefined || !isCounted(waits, at, sign)) keep(trafficAt(session, at, sign));
      else if (at > waits.lastAt) waits.lastAt = at;
    },
    noteClose: (session, at) => {
      keep({ ...trafficAt(session, at, MERELY_CONNECTED), closedAt: at });
    },
    flush,
    close: async () => {
      clearInterval(timer);
      await flush();
      if (waiting.size > 0) log.error({ sessions: waiting.size }, 'traffic could not be written and is lost');
    },
  };
}

/** The traffic of one moment, connected also since the session's last minute when that was not long ago. */
function withGap(lastMinutes: Map<number, number>, traffic: Traffic): Traffic {
  const minute = minuteOf(traffic.lastAt);
  const last = lastMinutes.get(traffic.workspaceSessionId);
  lastMinutes.set(traffic.workspaceSessionId, Math.max(minute, last ?? 0));
  return { ...traffic, connected: minutesSince(last, minute) };
}

/** This minute, and those since the last one when that was not long ago. */
function minutesSince(last: number | undefined, minute: number): Set<number> {
  const minutes = new Set([minute]);
  if (last === undefined || minute - last > SAME_CONNECTION_MINUTES) return minutes;
  for (let between = last + 1; between < minute; between += 1) minutes.add(between);
  return minutes;
}

/**
 * True when all that a sign says waits already but for its time: most of a busy minute costs no more than
 * that.
 */
function isCounted(waits: Traffic, at: Date, { isActive, isPartlySeen }: TrafficKind): boolean {
  const minute = minuteOf(at);
  if (!waits.connected.has(minute) || (isActive && !waits.active.has(minute))) return false;
  return waits.isPartlySeen || !isPartlySeen;
}

function merge(into: Map<number, Traffic>, traffic: Traffic): void {
  const found = into.get(traffic.workspaceSessionId);
  if (found === undefined) {
    into.set(traffic.workspaceSessionId, traffic);
    return;
  }
  for (const minute of traffic.connected) found.connected.add(minute);
  for (const minute of traffic.active) found.active.add(minute);
  if (traffic.isPartlySeen) found.isPartlySeen = true;
  if (traffic.lastAt > found.lastAt) found.lastAt = traffic.lastAt;
  if (traffic.closedAt !== null && (found.closedAt === null || traffic.closedAt > found.closedAt))
    found.closedAt = traffic.closedAt;
}

function forgetOld(lastMinutes: Map<number, number>, now: Date): void {
  for (const [id, minute] of lastMinutes) {
    if (minuteOf(now) - minute > SAME_CONNECTION_MINUTES) lastMinutes.delete(id);
  }
}
