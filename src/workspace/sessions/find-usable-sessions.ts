import type { Knex } from 'knex';
import { missingAcceptancesOf } from '../../legal/queries.ts';

/** A session as its person reports in it. */
interface ReportedSession {
  workspaceSessionId: number;
  startedAt: Date;
  /** Admins use every workspace of their company, members their own. */
  isAdmin: boolean;
}

/** An open session whose person may go on in it. */
interface UsableSession {
  id: number;
  last_activity_at: Date;
  /** Until when the subscription lets workspaces be opened. */
  opens_until: Date;
}

/**
 * Finds the sessions in which a report would count: open, in a workspace that exists and that the person may
 * see, of a person who has accepted the legal texts in force. The checks are those of a single
 * report. Throws when there is no answer in time.
 */
export async function findUsableSessions(
  db: Knex,
  reported: ReportedSession[],
  timeoutMs: number,
): Promise<UsableSession[]> {
  const asked = reported.map(({ workspaceSessionId, startedAt, isAdmin }) => ({
    id: workspaceSessionId,
    started_at: startedAt,
    is_admin: isAdmin,
  }));
  return db
    .from(
      db.raw('json_to_recordset(?::json) as r(id bigint, started_at timestamptz, is_admin boolean)', [
        JSON.stringify(asked),
      ]),
    )
    .join('workspace_sessions as s', (join) => {
      join
        .on('s.id', 'r.id')
        .andOn('s.started_at', '>=', 'r.started_at')
        .andOn('s.started_at', '<', db.raw("r.started_at + interval '1 millisecond'"));
    })
    .join('workspaces', { 'workspaces.id': 's.workspace_id', 'workspaces.company_id': 's.company_id' })
    .join('subscriptions', 'subscriptions.company_id', 's.company_id')
    .whereNull('s.ended_at')
    .whereNull('workspaces.deleted_at')
    .whereRaw('(r.is_admin or workspaces.owner_user_id = s.user_id)')
    .whereNotExists(missingAcceptancesOf(db, db.ref('s.user_id')))
    .select<UsableSession[]>(['s.id', 's.last_activity_at', 'subscriptions.opens_until'])
    .timeout(timeoutMs);
}
