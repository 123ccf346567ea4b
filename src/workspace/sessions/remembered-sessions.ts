import type { UsableSession } from './find-usable-sessions.ts';
import { isIdle } from '../session-row.ts';
import { MIN_ACTIVITY_GAP_SECONDS } from './touch-session.ts';
import type { Touches } from './write-touches.ts';

/** Who reports in which session: all that a report is looked up by in the database. */
export interface Reporter {
  workspaceSessionId: number;
  companyId: number;
  workspaceId: number;
  userId: number;
  isAdmin: boolean;
  browserSessionHash: string;
}

/** Which sessions: those that agree in all that is given. */
export type ReporterFilter = Partial<Reporter>;

/** An open session as a report found it in the database. */
export interface SeenSession extends Reporter {
  startedAt: Date;
  lastActivityAt: Date;
  /** When the subscription lapses. */
  paidUntil: Date;
}

/** What waits for one session, with what is needed to remember it again. */
export interface TakenTouches extends Touches {
  session: SeenSession;
}

/** One session in memory. `inFlight` is in a statement that has not been answered yet. */
interface Entry {
  session: SeenSession;
  /** False: what waits is still to be written, and nothing more is noted. */
  isUsable: boolean;
  pending: Date[];
  inFlight: Date[];
  flushesUntouched: number;
}

/** Two minutes of flushes: a page reports once a minute, so one that is in use stays. */
const KEPT_FLUSHES = 24;

/**
 * The memory of an activity buffer: open sessions, and the touches in them that are not in the database yet.
 */
export class RememberedSessions {
  readonly #entries = new Map<number, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  countPending(): number {
    return [...this.#entries.values()].reduce(
      (sum, entry) => sum + entry.pending.length + entry.inFlight.length,
      0,
    );
  }

  /** False when the database must be asked; true also when it is too soon after the last touch to count. */
  touch(reporter: Reporter, at: Date): boolean {
    const entry = this.#entries.get(reporter.workspaceSessionId);
    if (entry?.isUsable !== true || !agrees(entry.session, reporter)) return false;
    const { lastActivityAt, paidUntil } = entry.session;
    if (at >= paidUntil || isIdle({ last_activity_at: lastActivityAt }, at)) return false;
    entry.flushesUntouched = 0;
    if (at.getTime() - lastActivityAt.getTime() >= MIN_ACTIVITY_GAP_SECONDS * 1000) {
      entry.session.lastActivityAt = at;
      entry.pending.push(at);
    }
    return true;
  }

  remember(session: SeenSession): void {
    const entry = this.#entryOf(session);
    entry.session = { ...session, lastActivityAt: later(session.lastActivityAt, entry.pending.at(-1)) };
    entry.isUsable = true;
    entry.flushesUntouched = 0;
  }

  isInFlight(filter: ReporterFilter): boolean {
    return this.#matching(filter).some((entry) => entry.inFlight.length > 0);
  }

  /** Forgets the sessions and hands over what waits for them. */
  take(filter: ReporterFilter): TakenTouches[] {
    const taken = this.#matching(filter);
    for (const { session } of taken) this.#entries.delete(session.workspaceSessionId);
    return taken
      .filter((entry) => entry.pending.length > 0)
      .map(({ session, pending }) => toTouches(session, pending));
  }

  /** Keeps for the next flush what a transaction that was rolled back had taken. */
  putBack(taken: TakenTouches[]): void {
    for (const { session, times } of taken) {
      const entry = this.#entryOf(session);
      entry.pending = [...times, ...entry.pending];
    }
  }

  /** What is to be written now; it stays in flight until `written` or `failed`. */
  startWriting(): Touches[] {
    const waiting = [...this.#entries.values()].filter((entry) => entry.pending.length > 0);
    return waiting.map((entry) => {
      entry.inFlight = entry.pending;
      entry.pending = [];
      return toTouches(entry.session, entry.inFlight);
    });
  }

  written(): void {
    for (const entry of this.#entries.values()) entry.inFlight = [];
  }

  /** Nobody knows how things stand: what was in flight waits again, and every report asks the database. */
  failed(): void {
    for (const entry of this.#entries.values()) {
      entry.pending = [...entry.inFlight, ...entry.pending];
      entry.inFlight = [];
      entry.isUsable = false;
    }
  }

  listUsable(): SeenSession[] {
    return [...this.#entries.values()].filter((entry) => entry.isUsable).map((entry) => entry.session);
  }

  /**
   * Takes over what the database says of the sessions that `listUsable` gave; those it does not name are
   * over.
   */
  refresh(asked: SeenSession[], usable: UsableSession[]): void {
    const found = new Map(usable.map((row) => [row.id, row]));
    for (const session of asked) {
      const entry = this.#entries.get(session.workspaceSessionId);
      // Taken or reported in full since it was asked about: what is known now is newer.
      if (entry?.session !== session) continue;
      const row = found.get(session.workspaceSessionId);
      entry.isUsable = row !== undefined;
      if (row === undefined) continue;
      session.paidUntil = row.paid_until;
      session.lastActivityAt = later(row.last_activity_at, entry.pending.at(-1));
    }
  }

  /** Forgets what is over, and what nobody has touched for long. */
  forgetOld(): void {
    for (const [id, entry] of this.#entries) {
      entry.flushesUntouched += 1;
      const isOld = !entry.isUsable || entry.flushesUntouched > KEPT_FLUSHES;
      if (isOld && entry.pending.length === 0) this.#entries.delete(id);
    }
  }

  #entryOf(session: SeenSession): Entry {
    const found = this.#entries.get(session.workspaceSessionId);
    const entry = found ?? { session, isUsable: false, pending: [], inFlight: [], flushesUntouched: 0 };
    this.#entries.set(session.workspaceSessionId, entry);
    return entry;
  }

  #matching(filter: ReporterFilter): Entry[] {
    return [...this.#entries.values()].filter((entry) => agrees(entry.session, filter));
  }
}

function agrees(session: SeenSession, filter: ReporterFilter): boolean {
  return (Object.keys(filter) as (keyof Reporter)[]).every((key) => session[key] === filter[key]);
}

function toTouches(session: SeenSession, times: Date[]): TakenTouches {
  return { session, workspaceSessionId: session.workspaceSessionId, startedAt: session.startedAt, times };
}

function later(a: Date, b: Date | undefined): Date {
  return b === undefined || a > b ? a : b;
}
