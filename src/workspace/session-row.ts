import type { Knex } from 'knex';
import { z } from 'zod';
import { MINUTE_MS } from '../durations.ts';
import { columnsOf } from '../record-fields.ts';
import type { FullCause } from './runtime-types.ts';

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
  | 'deactivated'
  | 'token-revoked'
  | 'key-removed'
  | 'lapsed'
  | 'over-limit'
  | 'not-allowed'
  | 'no-second-factor'
  | 'not-accepted';

/** Why to end a session now. */
export interface Ending {
  reason: GivenEndReason;
  /**
   * `connection-lost`: it was `closed` by the line or the program breaking off, and nobody took leave.
   * `disk-full`, `memory-full`: it was `stopped` since the workspace ran into that limit of its own.
   */
  cause?: RevokeCause | 'connection-lost' | FullCause | undefined;
}

/**
 * The columns of `workspace_sessions` that the app reads, described once. The bundle tells a session in other
 * words, with its bounds instead of what was counted: see `sessionRecord`.
 */
const workspaceSession = z.object({
  id: z.int(),
  company_id: z.int(),
  workspace_id: z.int(),
  user_id: z.int(),
  started_at: z.date(),
  /** The last proof of life. Null while the session is active, like the next two. */
  ended_at: z.date().nullable(),
  end_reason: z.enum(endReasons).nullable(),
  duration_seconds: z.int().nullable(),
  last_activity_at: z.date(),
  activity_count: z.int(),
  /** Seconds in which the person was seen to use keyboard or pointer: the least that was used. */
  interactive_seconds: z.int(),
  /**
   * Minutes of counted traffic, see migrations/0004-workspaces.sql. Also 0 when nothing was counted, so read
   * them by `sessionBounds`.
   */
  connected_minutes: z.int(),
  active_minutes: z.int(),
  /** The last counted minute. Null: nothing was counted. */
  connected_until: z.date().nullable(),
  /** Another proxy passed on and only asked us: what was counted is the least, and no upper bound. */
  is_partly_seen: z.boolean(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  /** SHA-256 of the browser session, token or connection that used it. */
  session_id: z.string(),
  access_method: z.enum(accessMethods),
  /** The workspace's owner when another person was in it; null in the person's own. */
  on_behalf_of: z.int().nullable(),
  /**
   * When the browser last closed a connection in the regular way; null when that never happened, or could not
   * be seen.
   */
  disconnected_at: z.date().nullable(),
});

/** A row of `workspace_sessions`: a time during which a person used a workspace. */
export type WorkspaceSession = z.output<typeof workspaceSession>;

/** The select list of `WorkspaceSession`. */
export const sessionColumns = columnsOf('workspace_sessions', workspaceSession);

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
 * True of the row `s` while it may still take minutes that were counted before its end. A day later the
 * database refuses (migrations/0004-workspaces.sql has the same day).
 */
export const IS_NOT_FINAL = `(s.ended_at is null or s.ended_at >= now() - interval '1 day')`;

/**
 * Leaves the sessions of `table` that reach to a time: those that ended then or later, and open ones that
 * were used then or later. The conditions are two, each with an index: no index has the last activity, which
 * every touch moves.
 */
export function whereReaches(query: Knex.QueryBuilder, table: string, from: Date): void {
  void query.whereRaw('(??.ended_at >= ? or (??.ended_at is null and ??.last_activity_at >= ?))', [
    table,
    from,
    table,
    table,
    from,
  ]);
}

/**
 * A session ends after thirty minutes without a report, a request or an open connection: a longer gap is not
 * use.
 */
export const IDLE_MINUTES = 30;

/** The earliest last activity that still counts as in use at `at`. */
export function idleLimit(at: Date): Date {
  return new Date(at.getTime() - IDLE_MINUTES * MINUTE_MS);
}

/** True when the session was over by `at`, whether or not anybody has noticed. */
export function isIdle(session: Pick<WorkspaceSession, 'last_activity_at'>, at: Date): boolean {
  return session.last_activity_at < idleLimit(at);
}

/** True when the session is open and not idle: whatever the person does next belongs to it. */
export function isInUse(session: Pick<WorkspaceSession, 'ended_at' | 'last_activity_at'>, at: Date): boolean {
  return session.ended_at === null && !isIdle(session, at);
}

/** The workspace session that a request belongs to. */
export interface SessionReference {
  id: number;
  startedAt: Date;
}
