import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { AuditAction } from '../../src/audit/actions.ts';
import { createToken } from '../../src/workspace/workspace-cookie.ts';
import {
  buildAccessToken,
  buildMail,
  buildPayment,
  buildSshKey,
  buildUser,
  buildWorkspace,
  type Cast,
} from '../support/programs/build.ts';
import { buildStoredCard } from '../billing/stored-cards/build.ts';
import { newKeyLine } from '../support/programs/ssh-keys.ts';
import { financeRules, invoiceOf } from './finance-routes.ts';
import { legalInvoiceRules } from './legal-invoice-routes.ts';
import { disputeRules } from './dispute-routes.ts';
import { statementRules } from './statement-routes.ts';
import { exhibitRules } from './exhibit-routes.ts';
import { refundRules } from './refund-routes.ts';
import { secondFactorRules } from './second-factor-routes.ts';

/**
 * The visitors: nobody, Bob and Alice of Acme, Charlie of Globex, Olivia of the platform. The target is
 * always Acme's.
 */
export const visitors = ['stranger', 'bob', 'alice', 'charlie', 'olivia'] as const;
export type VisitorName = (typeof visitors)[number];

interface Target {
  path: string;
  form?: Record<string, string>;
}

export interface RouteRule {
  /** Method and pattern as mounted. */
  route: string;
  /** Something of Acme's to ask for; made anew for every visitor. */
  target(db: Knex, cast: Cast): Promise<Target> | Target;
  /** The status that each visitor gets. */
  expect: Record<VisitorName, number>;
  /** The action that a success leaves in the audit trail, or why there is none. */
  audit: AuditAction | { none: string };
  /** The row that follows when a download has ended. */
  follows?: AuditAction;
  /** The action is about the platform, so its row names no company, whichever one an operator looks at. */
  isAboutNoCompany?: true;
  /**
   * The reason why a route that writes is meant for the platform's staff as well. Without a reason they are
   * refused.
   */
  forStaff?: string;
  /**
   * For a route of the API: the status with a token of that person, where `expect` is the status for a
   * browser's cookies.
   */
  byToken?: { bob: number; alice: number; charlie: number };
}

const everyone = (status: number): RouteRule['expect'] => ({
  stranger: status,
  bob: status,
  alice: status,
  charlie: status,
  olivia: status,
});

/** A page: strangers are sent to sign in. */
const page = (bob: number, alice: number, charlie: number, olivia: number): RouteRule['expect'] => ({
  stranger: 303,
  bob,
  alice,
  charlie,
  olivia,
});

/** A change: strangers are refused. */
const change = (bob: number, alice: number, charlie: number, olivia: number): RouteRule['expect'] => ({
  ...page(bob, alice, charlie, olivia),
  stranger: 401,
});

const reading = { none: 'changes nothing' };

/** The public name of Acme's log, which has one record. */
const acmeLog = async (db: Knex, { acme }: Cast): Promise<string> => {
  const made = await db('transparency_logs')
    .insert({ company_id: acme.id, created_at: new Date(), sequenced: 1, integrated: 1, published: 1 })
    .onConflict('company_id')
    .ignore()
    .returning<{ id: number }[]>('id');
  for (const { id: log_id } of made) {
    const root = Buffer.alloc(32, 1);
    await db('log_tiles').insert({ log_id, level: 0, tile_index: 0, hashes: root });
    await db('log_checkpoints').insert({ log_id, size: 1, root, note: 'note', published_at: new Date() });
  }
  const log = await db('transparency_logs')
    .where({ company_id: acme.id })
    .first<{ log_uuid: string }>('log_uuid');
  return log.log_uuid;
};

const ownTest = (file: string): { none: string } => ({ none: `see ${file}` });

const alicesWorkspace = async (db: Knex, { acme, alice }: Cast): Promise<number> =>
  (await buildWorkspace(db, { company_id: acme.id, owner_user_id: alice.id })).id;

const bobsWorkspace = async (db: Knex, { acme, bob }: Cast): Promise<number> =>
  (await buildWorkspace(db, { company_id: acme.id, owner_user_id: bob.id })).id;

const bobsDeletedWorkspace = async (db: Knex, cast: Cast): Promise<number> => {
  const id = await bobsWorkspace(db, cast);
  await db('workspaces').where({ id }).update({ deleted_at: new Date(), deleted_by: cast.bob.id });
  return id;
};

const alicesHost = async (db: Knex, cast: Cast): Promise<string> => {
  const label = `at-${randomUUID()}`;
  const workspace_id = await alicesWorkspace(db, cast);
  await db('workspace_hosts').insert({
    label,
    workspace_id,
    company_id: cast.acme.id,
    created_at: new Date(),
  });
  return label;
};

/** Alice's, in another browser of hers. */
const alicesEntry = async (db: Knex, cast: Cast): Promise<string> => {
  const { token, hash } = createToken();
  await db('workspace_tickets').insert({
    token_hash: hash,
    workspace_id: await alicesWorkspace(db, cast),
    company_id: cast.acme.id,
    user_id: cast.alice.id,
    browser_session_id: randomUUID(),
    created_at: new Date(),
    expires_at: new Date(Date.now() + 30_000),
  });
  return new URLSearchParams({ entry: token, state: 'a'.repeat(64) }).toString();
};

const acmeMember = async (db: Knex, { acme }: Cast): Promise<number> =>
  (await buildUser(db, { company_id: acme.id })).id;

/** An audit row of Acme. */
const acmeRecord = async (db: Knex, { acme, bob }: Cast): Promise<number> => {
  const [row] = await db('audit_logs')
    .insert({
      event_id: randomUUID(),
      timestamp: new Date(),
      company_id: acme.id,
      user_id: bob.id,
      actor_type: 'user',
      action_type: 'logout',
      success: true,
    })
    .returning<{ id: number }[]>('id');
  return row?.id ?? 0;
};

/** An alert about Bob. */
const bobsAlert = async (db: Knex, { acme, bob }: Cast): Promise<number> => {
  const [row] = await db('alerts')
    .insert({
      company_id: acme.id,
      user_id: bob.id,
      event_id: randomUUID(),
      event_at: new Date(),
      action: 'login',
      rules: ['new-device'],
      is_serious: false,
      raised_at: new Date(),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const bobsIncident = async (db: Knex, { acme, bob }: Cast): Promise<number> => {
  const [row] = await db('incidents')
    .insert({ company_id: acme.id, user_id: bob.id, opened_at: new Date() })
    .returning<{ id: number }[]>('id');
  await db('incident_steps').insert({ incident_id: row!.id, at: new Date(), kind: 'opened' });
  return row!.id;
};

/** The address of an admin page as this visitor would have it: an operator names the company. */
export const adminPath = (path: string, cast: Cast, visitor: VisitorName): string =>
  visitor === 'olivia' ? `${path}${path.includes('?') ? '&' : '?'}company=${cast.acme.id}` : path;

/** Cancels the subscriptions of both companies, or takes that back. */
const setCancellation = async (db: Knex, { acme, globex }: Cast, at: Date | null): Promise<void> => {
  await db('subscriptions')
    .whereIn('company_id', [acme.id, globex.id])
    .update({ cancel_requested_at: at, cancels_at: at, cancelled_by: null, cancel_reason: null });
};

/** Both companies have a stored card. */
const storedCards = async (db: Knex, { acme, globex, alice, charlie }: Cast): Promise<void> => {
  await buildStoredCard(db, { company_id: acme.id, user_id: alice.id });
  await buildStoredCard(db, { company_id: globex.id, user_id: charlie.id });
};

/** Both companies want another plan than they have paid for, or not. */
const setWantedPlan = async (db: Knex, cast: Cast, wanted: string | null): Promise<void> => {
  await setCancellation(db, cast, null);
  await db('subscriptions')
    .whereIn('company_id', [cast.acme.id, cast.globex.id])
    .update({ wanted_plan: wanted });
};

const pendingOrder = async (db: Knex, { acme, alice }: Cast): Promise<string> =>
  (await buildPayment(db, { company_id: acme.id, user_id: alice.id, gateway_token: 'opens-nothing' }))
    .merchant_oid;

const invitationOf = async (db: Knex, { acme, alice }: Cast): Promise<number> => {
  const unique = Math.random().toString(36).slice(2);
  const [row] = await db('invitations')
    .insert({
      company_id: acme.id,
      email: `invited-${unique}@example.com`,
      role: 'member',
      token_hash: unique,
      invited_by: alice.id,
      created_at: new Date(),
      expires_at: new Date(Date.now() + 86_400_000),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const mailTo = async (db: Knex, { acme, bob }: Cast): Promise<number> =>
  (await buildMail(db, { company_id: acme.id, user_id: bob.id, recipient: bob.email })).id;

const holdOn = async (db: Knex, { acme, olivia }: Cast): Promise<number> => {
  const [row] = await db('legal_holds')
    .insert({
      company_id: acme.id,
      kind: 'dispute',
      reference: Math.random().toString(36).slice(2),
      reason: 'the bank asks',
      placed_at: new Date(),
      placed_by: olivia.id,
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const dataRequestOf = async (
  db: Knex,
  { acme, bob, olivia }: Cast,
  isAnswered = false,
  isChecked = isAnswered,
): Promise<number> => {
  const at = new Date();
  const checked = { identity_check: 'known', identity_by: olivia.id, identity_at: at };
  const answer = {
    decision: 'granted',
    ground: 'art. 11',
    kept_words: '',
    answered_by: olivia.id,
    answered_at: at,
    letter: 'Dear Bob',
  };
  const [row] = await db('data_requests')
    .insert({
      kind: 'erasure',
      channel: 'form',
      user_id: bob.id,
      company_id: acme.id,
      full_name: 'Bob',
      email: bob.email,
      locale: 'en',
      words: 'all of it',
      received_at: at,
      ...(isChecked ? checked : {}),
      ...(isAnswered ? answer : {}),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const alicesExport = async (db: Knex, { alice }: Cast): Promise<string> => {
  const token = randomUUID();
  await db('export_progress').insert({ user_id: alice.id, token, state: 'running', updated_at: new Date() });
  return token;
};

/** A session of Bob's, opened with no token that the rules have. */
const bobsSession = async (db: Knex, { acme, bob }: Cast): Promise<number> => {
  const workspaceId = (await buildWorkspace(db, { company_id: acme.id, owner_user_id: bob.id })).id;
  const [row] = await db('workspace_sessions')
    .insert({
      company_id: acme.id,
      workspace_id: workspaceId,
      user_id: bob.id,
      started_at: new Date(),
      last_activity_at: new Date(),
      session_id: randomUUID(),
      access_method: 'api',
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const bobsToken = async (db: Knex, { bob }: Cast): Promise<number> => (await buildAccessToken(db, bob)).id;

const bobsKey = async (db: Knex, { bob }: Cast): Promise<number> => (await buildSshKey(db, bob)).id;

/** A browser of Bob's beside the one that visits. */
const bobsBrowser = async (db: Knex, { bob }: Cast): Promise<string> => {
  const sid = createHash('sha256').update(randomUUID()).digest('hex');
  const sess = { cookie: {}, passport: { user: String(bob.id) }, signedInAt: Date.now(), version: 0 };
  await db('browser_sessions').insert({ sid, sess, expire: new Date(Date.now() + 3_600_000) });
  return sid;
};

const bobsDevice = async (db: Knex, { bob }: Cast): Promise<number> => {
  const seen = { created_at: new Date(), last_used_at: new Date() };
  const [row] = await db('known_devices')
    .insert({ user_id: bob.id, token_hash: randomUUID(), ...seen })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const byToken = (bob: number, alice: number, charlie: number): NonNullable<RouteRule['byToken']> => ({
  bob,
  alice,
  charlie,
});

/** Every route of the product. A route that is mounted and not here fails the test that walks them. */
export const routeRules: RouteRule[] = [
  { route: 'GET /healthz', target: () => ({ path: '/healthz' }), expect: everyone(200), audit: reading },
  { route: 'GET /readyz', target: () => ({ path: '/readyz' }), expect: everyone(200), audit: reading },
  // Workspaces run here, and could ask as well: only with METRICS_TOKEN.
  { route: 'GET /metrics', target: () => ({ path: '/metrics' }), expect: everyone(401), audit: reading },
  {
    route: 'GET /log/:uuid/checkpoint',
    target: async (db, cast) => ({ path: `/log/${await acmeLog(db, cast)}/checkpoint` }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /log/:uuid/tile/*path',
    target: async (db, cast) => ({ path: `/log/${await acmeLog(db, cast)}/tile/0/000.p/1` }),
    expect: everyone(200),
    audit: reading,
  },
  { route: 'GET /verify', target: () => ({ path: '/verify' }), expect: everyone(200), audit: reading },
  {
    route: 'GET /verify.mjs',
    target: () => ({ path: '/verify.mjs' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /log',
    target: () => ({ path: '/log' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-bundle-1.0.json',
    target: () => ({ path: '/schemas/evidence-bundle-1.0.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-bundle-1.1.json',
    target: () => ({ path: '/schemas/evidence-bundle-1.1.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-bundle-1.2.json',
    target: () => ({ path: '/schemas/evidence-bundle-1.2.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-lines-1.0.json',
    target: () => ({ path: '/schemas/evidence-lines-1.0.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-lines-1.1.json',
    target: () => ({ path: '/schemas/evidence-lines-1.1.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /schemas/evidence-lines-1.2.json',
    target: () => ({ path: '/schemas/evidence-lines-1.2.json' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /',
    target: () => ({ path: '/' }),
    expect: { ...everyone(303), stranger: 200 },
    audit: reading,
  },
  {
    route: 'POST /locale',
    target: () => ({ path: '/locale', form: { locale: 'tr', returnTo: '/' } }),
    expect: everyone(303),
    audit: 'locale_changed',
    forStaff: 'their own language',
  },

  {
    route: 'GET /auth/login',
    target: () => ({ path: '/auth/login' }),
    expect: { ...everyone(303), stranger: 200 },
    audit: reading,
  },
  {
    route: 'POST /auth/login',
    target: () => ({
      path: '/auth/login',
      form: { email: 'nobody@example.com', password: 'wrong password' },
    }),
    expect: everyone(422),
    audit: ownTest('test/auth'),
  },
  {
    route: 'POST /auth/logout',
    target: () => ({ path: '/auth/logout' }),
    expect: everyone(303),
    audit: 'logout',
    forStaff: 'their own sign-out',
  },
  {
    route: 'GET /auth/register',
    target: () => ({ path: '/auth/register' }),
    expect: { ...everyone(303), stranger: 200 },
    audit: reading,
  },
  {
    route: 'POST /auth/register',
    target: () => ({ path: '/auth/register', form: {} }),
    expect: { ...everyone(303), stranger: 422 },
    audit: ownTest('test/auth'),
    forStaff: 'somebody signed in is led to the start; see test/auth',
  },
  {
    route: 'GET /auth/accept-invite/:token',
    target: () => ({ path: '/auth/accept-invite/unknown' }),
    expect: everyone(404),
    audit: reading,
  },
  {
    route: 'POST /auth/accept-invite/:token',
    target: () => ({ path: '/auth/accept-invite/unknown', form: {} }),
    expect: everyone(404),
    audit: ownTest('test/auth'),
  },

  {
    route: 'GET /account',
    target: () => ({ path: '/account' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  ...secondFactorRules,
  ...financeRules,
  ...legalInvoiceRules,
  ...refundRules,
  ...disputeRules,
  ...statementRules,
  ...exhibitRules,
  {
    route: 'GET /account/data',
    target: () => ({ path: '/account/data' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /account/data/requests',
    target: () => ({ path: '/account/data/requests', form: { kind: 'erasure', words: 'all of it' } }),
    expect: change(303, 303, 303, 303),
    audit: 'data_request_received',
    forStaff: 'they are people too',
  },
  {
    route: 'GET /account/data/requests/:id',
    target: async (db, cast) => ({ path: `/account/data/requests/${await dataRequestOf(db, cast)}` }),
    expect: page(200, 404, 404, 404),
    audit: reading,
  },
  {
    route: 'GET /admin/record-of-processing',
    target: () => ({ path: '/admin/record-of-processing' }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/record-of-processing.csv',
    target: () => ({ path: '/admin/record-of-processing.csv' }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/requests',
    target: () => ({ path: '/admin/requests' }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/requests',
    target: (_db, cast) => ({
      path: '/admin/requests',
      form: {
        kind: 'erasure',
        channel: 'kep',
        receivedOn: '2026-01-02',
        fullName: 'Bob',
        email: cast.bob.email,
        locale: 'en',
        words: 'all of it',
      },
    }),
    expect: change(404, 404, 404, 303),
    audit: 'data_request_received',
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /admin/requests/:id',
    target: async (db, cast) => ({ path: `/admin/requests/${await dataRequestOf(db, cast)}` }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/requests/:id/letter',
    target: async (db, cast) => ({ path: `/admin/requests/${await dataRequestOf(db, cast, true)}/letter` }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/requests/:id/identity',
    target: async (db, cast) => ({
      path: `/admin/requests/${await dataRequestOf(db, cast)}/identity`,
      form: { words: 'known voice' },
    }),
    expect: change(404, 404, 404, 303),
    audit: 'data_request_identity_checked',
    forStaff: 'theirs alone',
  },
  {
    route: 'POST /admin/requests/:id/notes',
    target: async (db, cast) => ({
      path: `/admin/requests/${await dataRequestOf(db, cast)}/notes`,
      form: { words: 'asked again' },
    }),
    expect: change(404, 404, 404, 303),
    audit: 'data_request_noted',
    forStaff: 'theirs alone',
  },
  {
    route: 'POST /admin/requests/:id/answer',
    target: async (db, cast) => ({
      path: `/admin/requests/${await dataRequestOf(db, cast, false, true)}/answer`,
      form: { decision: 'granted', ground: 'art. 11', keptWords: '' },
    }),
    expect: change(404, 404, 404, 303),
    audit: 'data_request_answered',
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /account/data/download.:form',
    target: () => ({ path: '/account/data/download.json' }),
    expect: page(200, 200, 200, 200),
    audit: 'own_data_exported',
    follows: 'own_data_export_finished',
  },
  {
    route: 'GET /account/profile',
    target: () => ({ path: '/account/profile' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /account/profile',
    target: () => ({ path: '/account/profile', form: { fullName: '' } }),
    expect: change(422, 422, 422, 422),
    audit: ownTest('test/account/account.test.ts'),
  },
  {
    route: 'GET /account/sign-ins',
    target: () => ({ path: '/account/sign-ins' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /account/browsers',
    target: () => ({ path: '/account/browsers' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /account/browsers/others',
    target: () => ({ path: '/account/browsers/others' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /account/browsers/others',
    target: () => ({ path: '/account/browsers/others' }),
    expect: change(303, 303, 303, 303),
    audit: ownTest('test/account/browsers.test.ts: a row for each browser that is signed out'),
    forStaff: 'their own browsers',
  },
  {
    route: 'POST /account/browsers/:sid/revoke',
    target: async (db, cast) => ({ path: `/account/browsers/${await bobsBrowser(db, cast)}/revoke` }),
    expect: change(303, 404, 404, 404),
    audit: 'browser_session_revoked',
  },
  {
    route: 'GET /account/devices',
    target: () => ({ path: '/account/devices' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /account/devices/:id/forget',
    target: async (db, cast) => ({ path: `/account/devices/${await bobsDevice(db, cast)}/forget` }),
    expect: change(303, 404, 404, 404),
    audit: 'device_forgotten',
  },
  {
    route: 'GET /auth/tokens',
    target: () => ({ path: '/auth/tokens' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /auth/tokens',
    target: () => ({ path: '/auth/tokens', form: { name: 'build', days: '30', workspacesRead: 'on' } }),
    expect: change(200, 200, 200, 403),
    audit: 'token_created',
  },
  {
    route: 'POST /auth/tokens/:id/revoke',
    target: async (db, cast) => ({ path: `/auth/tokens/${await bobsToken(db, cast)}/revoke` }),
    expect: change(303, 404, 404, 403),
    audit: 'token_revoked',
  },
  {
    route: 'GET /auth/ssh-keys',
    target: () => ({ path: '/auth/ssh-keys' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /auth/ssh-keys',
    target: () => ({ path: '/auth/ssh-keys', form: { label: 'laptop', key: newKeyLine() } }),
    expect: change(303, 303, 303, 403),
    audit: 'ssh_key_added',
  },
  {
    route: 'GET /auth/ssh-keys/:id/prove',
    target: async (db, cast) => ({ path: `/auth/ssh-keys/${await bobsKey(db, cast)}/prove` }),
    expect: page(200, 404, 404, 403),
    audit: reading,
  },
  {
    route: 'POST /auth/ssh-keys/:id/prove',
    target: async (db, cast) => ({
      path: `/auth/ssh-keys/${await bobsKey(db, cast)}/prove`,
      form: { challenge: 'x', signature: 'x' },
    }),
    expect: change(422, 404, 404, 403),
    audit: ownTest('test/credentials/proof/proof.test.ts'),
  },
  {
    route: 'GET /auth/ssh-keys/:id/remove',
    target: async (db, cast) => ({ path: `/auth/ssh-keys/${await bobsKey(db, cast)}/remove` }),
    expect: page(200, 404, 404, 403),
    audit: reading,
  },
  {
    route: 'POST /auth/ssh-keys/:id/remove',
    target: async (db, cast) => ({ path: `/auth/ssh-keys/${await bobsKey(db, cast)}/remove` }),
    expect: change(303, 404, 404, 403),
    audit: 'ssh_key_removed',
  },

  {
    route: 'GET /api/v1/openapi.json',
    target: () => ({ path: '/api/v1/openapi.json' }),
    expect: everyone(200),
    byToken: byToken(200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /api/v1/workspaces',
    target: () => ({ path: '/api/v1/workspaces' }),
    expect: everyone(401),
    byToken: byToken(200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /api/v1/workspaces',
    target: () => ({
      path: '/api/v1/workspaces',
      form: { name: `w-${Math.random().toString(36).slice(2)}` },
    }),
    expect: everyone(401),
    byToken: byToken(201, 201, 201),
    audit: 'workspace_create',
  },
  {
    route: 'GET /api/v1/workspaces/:id',
    target: async (db, cast) => ({ path: `/api/v1/workspaces/${await alicesWorkspace(db, cast)}` }),
    expect: everyone(401),
    byToken: byToken(404, 200, 404),
    audit: reading,
  },
  {
    route: 'DELETE /api/v1/workspaces/:id',
    target: async (db, cast) => ({ path: `/api/v1/workspaces/${await bobsWorkspace(db, cast)}` }),
    expect: everyone(401),
    byToken: byToken(204, 204, 404),
    audit: 'workspace_delete',
  },
  {
    route: 'POST /api/v1/workspaces/:id/start',
    target: async (db, cast) => ({ path: `/api/v1/workspaces/${await bobsWorkspace(db, cast)}/start` }),
    expect: everyone(401),
    byToken: byToken(200, 200, 404),
    audit: 'workspace_started',
  },
  {
    route: 'POST /api/v1/workspaces/:id/stop',
    target: async (db, cast) => ({ path: `/api/v1/workspaces/${await bobsWorkspace(db, cast)}/stop` }),
    expect: everyone(401),
    byToken: byToken(200, 200, 404),
    audit: 'workspace_stopped',
  },
  {
    route: 'POST /api/v1/workspaces/:id/sessions',
    target: async (db, cast) => ({ path: `/api/v1/workspaces/${await alicesWorkspace(db, cast)}/sessions` }),
    expect: everyone(401),
    byToken: byToken(404, 201, 404),
    audit: 'workspace_access',
  },
  {
    route: 'GET /api/v1/sessions',
    target: () => ({ path: '/api/v1/sessions' }),
    expect: everyone(401),
    byToken: byToken(200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /api/v1/sessions/:id',
    target: async (db, cast) => ({ path: `/api/v1/sessions/${await bobsSession(db, cast)}` }),
    expect: everyone(401),
    byToken: byToken(200, 404, 404),
    audit: reading,
  },
  {
    route: 'POST /api/v1/sessions/:id/touch',
    target: async (db, cast) => ({ path: `/api/v1/sessions/${await bobsSession(db, cast)}/touch` }),
    expect: everyone(401),
    byToken: byToken(404, 404, 404),
    audit: ownTest('test/api: a session is continued with the token that opened it'),
  },
  {
    route: 'POST /api/v1/sessions/:id/end',
    target: async (db, cast) => ({ path: `/api/v1/sessions/${await bobsSession(db, cast)}/end` }),
    expect: everyone(401),
    byToken: byToken(404, 404, 404),
    audit: ownTest('test/api: a session is ended with the token that opened it'),
  },

  {
    route: 'GET /legal/terms',
    target: () => ({ path: '/legal/terms' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/pre-information',
    target: () => ({ path: '/legal/pre-information' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/distance-sales',
    target: () => ({ path: '/legal/distance-sales' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/company-sales',
    target: () => ({ path: '/legal/company-sales' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/refund-policy',
    target: () => ({ path: '/legal/refund-policy' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/stored-card',
    target: () => ({ path: '/legal/stored-card' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/privacy',
    target: () => ({ path: '/legal/privacy' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/:kind/:version',
    target: () => ({ path: '/legal/terms/2026-11-01' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/:kind/:version/:locale.txt',
    target: () => ({ path: '/legal/terms/2026-11-01/en.txt' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'GET /legal/accept',
    target: () => ({ path: '/legal/accept' }),
    expect: { ...everyone(303), olivia: 200 },
    audit: reading,
  },
  {
    route: 'POST /legal/accept',
    target: () => ({ path: '/legal/accept', form: { acceptTerms: 'on', acceptPrivacy: 'on' } }),
    expect: change(303, 303, 303, 303),
    audit: ownTest('test/legal'),
    forStaff: 'leads to the start: staff have nothing to accept, see test/legal',
  },

  {
    route: 'GET /workspace',
    target: () => ({ path: '/workspace' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /workspace',
    target: () => ({ path: '/workspace', form: { name: `w-${Math.random().toString(36).slice(2)}` } }),
    expect: change(303, 303, 303, 403),
    audit: 'workspace_create',
  },
  {
    route: 'GET /workspace/now',
    target: () => ({ path: '/workspace/now' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/sessions',
    target: () => ({ path: '/workspace/sessions' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/:id/sessions',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}/sessions` }),
    expect: page(404, 200, 404, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/forward-auth',
    target: () => ({ path: '/workspace/forward-auth' }),
    expect: everyone(403),
    audit: reading,
  },
  {
    route: 'GET /workspace/at/:label',
    target: async (db, cast) => ({ path: `/workspace/at/${await alicesHost(db, cast)}` }),
    expect: page(404, 303, 404, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/entry',
    target: async (db, cast) => ({ path: `/workspace/entry?${await alicesEntry(db, cast)}` }),
    expect: page(403, 403, 403, 403),
    // The button that began it has left the row; nobody here pressed it in this browser.
    audit: ownTest('test/workspace/entry/entry.test.ts'),
  },
  {
    route: 'POST /workspace/:id/enter',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}/enter` }),
    expect: change(404, 303, 404, 403),
    audit: 'workspace_entry_granted',
  },
  {
    route: 'GET /workspace/:id',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}` }),
    expect: page(404, 200, 404, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/:id/state',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}/state` }),
    expect: page(404, 200, 404, 403),
    audit: reading,
  },
  {
    route: 'GET /workspace/:id/delete',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}/delete` }),
    expect: page(404, 200, 404, 403),
    audit: reading,
  },
  {
    route: 'POST /workspace/:id/delete',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/delete` }),
    expect: change(303, 303, 404, 403),
    audit: 'workspace_delete',
  },
  {
    route: 'GET /workspace/deleted',
    target: () => ({ path: '/workspace/deleted' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /workspace/:id/restore',
    target: async (db, cast) => ({ path: `/workspace/${await bobsDeletedWorkspace(db, cast)}/restore` }),
    expect: change(303, 303, 404, 403),
    audit: 'workspace_restored',
  },
  {
    route: 'POST /workspace/:id/start',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/start` }),
    expect: change(303, 303, 404, 403),
    audit: 'workspace_started',
  },
  {
    route: 'POST /workspace/:id/stop',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/stop` }),
    expect: change(303, 303, 404, 403),
    audit: 'workspace_stopped',
  },
  {
    route: 'POST /workspace/:id/restart',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/restart` }),
    expect: change(303, 303, 404, 403),
    audit: 'workspace_restarted',
  },
  {
    route: 'POST /workspace/:id/open',
    target: async (db, cast) => ({ path: `/workspace/${await alicesWorkspace(db, cast)}/open` }),
    expect: change(404, 303, 404, 403),
    audit: 'workspace_access',
  },
  {
    route: 'POST /workspace/:id/activity',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/activity` }),
    expect: change(303, 303, 404, 403),
    audit: {
      none: 'the row of workspace_sessions is the evidence; a row for every report would bury the rest',
    },
  },
  {
    route: 'POST /workspace/:id/close',
    target: async (db, cast) => ({ path: `/workspace/${await bobsWorkspace(db, cast)}/close` }),
    expect: change(303, 303, 404, 403),
    audit: ownTest('test/workspace: a close of what is not open changes nothing'),
  },

  {
    route: 'GET /billing',
    target: () => ({ path: '/billing' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'GET /billing/cancel',
    target: () => ({ path: '/billing/cancel' }),
    expect: page(403, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /billing/cancel',
    target: async (db, cast) => {
      await setCancellation(db, cast, null);
      return { path: '/billing/cancel', form: { when: 'period-end', reason: 'For a test' } };
    },
    expect: change(403, 303, 303, 403),
    audit: 'subscription_change',
  },
  {
    route: 'GET /billing/card',
    target: async (db, cast) => {
      await storedCards(db, cast);
      return { path: '/billing/card' };
    },
    expect: page(403, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /billing/card/remove',
    target: async (db, cast) => {
      await storedCards(db, cast);
      return { path: '/billing/card/remove', form: {} };
    },
    expect: change(403, 303, 303, 403),
    audit: 'stored_card_removal_requested',
  },
  {
    route: 'GET /billing/change/:plan',
    target: async (db, cast) => {
      await setWantedPlan(db, cast, null);
      return { path: '/billing/change/starter' };
    },
    expect: page(403, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /billing/change/:plan',
    target: async (db, cast) => {
      await setWantedPlan(db, cast, null);
      return { path: '/billing/change/starter', form: {} };
    },
    expect: change(403, 303, 303, 403),
    audit: 'subscription_change',
  },
  {
    route: 'POST /billing/currency',
    target: async (db, cast) => {
      await db('subscriptions')
        .whereIn('company_id', [cast.acme.id, cast.globex.id])
        .update({ usual_currency: null });
      return { path: '/billing/currency', form: { currency: 'EUR' } };
    },
    expect: change(403, 303, 303, 403),
    audit: 'subscription_change',
  },
  {
    route: 'POST /billing/keep-plan',
    target: async (db, cast) => {
      await setWantedPlan(db, cast, 'starter');
      return { path: '/billing/keep-plan', form: {} };
    },
    expect: change(403, 303, 303, 403),
    audit: 'subscription_change',
  },
  {
    route: 'POST /billing/resume',
    target: async (db, cast) => {
      await setCancellation(db, cast, new Date(Date.now() + 86_400_000));
      return { path: '/billing/resume', form: {} };
    },
    expect: change(403, 303, 303, 403),
    audit: 'subscription_change',
  },
  {
    route: 'POST /billing/details',
    target: () => ({
      path: '/billing/details',
      form: {
        customer_type: '',
        billing_name: 'Acme A.S.',
        billing_address: 'A street 1, Ankara',
        billing_district: '',
        billing_city: 'Ankara',
        billing_country: 'TR',
        billing_phone: '+90 312 000 00 01',
        billing_tax_office: '',
        billing_tax_number: '',
      },
    }),
    expect: change(403, 303, 303, 403),
    audit: 'billing_details_changed',
  },
  {
    route: 'GET /billing/details',
    target: () => ({ path: '/billing/details?plan=team&currency=TRY' }),
    expect: page(403, 200, 200, 403),
    audit: reading,
  },
  {
    // Leads to the details of a buyer who is not known yet.
    route: 'GET /billing/order/:plan',
    target: () => ({ path: '/billing/order/enterprise?currency=TRY' }),
    expect: page(403, 303, 303, 403),
    audit: reading,
  },
  {
    route: 'POST /billing/subscribe/:plan',
    target: () => ({ path: '/billing/subscribe/enterprise', form: { currency: 'TRY' } }),
    expect: change(403, 303, 303, 403),
    audit: ownTest('test/billing/consent: nothing is ordered before its texts were shown'),
  },
  {
    route: 'GET /billing/checkout/:merchantOid',
    target: async (db, cast) => ({ path: `/billing/checkout/${await pendingOrder(db, cast)}` }),
    expect: page(403, 200, 404, 403),
    audit: reading,
  },
  {
    route: 'GET /billing/invoices/:id',
    target: async (db, cast) => ({ path: `/billing/invoices/${await invoiceOf(db, cast)}` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /billing/invoices/:id/receipt.pdf',
    target: async (db, cast) => ({ path: `/billing/invoices/${await invoiceOf(db, cast)}/receipt.pdf` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /billing/invoices/:id/terms',
    target: async (db, cast) => ({ path: `/billing/invoices/${await invoiceOf(db, cast)}/terms` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    // This invoice is of an order without accepted texts.
    route: 'GET /billing/invoices/:id/terms.txt',
    target: async (db, cast) => ({ path: `/billing/invoices/${await invoiceOf(db, cast)}/terms.txt` }),
    expect: page(403, 404, 404, 404),
    audit: reading,
  },
  {
    route: 'GET /billing/payment/success',
    target: () => ({ path: '/billing/payment/success?order=X&sig=Y' }),
    expect: everyone(404),
    audit: reading,
  },
  {
    route: 'GET /billing/payment/fail',
    target: () => ({ path: '/billing/payment/fail?order=X&sig=Y' }),
    expect: everyone(404),
    audit: reading,
  },
  {
    route: 'POST /billing/callback',
    target: () => ({
      path: '/billing/callback',
      form: { merchant_oid: 'X', status: 'success', total_amount: '100', hash: 'forged' },
    }),
    expect: everyone(400),
    audit: ownTest('test/billing'),
  },

  {
    route: 'ANY /billing/callback',
    target: () => ({ path: '/billing/callback' }),
    expect: everyone(405),
    audit: reading,
  },

  {
    route: 'GET /admin',
    target: () => ({ path: '/admin' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/holds',
    target: () => ({ path: '/admin/holds' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/holds',
    target: () => ({
      path: '/admin/holds',
      form: {
        kind: 'legal-hold',
        reference: Math.random().toString(36).slice(2),
        person: '',
        reason: 'a court asks',
      },
    }),
    expect: change(403, 403, 403, 303),
    audit: 'legal_hold_placed',
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /admin/holds/:id/release',
    target: async (db, cast) => ({ path: `/admin/holds/${await holdOn(db, cast)}/release` }),
    expect: page(403, 403, 403, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/holds/:id/release',
    target: async (db, cast) => ({
      path: `/admin/holds/${await holdOn(db, cast)}/release`,
      form: { note: 'the case is closed' },
    }),
    expect: change(403, 403, 403, 303),
    audit: 'legal_hold_released',
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /auth/forgot',
    target: () => ({ path: '/auth/forgot' }),
    expect: everyone(200),
    audit: reading,
  },
  {
    route: 'POST /auth/forgot',
    target: () => ({ path: '/auth/forgot', form: { email: 'nobody@example.com' } }),
    expect: everyone(200),
    audit: ownTest('test/people/passwords.test.ts'),
    forStaff: 'says the same to everybody; the staff’s own passwords are not set by mail',
  },
  ...['unlock', 'object'].flatMap((link): RouteRule[] => [
    {
      route: `GET /auth/${link}/:token`,
      target: () => ({ path: `/auth/${link}/${'a'.repeat(43)}` }),
      expect: everyone(404),
      audit: reading,
    },
    {
      route: `POST /auth/${link}/:token`,
      target: () => ({ path: `/auth/${link}/${'a'.repeat(43)}`, form: {} }),
      expect: everyone(404),
      audit: ownTest('test/people/recovery/account-help.test.ts'),
    },
  ]),
  {
    route: 'POST /admin/users/:id/unlock',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/unlock`, form: {} }),
    expect: change(403, 303, 404, 403),
    audit: ownTest('test/people/recovery/account-help.test.ts'),
  },
  {
    route: 'POST /admin/users/:id/sign-out',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/sign-out`, form: {} }),
    expect: change(403, 303, 404, 403),
    audit: ownTest('test/people/recovery/account-help.test.ts'),
  },
  {
    route: 'POST /admin/users/:id/reset-link',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/reset-link`, form: {} }),
    expect: change(403, 303, 404, 403),
    audit: 'password_reset_sent',
  },
  {
    route: 'POST /admin/users/:id/recovery',
    target: async (db, cast) => ({
      path: `/admin/users/${await acmeMember(db, cast)}/recovery`,
      form: { reason: 'asked by phone' },
    }),
    expect: change(403, 403, 403, 303),
    audit: ownTest('test/people/recovery/account-help.test.ts'),
    forStaff: 'the only admin of a company has nobody else to ask',
  },
  {
    route: 'POST /admin/users/:id/recovery/cancel',
    target: async (db, cast) => ({
      path: `/admin/users/${await acmeMember(db, cast)}/recovery/cancel`,
      form: {},
    }),
    expect: change(403, 403, 403, 303),
    audit: ownTest('test/people/recovery/account-help.test.ts'),
    forStaff: 'whoever asked for it may withdraw it',
  },
  ...['GET', 'POST'].map((method): RouteRule => ({
    route: `${method} /auth/object-factor/:token`,
    target: () => ({
      path: `/auth/object-factor/${'a'.repeat(43)}`,
      ...(method === 'POST' ? { form: {} } : {}),
    }),
    expect: everyone(404),
    audit: method === 'GET' ? reading : ownTest('test/people/lost-factor/lost-factor.test.ts'),
  })),
  {
    route: 'GET /admin/lost-factors',
    target: () => ({ path: '/admin/lost-factors' }),
    expect: page(403, 403, 403, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/lost-factors/:id',
    target: async (db, cast) => ({ path: `/admin/lost-factors/${await acmeMember(db, cast)}` }),
    expect: page(403, 403, 403, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/lost-factors/:id',
    target: async (db, cast) => ({ path: `/admin/lost-factors/${await acmeMember(db, cast)}`, form: {} }),
    expect: change(403, 403, 403, 422),
    audit: ownTest('test/people/lost-factor/lost-factor.test.ts'),
  },
  ...['approve', 'cancel'].map((step): RouteRule => ({
    route: `POST /admin/lost-factors/:id/${step}`,
    target: async (db, cast) => ({
      path: `/admin/lost-factors/${await acmeMember(db, cast)}/${step}`,
      form: {},
    }),
    expect: change(403, 403, 403, 303),
    audit: ownTest('test/people/lost-factor/lost-factor.test.ts'),
    forStaff: 'two of the staff end lost second factors together',
  })),
  {
    route: 'POST /admin/invitations/:id/resend',
    target: async (db, cast) => ({
      path: `/admin/invitations/${await invitationOf(db, cast)}/resend`,
      form: {},
    }),
    expect: change(403, 303, 404, 403),
    audit: 'invitation_renewed',
  },
  {
    route: 'GET /auth/reset/:token',
    target: () => ({ path: `/auth/reset/${'a'.repeat(43)}` }),
    expect: everyone(410),
    audit: reading,
  },
  {
    route: 'POST /auth/reset/:token',
    target: () => ({ path: `/auth/reset/${'a'.repeat(43)}`, form: { password: 'a chair that sings' } }),
    expect: everyone(410),
    audit: ownTest('test/people/passwords.test.ts'),
  },
  {
    route: 'GET /auth/confirm',
    target: () => ({ path: '/auth/confirm' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /auth/confirm',
    target: () => ({ path: '/auth/confirm', form: {} }),
    expect: change(303, 303, 303, 403),
    audit: { none: 'the mail stands in the outbox, the confirmation in the audit trail' },
  },
  {
    route: 'GET /auth/confirm/:token',
    target: () => ({ path: `/auth/confirm/${'a'.repeat(43)}` }),
    expect: everyone(404),
    audit: reading,
  },
  {
    route: 'POST /auth/confirm/:token',
    target: () => ({ path: `/auth/confirm/${'a'.repeat(43)}`, form: {} }),
    expect: everyone(404),
    audit: ownTest('test/people/address/confirm.test.ts'),
  },
  {
    route: 'GET /admin/alerts',
    target: () => ({ path: '/admin/alerts' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/alerts/all',
    target: () => ({ path: '/admin/alerts/all' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/alerts/:id/incident',
    target: async (db, cast) => ({ path: `/admin/alerts/${await bobsAlert(db, cast)}/incident` }),
    expect: change(403, 303, 404, 303),
    audit: ownTest('test/alerts/incidents/incidents.test.ts'),
    forStaff: 'operators help with incidents; each look of theirs is in the company’s audit trail',
  },
  {
    route: 'GET /admin/alerts/incidents',
    target: () => ({ path: '/admin/alerts/incidents' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/alerts/incidents/:id',
    target: async (db, cast) => ({ path: `/admin/alerts/incidents/${await bobsIncident(db, cast)}` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/alerts/incidents/:id/notes',
    target: async (db, cast) => ({
      path: `/admin/alerts/incidents/${await bobsIncident(db, cast)}/notes`,
      form: { note: 'asked by phone' },
    }),
    expect: change(403, 303, 404, 303),
    audit: 'incident_noted',
    forStaff: 'operators help with incidents; each look of theirs is in the company’s audit trail',
  },
  {
    route: 'POST /admin/alerts/incidents/:id/secure',
    target: async (db, cast) => ({ path: `/admin/alerts/incidents/${await bobsIncident(db, cast)}/secure` }),
    expect: change(403, 422, 404, 422),
    audit: ownTest('test/alerts/incidents/incidents.test.ts'),
  },
  {
    route: 'POST /admin/alerts/incidents/:id/close',
    target: async (db, cast) => ({
      path: `/admin/alerts/incidents/${await bobsIncident(db, cast)}/close`,
      form: { outcome: 'false-alarm' },
    }),
    expect: change(403, 303, 404, 303),
    audit: 'incident_closed',
    forStaff: 'operators help with incidents; each look of theirs is in the company’s audit trail',
  },
  {
    route: 'GET /admin/alerts/rules',
    target: () => ({ path: '/admin/alerts/rules' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/alerts/rules',
    target: () => ({ path: '/admin/alerts/rules', form: {} }),
    expect: change(403, 422, 422, 403),
    audit: ownTest('test/alerts/settings/rules.test.ts'),
  },
  {
    route: 'GET /account/notifications',
    target: () => ({ path: '/account/notifications' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /account/notifications',
    target: () => ({ path: '/account/notifications', form: { incidents: 'on' } }),
    expect: change(303, 303, 303, 303),
    audit: 'notifications_changed',
    forStaff: 'each person chooses for themselves',
  },
  {
    route: 'GET /account/alerts/:id/not-me',
    target: async (db, cast) => ({ path: `/account/alerts/${await bobsAlert(db, cast)}/not-me` }),
    expect: page(200, 404, 404, 404),
    audit: reading,
  },
  {
    route: 'POST /account/alerts/:id/not-me',
    target: () => ({ path: '/account/alerts/999999/not-me' }),
    expect: change(404, 404, 404, 404),
    audit: ownTest('test/alerts/report/report.test.ts'),
  },
  {
    route: 'GET /auth/not-me/:token',
    target: () => ({ path: `/auth/not-me/${'a'.repeat(43)}` }),
    expect: everyone(410),
    audit: reading,
  },
  {
    route: 'POST /auth/not-me/:token',
    target: () => ({ path: `/auth/not-me/${'a'.repeat(43)}` }),
    expect: everyone(410),
    audit: ownTest('test/alerts/report/report.test.ts'),
  },
  {
    route: 'GET /account/email',
    target: () => ({ path: '/account/email' }),
    expect: page(200, 200, 200, 403),
    audit: reading,
  },
  {
    route: 'POST /account/email',
    target: () => ({ path: '/account/email', form: { email: `${randomUUID()}@example.com` } }),
    expect: change(303, 303, 303, 403),
    audit: 'email_change_requested',
  },
  {
    route: 'POST /account/email/withdraw',
    target: () => ({ path: '/account/email/withdraw', form: {} }),
    expect: change(303, 303, 303, 403),
    audit: ownTest('test/people/address/change.test.ts'),
  },
  ...['new-email', 'restore-email'].flatMap((link): RouteRule[] => [
    {
      route: `GET /auth/${link}/:token`,
      target: () => ({ path: `/auth/${link}/${'a'.repeat(43)}` }),
      expect: everyone(404),
      audit: reading,
    },
    {
      route: `POST /auth/${link}/:token`,
      target: () => ({ path: `/auth/${link}/${'a'.repeat(43)}`, form: {} }),
      expect: everyone(404),
      audit: ownTest('test/people/address/change.test.ts'),
    },
  ]),
  {
    route: 'GET /auth/password',
    target: () => ({ path: '/auth/password' }),
    expect: page(200, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /auth/password',
    target: () => ({ path: '/auth/password', form: { oldPassword: 'x', password: 'a chair that sings' } }),
    expect: change(422, 422, 422, 422),
    audit: ownTest('test/people/passwords.test.ts'),
  },
  {
    route: 'GET /admin/mails',
    target: () => ({ path: '/admin/mails' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/mails/:id',
    target: async (db, cast) => ({ path: `/admin/mails/${await mailTo(db, cast)}` }),
    expect: page(403, 200, 404, 200),
    audit: ownTest('test/admin/mails.test.ts'),
  },
  {
    route: 'GET /admin/mails/:id/body',
    target: async (db, cast) => ({ path: `/admin/mails/${await mailTo(db, cast)}/body` }),
    expect: page(403, 200, 404, 200),
    audit: ownTest('test/admin/mails.test.ts'),
  },
  {
    route: 'GET /admin/mails/:id/message.eml',
    target: async (db, cast) => ({ path: `/admin/mails/${await mailTo(db, cast)}/message.eml` }),
    expect: page(403, 200, 404, 200),
    audit: ownTest('test/admin/mails.test.ts'),
  },
  {
    route: 'POST /admin/mails/:id/resend',
    target: async (db, cast) => ({ path: `/admin/mails/${await mailTo(db, cast)}/resend`, form: {} }),
    expect: change(403, 403, 403, 303),
    audit: { none: 'an event of the mail itself says who asked' },
    forStaff: 'theirs alone',
  },
  {
    route: 'GET /admin/security',
    target: () => ({ path: '/admin/security' }),
    expect: page(404, 404, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/users',
    target: () => ({ path: '/admin/users' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/users',
    target: () => ({
      path: '/admin/users',
      form: { email: `new-${Math.random().toString(36).slice(2)}@example.com`, role: 'member' },
    }),
    expect: change(403, 303, 303, 403),
    audit: 'invitation_sent',
  },
  {
    route: 'POST /admin/invitations/:id/revoke',
    target: async (db, cast) => ({ path: `/admin/invitations/${await invitationOf(db, cast)}/revoke` }),
    expect: change(403, 303, 404, 303),
    audit: 'invitation_revoked',
    forStaff: 'ends what could become access',
  },
  {
    route: 'GET /admin/users/:id',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/users/:id/sessions',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/sessions` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/log',
    target: () => ({ path: '/admin/log' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/log/records/:id/proof',
    target: async (db, cast) => ({ path: `/admin/log/records/${await acmeRecord(db, cast)}/proof` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/usage',
    target: () => ({ path: '/admin/usage' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/usage.csv',
    target: () => ({ path: '/admin/usage.csv' }),
    expect: page(403, 200, 200, 200),
    audit: 'usage_exported',
    follows: 'usage_export_finished',
  },
  {
    route: 'GET /admin/users/:id/journey',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/journey` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/users/:id/role',
    target: async (db, cast) => ({
      path: `/admin/users/${await acmeMember(db, cast)}/role`,
      form: { role: 'admin' },
    }),
    expect: change(403, 303, 404, 403),
    audit: 'user_role_changed',
  },
  {
    route: 'GET /admin/users/:id/deactivate',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/deactivate` }),
    expect: page(403, 200, 404, 200),
    audit: reading,
  },
  {
    route: 'POST /admin/users/:id/deactivate',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/deactivate` }),
    expect: change(403, 303, 404, 303),
    audit: 'user_deactivated',
    forStaff: 'ends access, when a company reports that an account was taken over',
  },
  {
    route: 'POST /admin/users/:id/reactivate',
    target: async (db, cast) => {
      const id = await acmeMember(db, cast);
      await db('users').where({ id }).update({ deactivated_at: new Date() });
      await db('membership_periods').where({ user_id: id }).update({ ended_at: new Date() });
      return { path: `/admin/users/${id}/reactivate` };
    },
    expect: change(403, 303, 404, 403),
    audit: 'user_reactivated',
  },
  {
    route: 'GET /admin/users/:id/export-logs',
    target: async (db, cast) => ({ path: `/admin/users/${await acmeMember(db, cast)}/export-logs` }),
    expect: page(403, 200, 404, 200),
    audit: 'evidence_exported',
    follows: 'evidence_export_finished',
  },
  {
    route: 'GET /admin/exports/:token/progress',
    target: async (db, cast) => ({ path: `/admin/exports/${await alicesExport(db, cast)}/progress` }),
    expect: page(403, 200, 404, 404),
    audit: reading,
  },
  {
    route: 'GET /admin/audit',
    target: () => ({ path: '/admin/audit' }),
    expect: page(403, 200, 200, 200),
    audit: reading,
  },
  {
    route: 'GET /admin/audit.csv',
    target: () => ({ path: '/admin/audit.csv' }),
    expect: page(403, 200, 200, 200),
    audit: 'audit_exported',
    follows: 'audit_export_finished',
  },
];
