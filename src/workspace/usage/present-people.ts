import type { Knex } from 'knex';
import { countedBounds, type CountedSeconds } from '../sessions/session-bounds.ts';
import { idleLimit, sessionColumns, type WorkspaceSession } from '../session-row.ts';

/** People shown at once: a company with more of them at work looks for one by the page of a workspace. */
export const PRESENT_MAX = 200;

/** Somebody who is in a workspace now. */
export interface PresentPerson extends CountedSeconds {
  session_id: number;
  user_id: number;
  person_name: string;
  workspace_id: number;
  workspace_name: string;
  /** Null in the person's own workspace. */
  owner_name: string | null;
  started_at: Date;
  last_activity_at: Date;
  access_method: WorkspaceSession['access_method'];
}

interface PresentFilter {
  companyId: number;
  /**
   * Limits the list to this person, and to people in this person's workspaces; null shows everybody of the
   * company.
   */
  visibleTo: number | null;
  /** Only in these workspaces. */
  workspaceIds?: number[];
  at: Date;
}

/**
 * The people who are in the workspaces of a company now, the latest arrival first: sessions that have not
 * ended and were used in the last half hour. Open sessions are looked up by workspace, so that the length of
 * the past costs nothing.
 */
export async function listPresentPeople(db: Knex, filter: PresentFilter): Promise<PresentPerson[]> {
  const rows = await db('workspaces')
    .join('open_workspace_sessions as open', 'open.workspace_id', 'workspaces.id')
    .join('workspace_sessions', (join) => {
      join
        .on('workspace_sessions.id', 'open.workspace_session_id')
        .andOn('workspace_sessions.started_at', 'open.started_at');
    })
    .join('users as person', 'person.id', 'workspace_sessions.user_id')
    .leftJoin('users as owner', 'owner.id', 'workspace_sessions.on_behalf_of')
    .where('workspaces.company_id', filter.companyId)
    .whereNull('workspace_sessions.ended_at')
    .where('workspace_sessions.last_activity_at', '>=', idleLimit(filter.at))
    .modify((query) => {
      const { visibleTo, workspaceIds } = filter;
      if (workspaceIds !== undefined) void query.whereIn('workspaces.id', workspaceIds);
      if (visibleTo !== null)
        void query.where((own) => {
          void own.where('open.user_id', visibleTo).orWhere('workspaces.owner_user_id', visibleTo);
        });
    })
    .orderBy([
      { column: 'workspace_sessions.started_at', order: 'desc' },
      { column: 'workspace_sessions.id', order: 'desc' },
    ])
    .limit(PRESENT_MAX)
    .select<
      (WorkspaceSession & { person_name: string; workspace_name: string; owner_name: string | null })[]
    >([
      ...sessionColumns,
      'person.full_name as person_name',
      'workspaces.name as workspace_name',
      'owner.full_name as owner_name',
    ]);
  return rows.map((row) => ({
    session_id: row.id,
    user_id: row.user_id,
    person_name: row.person_name,
    workspace_id: row.workspace_id,
    workspace_name: row.workspace_name,
    owner_name: row.owner_name,
    started_at: row.started_at,
    last_activity_at: row.last_activity_at,
    access_method: row.access_method,
    ...countedBounds(row),
  }));
}
