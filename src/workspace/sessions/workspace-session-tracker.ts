import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { endOpenSessions } from './end-session.ts';
import { sessionBuffer } from './session-buffer.ts';
import { findOpenSession } from './session-queries.ts';
import { idleLimit, isInUse, type AccessMethod, type Ending, type WorkspaceSession } from '../session-row.ts';
import { sessionKey, startSession } from './start-session.ts';
import { touchSession, type ActivityOutcome } from './touch-session.ts';
import type { UsageFilter } from './session-spans.ts';
import { calculateUsage, type UsageStats } from './usage-stats.ts';

/** Sessions that the sweeper ends in one transaction: few enough to hold no lock for long. */
const SWEEP_BATCH = 100;

/**
 * Time that the sweeper leaves other processes to write the notes that they have in memory, in milliseconds.
 */
const SWEEP_GRACE_MS = 15_000;

/**
 * Recorder of `workspace_sessions`, and with `SessionBuffer` its only writer. Stateless; joins the caller's
 * transaction when given one. A change of a session is made after this process has written its notes about
 * use. Reads may be a few seconds behind.
 */
export class WorkspaceSessionTracker {
  /**
   * The active session of this person, browser and way in; starts one when there is none. A double click gets
   * the same session: the database allows one. A session that has been idle too long is ended at its last
   * activity first.
   */
  static async startSession(
    db: Knex,
    context: RequestContext,
    input: { workspaceId: number; companyId: number; accessMethod: AccessMethod },
  ): Promise<WorkspaceSession> {
    const { workspaceId, userId, browserSessionHash } = sessionKey(context, input);
    await sessionBuffer.of(db)?.settle({ workspaceId, userId, browserSessionHash });
    return startSession(db, context, input);
  }

  /**
   * Notes that the person used the workspace at `context.at`. Never moves time backwards; too soon after the
   * last report it counts nothing. After more than 30 minutes the old session ends at its last activity and a
   * new one starts (`restarted`), also when the sweeper was there first. A session that ended otherwise stays
   * ended.
   */
  static async updateActivity(
    db: Knex,
    context: RequestContext,
    input: { workspaceSessionId: number },
  ): Promise<ActivityOutcome> {
    await sessionBuffer.of(db)?.settle(input);
    return touchSession(db, context, input);
  }

  /**
   * Ends one session; undefined when it is not open, or when it is to be `closed` and belongs to another
   * person. A close or sign-out by the person counts until `context.at`; a late one, and every other reason,
   * until the last activity.
   */
  static async endSession(
    db: Knex,
    context: RequestContext,
    input: { workspaceSessionId: number } & Ending,
  ): Promise<WorkspaceSession | undefined> {
    if (input.reason === 'closed' && context.userId === null) return undefined;
    const { workspaceSessionId, reason, cause } = input;
    await sessionBuffer.of(db)?.settle({ workspaceSessionId });
    const ended = await endOpenSessions(db, context, { reason, cause }, (query) => {
      query.where('workspace_sessions.id', workspaceSessionId);
      if (reason === 'closed') query.where('workspace_sessions.user_id', context.userId);
    });
    return ended[0];
  }

  /**
   * Ends as `closed` a session whose connection broke off: at the last proof of life, and by nobody's act.
   */
  static async endLostSession(
    db: Knex,
    context: RequestContext,
    input: { workspaceSessionId: number },
  ): Promise<void> {
    const ending = { reason: 'closed', cause: 'connection-lost' } as const;
    await sessionBuffer.of(db)?.settle(input);
    await endOpenSessions(db, { ...context, userId: null }, ending, (query) => {
      query.where('workspace_sessions.id', input.workspaceSessionId);
    });
  }

  /** The session in which this person and browser use the workspace now; one idle for too long is none. */
  static async getActiveSession(
    db: Knex,
    context: RequestContext,
    input: { workspaceId: number; accessMethod: AccessMethod },
  ): Promise<WorkspaceSession | undefined> {
    const open = await findOpenSession(db, sessionKey(context, input));
    return open !== undefined && isInUse(open, context.at) ? open : undefined;
  }

  /**
   * Ends what this person has open in this browser, as `signed-out`; call it before the browser session goes.
   */
  static async endSessionsOfBrowser(db: Knex, context: RequestContext): Promise<number> {
    const { userId, browserSessionHash } = context;
    if (userId === null || browserSessionHash === null) return 0;
    return endOfBrowser(db, context, { userId, browserSessionHash }, { reason: 'signed-out' });
  }

  /**
   * Ends what this person has open in a browser that is signed out from another one: at its last activity,
   * since nobody was seen there.
   */
  static async endSessionsOfRevokedBrowser(
    db: Knex,
    context: RequestContext,
    input: { userId: number; browserSessionHash: string },
  ): Promise<number> {
    return endOfBrowser(db, context, input, { reason: 'signed-out' });
  }

  /** Ends all sessions that a person has open, in every browser. */
  static async endSessionsOfUser(
    db: Knex,
    context: RequestContext,
    input: { userId: number } & Ending,
  ): Promise<number> {
    const { userId, ...ending } = input;
    await sessionBuffer.of(db)?.settle({ userId });
    const ended = await endOpenSessions(db, context, ending, (query) => {
      query.where('workspace_sessions.user_id', userId);
    });
    return ended.length;
  }

  /**
   * Ends what was opened with an access token that is withdrawn: at its last activity, since withdrawing is
   * no use of it.
   */
  static async endSessionsOfToken(
    db: Knex,
    context: RequestContext,
    input: { userId: number; tokenSessionId: string },
  ): Promise<number> {
    const { userId, tokenSessionId: browserSessionHash } = input;
    const ending = { reason: 'revoked', cause: 'token-revoked' } as const;
    return endOfBrowser(db, context, { userId, browserSessionHash }, ending);
  }

  /** Ends all sessions that are open in a workspace, whoever uses it. */
  static async endSessionsOfWorkspace(
    db: Knex,
    context: RequestContext,
    input: { workspaceId: number } & Ending,
  ): Promise<number> {
    const { workspaceId, ...ending } = input;
    await sessionBuffer.of(db)?.settle({ workspaceId });
    const ended = await endOpenSessions(db, context, ending, (query) => {
      query.where('workspace_sessions.workspace_id', workspaceId);
    });
    return ended.length;
  }

  /**
   * Ends every session that has been idle for more than 30 minutes, at its last activity; returns how many.
   * Several processes may sweep at once: each session is ended, and its audit row written, once.
   */
  static async endIdleSessions(db: Knex, context: RequestContext): Promise<number> {
    const limit = new Date(idleLimit(context.at).getTime() - SWEEP_GRACE_MS);
    await sessionBuffer.of(db)?.flush();
    let total = 0;
    let count: number;
    do {
      const ended = await endOpenSessions(db, context, { reason: 'idle' }, (query) => {
        query.where('workspace_sessions.last_activity_at', '<', limit).limit(SWEEP_BATCH).skipLocked();
      });
      count = ended.length;
      total += count;
    } while (count === SWEEP_BATCH);
    return total;
  }

  /**
   * The bounds of use: see `UsageStats`. Overlapping sessions of one person count once, whatever they overlap
   * in.
   */
  static async usageStats(
    db: Knex,
    _context: RequestContext | null,
    input: UsageFilter,
  ): Promise<UsageStats> {
    return calculateUsage(db, input);
  }
}

/** Ends the sessions of a browser, or of a token in its place, that may no longer act as that person. */
async function endOfBrowser(
  db: Knex,
  context: RequestContext,
  { userId, browserSessionHash }: { userId: number; browserSessionHash: string },
  ending: Ending,
): Promise<number> {
  await sessionBuffer.of(db)?.settle({ userId, browserSessionHash });
  const ended = await endOpenSessions(db, context, ending, (query) => {
    query.where({
      'workspace_sessions.user_id': userId,
      'workspace_sessions.session_id': browserSessionHash,
    });
  });
  return ended.length;
}
