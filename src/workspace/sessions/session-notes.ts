import { MINUTE_MS } from '../../durations.ts';
import type { SessionReference } from '../session-row.ts';

/** The notes about a session that are not written yet. */
export interface SessionNotes {
  workspaceSessionId: number;
  startedAt: Date;
  /** When pages reported use, oldest first. */
  touches: Date[];
  /** The last request, message or look at an open connection; null when there was none. */
  lastAt: Date | null;
  /** Minutes since 1970 in which the browser was connected. */
  connected: Set<number>;
  /** Minutes since 1970 in which the person sent something. */
  active: Set<number>;
  /** When the browser last closed a connection in the regular way. */
  closedAt: Date | null;
  /** Another proxy only asked about a part of it, so that more may have flowed than was seen. */
  isPartlySeen: boolean;
}

/** How one request, message, or look at an open connection counts. */
export interface TrafficKind {
  /** A person is behind it. */
  isActive: boolean;
  /** Another proxy passes it on and only asks us. */
  isPartlySeen: boolean;
}

/** An open connection of the gateway on which nothing is said. */
export const MERELY_CONNECTED: TrafficKind = { isActive: false, isPartlySeen: false };

/** The minute since 1970 that a time lies in. */
export function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / MINUTE_MS);
}

export function emptyNotes({ id, startedAt }: SessionReference): SessionNotes {
  return {
    ...{ workspaceSessionId: id, startedAt, touches: [], lastAt: null },
    ...{ connected: new Set<number>(), active: new Set<number>(), closedAt: null, isPartlySeen: false },
  };
}

/** Adds notes that were taken away earlier and could not be written. */
export function putBack(notes: SessionNotes, earlier: SessionNotes): void {
  notes.touches.unshift(...earlier.touches);
  for (const minute of earlier.connected) notes.connected.add(minute);
  for (const minute of earlier.active) notes.active.add(minute);
  notes.lastAt = latest(notes.lastAt, earlier.lastAt);
  notes.closedAt = latest(notes.closedAt, earlier.closedAt);
  notes.isPartlySeen ||= earlier.isPartlySeen;
}

/** The later of two times; null stands for none. */
export function latest<Time extends Date | null>(time: Time, other: Date | null | undefined): Time | Date {
  return other != null && (time === null || other > time) ? other : time;
}
