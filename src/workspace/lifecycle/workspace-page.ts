import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import type { Page } from '../../db/keyset.ts';
import { timedEnds, type TimedCursor } from '../../db/timed-cursor.ts';
import { companyPerson, visibilityOf, type CompanyPerson } from '../company-person.ts';
import { findCompanyPlan, type CompanyPlan } from '../company-plan.ts';
import { isOverLimit } from '../over-limit.ts';
import { startOfMonth } from '../../local-calendar.ts';
import { listEntriesByOthers, type EntryByOther } from '../usage/entries-by-others.ts';
import { findWorkspace, listPeopleNames, type Workspace } from '../queries.ts';
import { listSessions, type ListedSession } from '../sessions/session-queries.ts';
import { sessionBounds } from '../sessions/session-bounds.ts';
import { IDLE_MINUTES, isInUse, type WorkspaceSession } from '../session-row.ts';
import { calculateUsageByUser, type UsageStats } from '../sessions/usage-stats.ts';
import { WorkspaceSessionTracker } from '../sessions/workspace-session-tracker.ts';
import { MINUTE_MS } from '../../durations.ts';

/** The people shown beside the history: those who used the workspace most. */
const PEOPLE_MAX = 10;

interface WorkspacePage {
  isAdmin: boolean;
  isOwn: boolean;
  workspace: Workspace;
  plan: CompanyPlan;
  /** The plan has no room for it, or for this person: it is kept, and closed. */
  isOver: boolean;
  /** The session in which this browser uses the workspace now. */
  session: OpenSession | null;
  month: UsageStats;
  total: UsageStats;
  sessions: HistoryRow[];
  newerUrl: string | null;
  olderUrl: string | null;
  people: (UsageStats & { user_id: number; full_name: string })[];
  /** For its owner: when others were here. */
  entered: EntryByOther[];
}

type OpenSession = WorkspaceSession & {
  /** When it ends unless it is used again. */
  idle_at: Date;
  /** Its length so far, and the same as hours, minutes and seconds. */
  open_seconds: number;
  timer_text: string;
  /** The server's time, from which the page's timer goes on. */
  now: Date;
};

type HistoryRow = ListedSession & {
  counted_seconds: number;
  /** Not ended, and used less than half an hour ago. */
  is_active: boolean;
  /** Colleagues see that an admin was here, not from where. */
  shows_address: boolean;
};

/**
 * The page of one workspace for this person. Throws `NotFound` for a workspace that the person may not see.
 */
export async function loadWorkspacePage(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean; page: TimedCursor },
): Promise<WorkspacePage> {
  const person = companyPerson(context, input);
  const { companyId } = person;
  const { workspaceId, isAdmin } = input;
  const workspace = await findWorkspace(db, { ...visibilityOf(person), workspaceId });
  if (workspace === undefined) throw new NotFound();
  const use = { companyId, workspaceId };
  const isOwn = workspace.owner_user_id === person.userId;
  const [plan, session, month, total, history, people, entered] = await Promise.all([
    findCompanyPlan(db, { companyId, at: context.at }),
    WorkspaceSessionTracker.getActiveSession(db, context, { workspaceId, accessMethod: 'web' }),
    WorkspaceSessionTracker.usageStats(db, context, { ...use, from: startOfMonth(context.at) }),
    WorkspaceSessionTracker.usageStats(db, context, use),
    listSessions(db, { ...use, page: input.page }),
    listPeople(db, use),
    isOwn ? listEntriesByOthers(db, { ...use, ownerUserId: person.userId, at: context.at }) : [],
  ]);
  return {
    isAdmin,
    isOwn,
    workspace,
    plan,
    isOver: await isOverLimit(db, plan.limits, { workspaceId, userId: person.userId }),
    session: session === undefined ? null : describeOpen(session, context.at),
    month,
    total,
    sessions: history.rows.map((row) => describeRow(row, person, context.at)),
    ...pageUrls(workspaceId, history),
    people,
    entered,
  };
}

/**
 * The session in which this browser uses the workspace, or null when there is none. Throws `NotFound` for a
 * workspace that the person may not see.
 */
export async function findOpenWorkspaceSessionId(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean },
): Promise<number | null> {
  const { workspaceId } = input;
  const workspace = await findWorkspace(db, { ...visibilityOf(companyPerson(context, input)), workspaceId });
  if (workspace === undefined) throw new NotFound();
  const session = await WorkspaceSessionTracker.getActiveSession(db, context, {
    workspaceId,
    accessMethod: 'web',
  });
  return session?.id ?? null;
}

function describeOpen(session: WorkspaceSession, at: Date): OpenSession {
  const idleAt = new Date(session.last_activity_at.getTime() + IDLE_MINUTES * MINUTE_MS);
  const openSeconds = Math.max(0, Math.floor((at.getTime() - session.started_at.getTime()) / 1000));
  const digits = (value: number): string => String(value).padStart(2, '0');
  const hours = String(Math.floor(openSeconds / 3600));
  const timerText = `${hours}:${digits(Math.floor((openSeconds % 3600) / 60))}:${digits(openSeconds % 60)}`;
  return { ...session, idle_at: idleAt, open_seconds: openSeconds, timer_text: timerText, now: at };
}

function describeRow(row: ListedSession, person: CompanyPerson, at: Date): HistoryRow {
  return {
    ...row,
    counted_seconds: sessionBounds(row).length_seconds,
    is_active: isInUse(row, at),
    shows_address: person.isAdmin || row.user_id === person.userId,
  };
}

async function listPeople(
  db: Knex,
  use: { companyId: number; workspaceId: number },
): Promise<WorkspacePage['people']> {
  const usage = await calculateUsageByUser(db, use);
  const most = usage.sort((a, b) => b.connected_seconds - a.connected_seconds).slice(0, PEOPLE_MAX);
  const names = await listPeopleNames(db, {
    companyId: use.companyId,
    userIds: most.map((person) => person.user_id),
  });
  const nameOf = new Map(names.map((person) => [person.id, person.full_name]));
  return most.map((person) => ({ ...person, full_name: nameOf.get(person.user_id) ?? '–' }));
}

function pageUrls(
  workspaceId: number,
  history: Page<ListedSession>,
): { newerUrl: string | null; olderUrl: string | null } {
  const url = (side: string, id: string | null): string | null =>
    id === null ? null : `/workspace/${String(workspaceId)}?${side}=${id}#history`;
  const { prevId, nextId } = timedEnds(history, (row) => row.started_at);
  return { newerUrl: url('after', prevId), olderUrl: url('before', nextId) };
}
