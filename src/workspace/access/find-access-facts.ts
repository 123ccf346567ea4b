import type { Knex } from 'knex';
import { missingAcceptancesOf } from '../../legal/queries.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';
import type { AccessMethod } from '../session-row.ts';

/** A host label with the hash of the cookie that came to it. */
export interface AccessQuestion {
  label: string;
  tokenHash: string | null;
}

/**
 * All that decides whether a request to a workspace's host is let in. Null: there is no such thing, or it is
 * over.
 */
export interface AccessFacts {
  label: string;
  token_hash: string | null;
  workspace_id: number | null;
  company_id: number | null;
  owner_user_id: number | null;
  deleted_at: Date | null;
  /** Since when its program should run; null: it should not. */
  wanted_running_since: Date | null;
  pass_user_id: number | null;
  /** SHA-256 of the browser session that the pass is bound to. */
  browser_session_id: string | null;
  is_signed_in: boolean;
  /** Null for somebody who is deactivated or not of the workspace's company. */
  role: 'member' | 'admin' | null;
  must_accept: boolean;
  /** When the subscription lapses. */
  paid_until: Date | null;
  /** The session in which this browser uses the workspace. */
  workspace_session_id: number | null;
  session_started_at: Date | null;
  last_activity_at: Date | null;
}

/** Names a host label together with a pass. */
export function keyOfQuestion({ label, tokenHash }: AccessQuestion): string {
  return `${label} ${tokenHash ?? ''}`;
}

/** What is known about each of the hosts and passes, in one statement however many they are. */
export async function findAccessFacts(db: Knex, asked: AccessQuestion[], at: Date): Promise<AccessFacts[]> {
  const passes = fromAsked(db, asked)
    .leftJoin('workspace_hosts as h', 'h.label', 'asked.label')
    .leftJoin('workspaces as w', { 'w.id': 'h.workspace_id', 'w.company_id': 'h.company_id' })
    .leftJoin('workspace_passes as p', (join) => {
      join.on('p.token_hash', 'asked.token_hash').andOn('p.workspace_id', 'w.id');
      join.andOn('p.company_id', 'w.company_id').andOn('p.expires_at', '>', db.raw('?::timestamptz', [at]));
    })
    .joinRaw(
      `left join browser_sessions as b on b.sid = p.browser_session_id and b.expire > ?::timestamptz
         and b.sess -> 'passport' ->> 'user' = p.user_id::text
         and to_timestamp((b.sess ->> 'signedInAt')::double precision / 1000) > ?::timestamptz - make_interval(days => ?)`,
      [at, at, SESSION_MAX_DAYS],
    );
  return selectFacts(db, passes, {
    pass: 'p',
    sessionId: 'p.browser_session_id',
    accessMethod: 'web',
    isSignedIn: 'b.sid is not null',
  });
}

/** What is asked about, as rows to join to: `asked.label` and `asked.token_hash`. */
export function fromAsked(db: Knex, asked: AccessQuestion[]): Knex.QueryBuilder {
  const rows = asked.map(({ label, tokenHash }) => ({ label, token_hash: tokenHash }));
  return db.from(
    db.raw('json_to_recordset(?::json) as asked(label text, token_hash text)', [JSON.stringify(rows)]),
  );
}

/** Where a door keeps what lets somebody in. */
interface FactSource {
  /** The alias of its table, which has `workspace_id` and `user_id`. */
  pass: string;
  /** The column that names the session in the evidence. */
  sessionId: string;
  accessMethod: AccessMethod;
  /** SQL: whether what the pass hangs on still holds. */
  isSignedIn: string;
}

/**
 * Reads the facts of one door from a query that has joined `asked`, the workspaces as `w` and its own passes:
 * the same of each, so that the same rules decide.
 */
export async function selectFacts(
  db: Knex,
  passes: Knex.QueryBuilder,
  source: FactSource,
): Promise<AccessFacts[]> {
  const { pass, sessionId } = source;
  const mustAccept = missingAcceptancesOf(db, db.ref(`${pass}.user_id`))
    .select(db.raw('1 as accept'))
    .limit(1)
    .as('must');
  return passes
    .leftJoin('users as u', (join) => {
      join.on('u.id', `${pass}.user_id`).andOn('u.company_id', 'w.company_id').andOnNull('u.deactivated_at');
    })
    .leftJoin('subscriptions as s', 's.company_id', 'w.company_id')
    .joinRaw('left join lateral ? on true', [db.raw('?', [mustAccept])])
    .leftJoin('open_workspace_sessions as o', (join) => {
      join.on('o.workspace_id', `${pass}.workspace_id`).andOn('o.user_id', `${pass}.user_id`);
      join.andOn('o.session_id', sessionId).andOnVal('o.access_method', source.accessMethod);
    })
    .leftJoin('workspace_sessions as ws', (join) => {
      join.on('ws.id', 'o.workspace_session_id').andOn('ws.started_at', 'o.started_at');
    })
    .select<AccessFacts[]>([
      'asked.label',
      'asked.token_hash',
      'w.id as workspace_id',
      'w.company_id',
      'w.owner_user_id',
      'w.deleted_at',
      'w.wanted_running_since',
      `${pass}.user_id as pass_user_id`,
      `${sessionId} as browser_session_id`,
      db.raw(`(${source.isSignedIn}) as is_signed_in`),
      'u.role',
      db.raw('must.accept is not null as must_accept'),
      db.raw('greatest(s.trial_ends_at, s.period_ends_at) as paid_until'),
      'ws.id as workspace_session_id',
      'ws.started_at as session_started_at',
      'ws.last_activity_at',
    ]);
}
