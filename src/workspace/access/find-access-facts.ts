import type { Knex } from 'knex';
import { missingAcceptancesOf } from '../../legal/queries.ts';
import { askedHost, askedHostColumns, HOST_OF_ASKED } from '../find-host.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';
import type { AccessMethod } from '../session-row.ts';

/** A browser that asks for access: the label of the host, and the hash of the cookie that it sent. */
export interface BrowserClient {
  label: string;
  tokenHash: string | null;
}

/** Reads the facts about clients of one kind: browsers, or connections by SSH. */
export interface FactSource<Client> {
  /** Equal for two clients about whom the same is known. */
  keyOf(client: Client): string;
  /** The facts about each client by its key, in one statement however many there are. */
  find(db: Knex, clients: Client[], at: Date): Promise<Map<string, AccessFacts>>;
}

/**
 * All that decides whether a request may reach a workspace. Null: there is no such thing, or it is over.
 */
export interface AccessFacts {
  key: string;
  workspace_id: number | null;
  company_id: number | null;
  owner_user_id: number | null;
  deleted_at: Date | null;
  /** Since when its program should run; null when it should not run. */
  wanted_running_since: Date | null;
  user_id: number | null;
  /** Names the session in the evidence: SHA-256 of the browser session or of the connection by SSH. */
  session_id: string | null;
  /** The port of the workspace that the host names; null for the workspace itself. */
  port: number | null;
  /** The browser session still holds; or, by SSH, the key has not been removed. */
  is_signed_in: boolean;
  /** Null for somebody who is deactivated or not of the workspace's company. */
  role: 'member' | 'admin' | null;
  /** Since when the person has a second factor; null without one. */
  second_factor_at: Date | null;
  /** From when on the company asks for one; null when it does not. */
  second_factor_required_from: Date | null;
  must_accept: boolean;
  /** Until when the subscription lets workspaces be opened. */
  opens_until: Date | null;
  /** The open session of this client in the workspace. */
  workspace_session_id: number | null;
  session_started_at: Date | null;
  last_activity_at: Date | null;
}

/** The access facts of browsers, by the host and the cookie of their request. */
export const browserFacts: FactSource<BrowserClient> = {
  keyOf: ({ label, tokenHash }) => `${label} ${tokenHash ?? ''}`,
  find: (db, clients, at) => {
    const rows = clients.map((client) => ({
      ...{ key: browserFacts.keyOf(client), token_hash: client.tokenHash },
      ...askedHost(client.label),
    }));
    const asked = rowsOf(db, `key text, token_hash text, ${askedHostColumns}`, rows)
      .joinRaw(`left join ${HOST_OF_ASKED}`)
      .leftJoin('workspaces as w', { 'w.id': 'h.workspace_id', 'w.company_id': 'h.company_id' })
      .leftJoin('workspace_passes as p', (join) => {
        join.on('p.token_hash', 'asked.token_hash').andOn('p.workspace_id', 'w.id');
        join.andOn('p.company_id', 'w.company_id').andOn('p.expires_at', '>', db.raw('?::timestamptz', [at]));
        // A cookie is good at the host that it was given for.
        join.andOn(db.raw('p.port is not distinct from h.port'));
      })
      .joinRaw(
        `left join browser_sessions as b on b.sid = p.browser_session_id and b.expire > ?::timestamptz
           and b.sess -> 'passport' ->> 'user' = p.user_id::text
           and to_timestamp((b.sess ->> 'signedInAt')::double precision / 1000) > ?::timestamptz - make_interval(days => ?)`,
        [at, at, SESSION_MAX_DAYS],
      );
    return selectFacts(db, asked, {
      credential: 'p',
      browserSessionHash: 'p.browser_session_id',
      accessMethod: 'web',
      isSignedIn: 'b.sid is not null',
      port: 'h.port',
    });
  },
};

/** A list of values as the table `asked`, to join to; one of its columns is `key`. */
export function rowsOf(db: Knex, columns: string, rows: { key: string }[]): Knex.QueryBuilder {
  return db.from(db.raw(`json_to_recordset(?::json) as asked(${columns})`, [JSON.stringify(rows)]));
}

/** Where the facts about one kind of client come from. */
interface Origin {
  /** The alias of the table of what lets the person in; it has `workspace_id` and `user_id`. */
  credential: string;
  /** The column that names the session in the evidence. */
  browserSessionHash: string;
  accessMethod: AccessMethod;
  /** SQL: whether what the credential depends on still holds. */
  isSignedIn: string;
  /** SQL: the port of the workspace that is asked for; null for its program. */
  port: string;
}

/**
 * Reads the facts from a query that has joined `asked`, the workspaces as `w` and the credentials of one kind
 * of client. All kinds get the same facts, so that the same rules decide.
 */
export async function selectFacts(
  db: Knex,
  asked: Knex.QueryBuilder,
  origin: Origin,
): Promise<Map<string, AccessFacts>> {
  const { credential, browserSessionHash } = origin;
  const mustAccept = missingAcceptancesOf(db, db.ref(`${credential}.user_id`))
    .select(db.raw('1 as accept'))
    .limit(1)
    .as('must');
  const rows = await asked
    .leftJoin('users as u', (join) => {
      join
        .on('u.id', `${credential}.user_id`)
        .andOn('u.company_id', 'w.company_id')
        .andOnNull('u.deactivated_at');
    })
    .leftJoin('subscriptions as s', 's.company_id', 'w.company_id')
    .leftJoin('second_factor_policies as policy', 'policy.company_id', 'w.company_id')
    .joinRaw('left join lateral ? on true', [db.raw('?', [mustAccept])])
    .leftJoin('open_workspace_sessions as o', (join) => {
      join.on('o.workspace_id', `${credential}.workspace_id`).andOn('o.user_id', `${credential}.user_id`);
      join.andOn('o.session_id', browserSessionHash).andOnVal('o.access_method', origin.accessMethod);
    })
    .leftJoin('workspace_sessions as ws', (join) => {
      join.on('ws.id', 'o.workspace_session_id').andOn('ws.started_at', 'o.started_at');
    })
    .select<AccessFacts[]>([
      'asked.key',
      'w.id as workspace_id',
      'w.company_id',
      'w.owner_user_id',
      'w.deleted_at',
      'w.wanted_running_since',
      `${credential}.user_id as user_id`,
      `${browserSessionHash} as session_id`,
      db.raw(`(${origin.isSignedIn}) as is_signed_in`),
      db.raw(`${origin.port} as port`),
      'u.role',
      'u.second_factor_at',
      'policy.required_from as second_factor_required_from',
      db.raw('must.accept is not null as must_accept'),
      's.opens_until',
      'ws.id as workspace_session_id',
      'ws.started_at as session_started_at',
      'ws.last_activity_at',
    ]);
  return new Map(rows.map((row) => [row.key, row]));
}
