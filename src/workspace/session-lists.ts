import type { Knex } from 'knex';
import { readPage, type KeysetOrder, type Page } from '../keyset.ts';
import { readByMonths } from '../month-windows.ts';
import { nearCursor, type TimedCursor } from '../timed-cursor.ts';
import { sessionColumns, type WorkspaceSession } from './session-row.ts';

/** Sessions on one page of a list. */
const PAGE_SIZE = 25;

/** Which sessions of a company: of a person, of a workspace, or of both. */
export interface SessionFilter {
  companyId: number;
  userId?: number | undefined;
  workspaceId?: number | undefined;
}

/** A session with the names that a reader knows things by. */
export interface NamedSession extends WorkspaceSession {
  person_name: string;
  workspace_name: string;
  /** It can no longer be looked at. */
  is_workspace_deleted: boolean;
  /** Null in the person's own workspace. */
  owner_name: string | null;
}

/** One page of the sessions that began in the time, newest first. */
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
