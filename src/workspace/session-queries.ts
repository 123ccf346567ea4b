import type { Knex } from 'knex';
import { readPage, type KeysetOrder, type Page } from '../keyset.ts';
import { readByMonths } from '../month-windows.ts';
import { nearCursor, type TimedCursor } from '../timed-cursor.ts';
import { sessionColumns, type AccessMethod, type WorkspaceSession } from './session-row.ts';

/** Sessions on one page of a workspace's history. */
const SESSIONS_PAGE_SIZE = 10;

/** What makes a session one: at most one with this key is open. */
export interface SessionKey {
  workspaceId: number;
  userId: number;
  browserSessionId: string;
  accessMethod: AccessMethod;
}

/**
 * The session that is not ended yet; it may have been idle too long without anybody having noticed. Costs the same however
 * many months there are: open_workspace_sessions says in which the session began.
 */
export async function findOpenSession(
  db: Knex,
  key: SessionKey & { forUpdate?: boolean },
): Promise<WorkspaceSession | undefined> {
  return db('open_workspace_sessions as open')
    .join('workspace_sessions', (join) => {
      join
        .on('workspace_sessions.id', 'open.workspace_session_id')
        .andOn('workspace_sessions.started_at', 'open.started_at');
    })
    .where({
      'open.workspace_id': key.workspaceId,
      'open.user_id': key.userId,
      'open.session_id': key.browserSessionId,
      'open.access_method': key.accessMethod,
    })
    .whereNull('workspace_sessions.ended_at')
    .modify((query) => {
      if (key.forUpdate === true) query.forUpdate('workspace_sessions');
    })
    .first<WorkspaceSession | undefined>(sessionColumns);
}

/** One session of this person, browser and workspace, ended or not. */
export async function findSession(
  db: Knex,
  key: SessionKey & { sessionId: number },
): Promise<WorkspaceSession | undefined> {
  return db('workspace_sessions')
    .where({
      'workspace_sessions.id': key.sessionId,
      'workspace_sessions.workspace_id': key.workspaceId,
      'workspace_sessions.user_id': key.userId,
      'workspace_sessions.session_id': key.browserSessionId,
      'workspace_sessions.access_method': key.accessMethod,
    })
    .first<WorkspaceSession | undefined>(sessionColumns);
}

export interface ListedSession extends WorkspaceSession {
  person_name: string;
}

/** One page of a workspace's sessions, newest first, with who used it. */
export async function listSessions(
  db: Knex,
  input: { companyId: number; workspaceId: number; page: TimedCursor },
): Promise<Page<ListedSession>> {
  const ofWorkspace = {
    'workspace_sessions.company_id': input.companyId,
    'workspace_sessions.workspace_id': input.workspaceId,
  };
  const column = 'workspace_sessions.started_at';
  const query = db('workspace_sessions')
    .join('users', 'users.id', 'workspace_sessions.user_id')
    .where(ofWorkspace)
    .select([...sessionColumns, 'users.full_name as person_name']);
  const order: KeysetOrder = {
    keys: [column, 'workspace_sessions.id'],
    direction: 'desc',
    startsAmong: nearCursor(db('workspace_sessions').where(ofWorkspace), column, input.page),
    size: SESSIONS_PAGE_SIZE,
    read: (page) => readByMonths({ ...page, column }),
  };
  return readPage<ListedSession>(db, query, order, input.page);
}
