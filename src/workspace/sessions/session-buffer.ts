import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import { Carried } from '../../db/carried.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { isIdle, type SessionReference } from '../session-row.ts';
import { findUsableSessions } from './find-usable-sessions.ts';
import {
  MERELY_CONNECTED,
  emptyNotes,
  latest,
  minuteOf,
  putBack,
  type SessionNotes,
  type TrafficKind,
} from './session-notes.ts';
import { MIN_ACTIVITY_GAP_SECONDS, isCountedTouch } from './touch-rule.ts';
import { writeNotes } from './write-notes.ts';

/** The person, browser and workspace of a report: all that the database would look it up by. */
interface Reporter {
  workspaceSessionId: number;
  companyId: number;
  workspaceId: number;
  userId: number;
  isAdmin: boolean;
  browserSessionHash: string;
}

/** Selects the sessions that agree in all that is given. */
type ReporterFilter = Partial<Reporter>;

/** An open session as a report found it in the database. */
interface SeenSession extends Reporter {
  startedAt: Date;
  lastActivityAt: Date;
  /** Until when the subscription lets workspaces be opened. */
  opensUntil: Date;
}

interface BufferDeps {
  /** A pool that no request can fill up: a request may wait for a write while it holds a connection. */
  db: Knex;
  log: Log;
  metrics: Metrics;
  /** How often it writes, in milliseconds. Default 5000. */
  everyMs?: number;
}

/**
 * The time between two writes is not longer than the gap in which a second report counts nothing, so that two
 * processes hardly ever note the same seconds.
 */
const FLUSH_MS = MIN_ACTIVITY_GAP_SECONDS * 1000;

/**
 * A statement without an answer for so long has failed, in milliseconds. Should it work later, nothing counts
 * twice.
 */
const STATEMENT_MS = 5000;

/**
 * A page reports once a minute, so a session without a report for so long is not in use, in milliseconds.
 */
const KEPT_MS = 120_000;

/**
 * Requests no further apart than so many minutes are one connection, such as those of a page that polls
 * slowly.
 */
const SAME_CONNECTION_MINUTES = 5;

/**
 * Notes in memory how workspace sessions are used, and writes the notes of all sessions together.
 *
 * 1. A report of use is noted only in a session that the database called open, and its person allowed, a
 *    moment ago. A right that was lost elsewhere is noticed within ten seconds.
 * 2. Notes that could not be written wait for the next write. A process that is killed (`kill -9`) loses
 *    those of its last five seconds.
 */
export class SessionBuffer {
  readonly #deps: BufferDeps;
  readonly #timer: NodeJS.Timeout;
  /**
   * Sessions in which a report is noted without asking the database: at most 10 000, each until two minutes
   * after its last report. The next report in a session that leaves early asks the database, and no note is
   * lost: notes do not stand here.
   */
  readonly #usable = new LRUCache<number, SeenSession>({
    max: 10_000,
    ttl: KEPT_MS,
    ttlResolution: 0,
    updateAgeOnGet: true,
  });
  #waiting = new Map<number, SessionNotes>();
  /** Notes in a statement that has not been answered yet. */
  #inFlight = new Map<number, SessionNotes>();
  #writing: Promise<void> = Promise.resolve();
  /** The last connected minute of each session, for the gap to the next. */
  readonly #lastMinutes = new Map<number, number>();

  constructor(deps: BufferDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.flush(), deps.everyMs ?? FLUSH_MS).unref();
  }

  /**
   * Notes a report of use. False when only the database can answer. True also when the report comes too soon
   * after the last one to count.
   */
  touch(reporter: Reporter, at: Date): boolean {
    const session = this.#usable.get(reporter.workspaceSessionId);
    if (session === undefined || !agrees(session, reporter)) return false;
    const { lastActivityAt, opensUntil } = session;
    if (at >= opensUntil || isIdle({ last_activity_at: lastActivityAt }, at)) return false;
    if (isCountedTouch(lastActivityAt, at)) {
      session.lastActivityAt = at;
      this.#notesOf({ id: session.workspaceSessionId, startedAt: session.startedAt }).touches.push(at);
    }
    return true;
  }

  /** Notes reports in this session from now on. Call it when a report has been committed, not before. */
  remember(session: SeenSession): void {
    const { workspaceSessionId: id, lastActivityAt } = session;
    this.#usable.set(id, { ...session, lastActivityAt: latest(lastActivityAt, this.#lastTouch(id)) });
  }

  /** Notes one request, message, or look at a connection that is still open. */
  note(session: SessionReference, at: Date, { isActive, isPartlySeen }: TrafficKind): void {
    const notes = this.#notesOf(session);
    const minute = minuteOf(at);
    if (!notes.connected.has(minute)) this.#connect(notes, minute);
    if (isActive) notes.active.add(minute);
    if (isPartlySeen) notes.isPartlySeen = true;
    notes.lastAt = latest(notes.lastAt, at);
  }

  /** Notes that the browser closed a connection in the regular way: its last sign, if nothing follows. */
  noteClose(session: SessionReference, at: Date): void {
    this.note(session, at, MERELY_CONNECTED);
    const notes = this.#notesOf(session);
    notes.closedAt = latest(notes.closedAt, at);
  }

  /**
   * Writes what waits, before these sessions are changed. The next report in them asks the database. Locks
   * their rows, so the caller must not have locked them yet. Never rejects.
   */
  async settle(filter: ReporterFilter): Promise<void> {
    for (const [id, session] of this.#usable.entries()) if (agrees(session, filter)) this.#usable.delete(id);
    await this.#write();
  }

  /** Writes what waits, then asks how the sessions stand in which reports are noted. Never rejects. */
  async flush(): Promise<void> {
    await this.#write();
    await this.#refresh();
  }

  /** How many sessions it notes reports in, and how many reports are not in the database yet. */
  state(): { sessions: number; pendingTouches: number } {
    const notes = [...this.#waiting.values(), ...this.#inFlight.values()];
    return {
      sessions: this.#usable.size,
      pendingTouches: notes.reduce((sum, { touches }) => sum + touches.length, 0),
    };
  }

  /** Stops the timer and writes what waits. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
    const sessions = this.#waiting.size;
    if (sessions > 0) this.#deps.log.error({ sessions }, 'use of sessions could not be written and is lost');
  }

  #notesOf(session: SessionReference): SessionNotes {
    const notes = this.#waiting.get(session.id) ?? emptyNotes(session);
    this.#waiting.set(session.id, notes);
    return notes;
  }

  #lastTouch(id: number): Date | undefined {
    return this.#waiting.get(id)?.touches.at(-1) ?? this.#inFlight.get(id)?.touches.at(-1);
  }

  /** Adds the minute, and those since the session's last one when that was not long ago. */
  #connect({ workspaceSessionId: id, connected }: SessionNotes, minute: number): void {
    const last = this.#lastMinutes.get(id) ?? -Infinity;
    const isSame = minute - last <= SAME_CONNECTION_MINUTES;
    for (let each = isSame ? Math.min(last + 1, minute) : minute; each <= minute; each += 1)
      connected.add(each);
    this.#lastMinutes.set(id, Math.max(minute, last));
  }

  /** Writes one after the other: a caller's notes may have come after the write in progress began. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeWaiting());
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    const { db, metrics } = this.#deps;
    forgetOld(this.#lastMinutes, minuteOf(new Date()));
    const notes = [...this.#waiting.values()];
    if (notes.length === 0) return;
    this.#inFlight = this.#waiting;
    this.#waiting = new Map();
    try {
      await writeNotes(db, notes).timeout(STATEMENT_MS);
      metrics.activityFlushes.inc({ result: 'ok' });
      metrics.activityFlushedTouches.inc(notes.reduce((sum, { touches }) => sum + touches.length, 0));
    } catch (error) {
      for (const each of notes)
        putBack(this.#notesOf({ id: each.workspaceSessionId, startedAt: each.startedAt }), each);
      this.#fail(error);
    }
    this.#inFlight = new Map();
  }

  async #refresh(): Promise<void> {
    this.#usable.purgeStale();
    const asked = [...this.#usable.values()];
    if (asked.length === 0) return;
    try {
      const usable = await findUsableSessions(this.#deps.db, asked, STATEMENT_MS);
      const found = new Map(usable.map((row) => [row.id, row]));
      for (const session of asked) {
        const { workspaceSessionId: id } = session;
        // A session that was settled or reported in full meanwhile is newer than the answer.
        if (this.#usable.peek(id) !== session) continue;
        const row = found.get(id);
        if (row === undefined) {
          this.#usable.delete(id);
          continue;
        }
        session.opensUntil = row.opens_until;
        session.lastActivityAt = latest(row.last_activity_at, this.#lastTouch(id));
      }
      this.#deps.metrics.activityFlushes.inc({ result: 'ok' });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nobody knows how the sessions stand, so every report asks the database. */
  #fail(error: unknown): void {
    this.#usable.clear();
    this.#deps.metrics.activityFlushes.inc({ result: 'failed' });
    this.#deps.log.warn(
      { err: error, sessions: this.#waiting.size },
      'use of sessions waits for the next write',
    );
  }
}

/**
 * The buffer of a pool. Attached where the pool is made; absent on the command line, where nothing is noted.
 */
export const sessionBuffer = new Carried<SessionBuffer>('sessionBuffer');

function agrees(session: SeenSession, filter: ReporterFilter): boolean {
  return (Object.keys(filter) as (keyof Reporter)[]).every((key) => session[key] === filter[key]);
}

function forgetOld(lastMinutes: Map<number, number>, now: number): void {
  for (const [id, minute] of lastMinutes) if (now - minute > SAME_CONNECTION_MINUTES) lastMinutes.delete(id);
}
