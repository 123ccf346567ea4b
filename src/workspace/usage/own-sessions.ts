import type { Knex } from 'knex';
import { readPage, type KeysetOrder, type Page } from '../../db/keyset.ts';
import { readByMonths } from '../../db/month-windows.ts';
import { nearCursor, type TimedCursor } from '../../db/timed-cursor.ts';
import { sessionColumns, type WorkspaceSession } from '../session-row.ts';

/** A person of a company, whose sessions are meant. */
interface SessionOwner {
  companyId: number;
  userId: number;
}

/** A page of a person's own sessions, newest first, in every workspace and by every access method. */
export async function listOwnSessions(
  db: Knex,
  input: SessionOwner & { page: TimedCursor; size: number },
): Promise<Page<WorkspaceSession>> {
  const column = 'workspace_sessions.started_at';
  const own = ownSessions(input);
  const order: KeysetOrder = {
    keys: [column, 'workspace_sessions.id'],
    direction: 'desc',
    startsAmong: nearCursor(db('workspace_sessions').where(own), column, input.page),
    size: input.size,
    read: (page) => readByMonths({ ...page, column }),
  };
  return readPage<WorkspaceSession>(
    db,
    db('workspace_sessions').where(own).select(sessionColumns),
    order,
    input.page,
  );
}

/** A session of this person, ended or not; undefined when the session is another person's. */
export async function findOwnSession(
  db: Knex,
  input: SessionOwner & { workspaceSessionId: number },
): Promise<WorkspaceSession | undefined> {
  return db('workspace_sessions')
    .where({ ...ownSessions(input), 'workspace_sessions.id': input.workspaceSessionId })
    .first<WorkspaceSession | undefined>(sessionColumns);
}

function ownSessions({ companyId, userId }: SessionOwner): Record<string, number> {
  return { 'workspace_sessions.company_id': companyId, 'workspace_sessions.user_id': userId };
}
