import type { Knex } from 'knex';
import { PAGE_SIZE, SHORT_PAGE_SIZE, readPage, type KeysetOrder, type Page } from '../../db/keyset.ts';
import { readByMonths } from '../../db/month-windows.ts';
import { nearCursor, type TimedCursor } from '../../db/timed-cursor.ts';
import { sessionColumns, type AccessMethod, type WorkspaceSession } from '../session-row.ts';

/** Key of an open session: the database allows one for each key. */
export interface SessionKey {
  workspaceId: number;
  userId: number;
  browserSessionHash: string;
  accessMethod: AccessMethod;
}

/**
 * The session that is not ended yet; it may have been idle too long without anybody having noticed. Costs the
 * same however many months there are: open_workspace_sessions says in which the session began.
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
      'open.session_id': key.browserSessionHash,
      'open.access_method': key.accessMethod,
    })
    .whereNull('workspace_sessions.ended_at')
    .modify((query) => {
      if (key.forUpdate === true) query.forUpdate('workspace_sessions');
    })
    .first<WorkspaceSession | undefined>(sessionColumns);
}

/** A session of this person, browser and workspace, ended or not. */
export async function findSession(
  db: Knex,
  key: SessionKey & { workspaceSessionId: number },
): Promise<WorkspaceSession | undefined> {
  return db('workspace_sessions')
    .where({
      'workspace_sessions.id': key.workspaceSessionId,
      'workspace_sessions.workspace_id': key.workspaceId,
      'workspace_sessions.user_id': key.userId,
      'workspace_sessions.session_id': key.browserSessionHash,
      'workspace_sessions.access_method': key.accessMethod,
    })
    .first<WorkspaceSession | undefined>(sessionColumns);
}

export interface ListedSession extends WorkspaceSession {
  person_name: string;
}

/** A page of a workspace's sessions, newest first, with who used it. */
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
    size: SHORT_PAGE_SIZE,
    read: (page) => readByMonths({ ...page, column }),
  };
  return readPage<ListedSession>(db, query, order, input.page);
}

/** Selects the sessions of a company: of a person, of a workspace, or of both. */
export interface SessionFilter {
  companyId: number;
  userId?: number | undefined;
  workspaceId?: number | undefined;
}

/** A session with the names that a reader knows things by. */
export interface NamedSession extends WorkspaceSession {
  person_name: string;
  workspace_name: string;
  /** True when the workspace can no longer be looked at. */
  is_workspace_deleted: boolean;
  /** Null in the person's own workspace. */
  owner_name: string | null;
}

/** A page of the sessions that began in the time, newest first. */
export async function listNamedSessions(
  db: Knex,
  input: SessionFilter & { from: Date; to: Date; page: TimedCursor },
): Promise<Page<NamedSession>> {
  const column = 'workspace_sessions.started_at';
  const narrowed = (): Knex.QueryBuilder =>
    db('workspace_sessions')
      .where('workspace_sessions.company_id', input.companyId)
      .where(column, '>=', input.from)
      .where(column, '<', input.to)
      .modify((query) => {
        if (input.userId !== undefined) void query.where('workspace_sessions.user_id', input.userId);
        if (input.workspaceId !== undefined)
          void query.where('workspace_sessions.workspace_id', input.workspaceId);
      });
  const query = narrowed()
    .join('users as person', 'person.id', 'workspace_sessions.user_id')
    .join('workspaces', 'workspaces.id', 'workspace_sessions.workspace_id')
    .leftJoin('users as owner', 'owner.id', 'workspace_sessions.on_behalf_of')
    .select([
      ...sessionColumns,
      'person.full_name as person_name',
      'workspaces.name as workspace_name',
      db.raw('workspaces.deleted_at is not null as is_workspace_deleted'),
      'owner.full_name as owner_name',
    ]);
  const order: KeysetOrder = {
    keys: [column, 'workspace_sessions.id'],
    direction: 'desc',
    startsAmong: nearCursor(narrowed(), column, input.page),
    size: PAGE_SIZE,
    read: (page) => readByMonths({ ...page, column, to: input.to }),
  };
  return readPage<NamedSession>(db, query, order, input.page);
}
