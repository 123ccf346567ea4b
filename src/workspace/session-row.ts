import type { Knex } from 'knex';
import { MINUTE_MS } from '../durations.ts';

/** How a workspace is reached. */
export const accessMethods = ['web', 'api', 'ssh'] as const;
export type AccessMethod = (typeof accessMethods)[number];

/** Old rows bear these: both are `revoked` by now. */
const retiredEndReasons = ['deactivated', 'lapsed'] as const;

/**
 * Why a workspace session ended. `closed` and `signed-out` are acts of the person; the others are not.
 *
 * - `closed`: by the person, or by the regular end of the browser's last connection, which is no time-out.
 * - `idle`: nothing was seen for half an hour.
 * - `stopped`: the workspace was stopped.
 * - `deleted`: the workspace was deleted.
 * - `revoked`: the right to be there was withdrawn, see `RevokeCause`.
 * - `replaced`: the same browser entered again under another browser session, before this one had ended.
 * - `app-shutdown`: the app stopped and took the workspace with it.
 *
 * A restart of the app ends no session. A person who comes back within half an hour goes on in it; otherwise
 * it ends as `idle`, at the last proof of life.
 */
export const endReasons = [
  'closed',
  'idle',
  'signed-out',
  'stopped',
  'revoked',
  'replaced',
  'app-shutdown',
  'deleted',
  ...retiredEndReasons,
] as const;
export type EndReason = (typeof endReasons)[number];

/** The reasons that a session may get when it ends now. */
export type GivenEndReason = Exclude<EndReason, (typeof retiredEndReasons)[number]>;

/** Which right was withdrawn when a session ends as `revoked`; the audit row of the end says it. */
type RevokeCause =
  'deactivated' | 'token-revoked' | 'key-removed' | 'lapsed' | 'not-allowed' | 'not-accepted';

/** Why to end a session now. */
export interface Ending {
  reason: GivenEndReason;
  /** `connection-lost`: it was `closed` by the line or the program breaking off, and nobody took leave. */
  cause?: RevokeCause | 'connection-lost' | undefined;
}

/** A row of `workspace_sessions`: a time during which a person used a workspace. */
export interface WorkspaceSession {
  id: number;
  company_id: number;
  workspace_id: number;
  user_id: number;
  started_at: Date;
  /** The last proof of life. Null while the session is active, like the next two. */
  ended_at: Date | null;
  end_reason: EndReason | null;
  duration_seconds: number | null;
  last_activity_at: Date;
  activity_count: number;
  /** Seconds in which the person was seen to use keyboard or pointer: the least that was used. */
  interactive_seconds: number;
  /**
   * Minutes of counted traffic, see migrations/0004-workspaces.sql. Also 0 when nothing was counted, so read
   * them by `sessionBounds`.
   */
  connected_minutes: number;
  active_minutes: number;
  /** The last counted minute. Null: nothing was counted. */
  connected_until: Date | null;
  /** Another proxy passed on and only asked us: what was counted is the least, and no upper bound. */
  is_partly_seen: boolean;
  ip_address: string | null;
  user_agent: string | null;
  /** SHA-256 of the browser session, token or connection that used it. */
  session_id: string;
  access_method: AccessMethod;
  /** The workspace's owner when another person was in it; null in the person's own. */
  on_behalf_of: number | null;
  /**
   * When the browser last closed a connection in the regular way; null when that never happened, or could not
   * be seen.
   */
  disconnected_at: Date | null;
}

export const sessionColumns = [
  'workspace_sessions.id',
  'workspace_sessions.company_id',
  'workspace_sessions.workspace_id',
  'workspace_sessions.user_id',
  'workspace_sessions.started_at',
  'workspace_sessions.ended_at',
  'workspace_sessions.end_reason',
  'workspace_sessions.duration_seconds',
  'workspace_sessions.last_activity_at',
  'workspace_sessions.activity_count',
  'workspace_sessions.interactive_seconds',
  'workspace_sessions.connected_minutes',
  'workspace_sessions.active_minutes',
  'workspace_sessions.connected_until',
  'workspace_sessions.is_partly_seen',
  'workspace_sessions.ip_address',
  'workspace_sessions.user_agent',
  'workspace_sessions.session_id',
  'workspace_sessions.access_method',
  'workspace_sessions.on_behalf_of',
  'workspace_sessions.disconnected_at',
];

/**
 * Narrows to one session so that Postgres looks into the month it began in and nowhere else. A time that went
 * through JavaScript has lost its microseconds.
 */
export function whereSession(
  query: Knex.QueryBuilder,
  session: Pick<WorkspaceSession, 'id' | 'started_at'>,
): void {
  void query
    .where('workspace_sessions.id', session.id)
    .where('workspace_sessions.started_at', '>=', session.started_at)
    .where('workspace_sessions.started_at', '<', new Date(session.started_at.getTime() + 1));
}

/**
 * True of the row `s` while it may still take what was counted before its end; a day later the database
 * refuses (migration 0130, which has the same day).
 */
export const IS_NOT_FINAL = `(s.ended_at is null or s.ended_at >= now() - interval '1 day')`;

/** Thirty minutes without a touch end a workspace session: a longer gap is not use. */
export const IDLE_MINUTES = 30;

/** The earliest last activity that still counts as in use at `at`. */
export function idleLimit(at: Date): Date {
  return new Date(at.getTime() - IDLE_MINUTES * MINUTE_MS);
}

/** True when the session was over by `at`, whether or not anybody has noticed. */
export function isIdle(session: Pick<WorkspaceSession, 'last_activity_at'>, at: Date): boolean {
  return session.last_activity_at < idleLimit(at);
}

/** The workspace session that a request belongs to. */
export interface SessionReference {
  id: number;
  startedAt: Date;
}
