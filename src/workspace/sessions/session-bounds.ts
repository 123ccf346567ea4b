/** The columns that say how much a session was used, as `WorkspaceSession` has them. */
interface CountedUse {
  started_at: Date;
  ended_at: Date | null;
  last_activity_at: Date;
  interactive_seconds: number;
  connected_minutes: number;
  active_minutes: number;
  connected_until: Date | null;
  is_partly_seen: boolean;
}

/** Use of one session in whole seconds: active ≤ connected ≤ length. */
interface SessionBounds {
  /** From its start to its end; to the last activity while it lasts. */
  length_seconds: number;
  /** At most: what was counted. The whole length where nothing was counted, or only a part was seen. */
  connected_seconds: number;
  /**
   * At least: minutes in which the person sent something; reports of keyboard or pointer where nothing was
   * counted.
   */
  active_seconds: number;
}

/**
 * The bounds of use of one session. Each counted minute is one of the clock's, so that the first and the last
 * reach over the session's edges: no bound is longer than the session. `sessionBoundsSql` is the same in SQL;
 * a test holds them together.
 */
export function sessionBounds(session: CountedUse): SessionBounds {
  const length_seconds = lengthSeconds(session);
  const isCounted = session.connected_until !== null;
  const most = isCounted && !session.is_partly_seen ? session.connected_minutes * 60 : length_seconds;
  const least = isCounted ? session.active_minutes * 60 : session.interactive_seconds;
  const connected_seconds = Math.min(most, length_seconds);
  return { length_seconds, connected_seconds, active_seconds: Math.min(least, connected_seconds) };
}

/** The expressions of `sessionBounds`, of the row with that alias. */
export function sessionBoundsSql(alias: string): Record<keyof SessionBounds, string> {
  const column = (name: string): string => `${alias}.${name}`;
  const end = `coalesce(${column('ended_at')}, ${column('last_activity_at')})`;
  const length_seconds = `floor(extract(epoch from ${end} - ${column('started_at')}))::bigint`;
  const isCounted = `${column('connected_until')} is not null`;
  const connected_seconds = `case when ${isCounted} and not ${column('is_partly_seen')}
    then least(${column('connected_minutes')} * 60, ${length_seconds}) else ${length_seconds} end`;
  const active_seconds = `least(case when ${isCounted} then ${column('active_minutes')} * 60
    else ${column('interactive_seconds')} end, ${connected_seconds})`;
  return { length_seconds, connected_seconds, active_seconds };
}

/**
 * Use as it was counted; null where it was not, or (the upper bound) where only a part was seen, which is not
 * the same as 0.
 */
export interface CountedSeconds {
  connected_seconds: number | null;
  active_seconds: number | null;
}

/** The bounds of a session as they are told of it alone. */
export function countedBounds(session: CountedUse): CountedSeconds {
  const { connected_seconds, active_seconds } = sessionBounds(session);
  const isCounted = session.connected_until !== null;
  return {
    connected_seconds: isCounted && !session.is_partly_seen ? connected_seconds : null,
    active_seconds: isCounted ? active_seconds : null,
  };
}

/** The same in SQL, and in whole minutes, rounded down. */
export function countedBoundsSql(
  alias: string,
): Record<keyof CountedSeconds | 'connected_minutes' | 'active_minutes', string> {
  const { connected_seconds, active_seconds } = sessionBoundsSql(alias);
  const isCounted = `${alias}.connected_until is not null`;
  const connected = `case when ${isCounted} and not ${alias}.is_partly_seen then ${connected_seconds} end`;
  const active = `case when ${isCounted} then ${active_seconds} end`;
  return {
    connected_seconds: connected,
    active_seconds: active,
    connected_minutes: `(${connected}) / 60`,
    active_minutes: `(${active}) / 60`,
  };
}

function lengthSeconds({ started_at, ended_at, last_activity_at }: CountedUse): number {
  const end = ended_at ?? last_activity_at;
  return Math.floor((end.getTime() - started_at.getTime()) / 1000);
}
