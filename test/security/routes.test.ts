import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import supertest from 'supertest';
import type { AuditAction } from '../../src/audit/actions.ts';
import { tokenScopes } from '../../src/credentials/access-token.ts';
import { buildAccessToken, buildCast, buildCompany, type Cast } from '../support/programs/build.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { startFakePaytr, type FakePaytr } from '../support/fake-paytr.ts';
import { listRoutes } from '../support/routes.ts';
import { signIn } from '../support/sign-in.ts';
import { tokenIn, Visitor } from '../support/visitor.ts';
import { adminPath, routeRules, visitors, type RouteRule, type VisitorName } from './route-matrix.ts';

let fake: FakePaytr;
let test: TestApp;
let cast: Cast;

beforeAll(async () => {
  fake = await startFakePaytr();
  test = await createTestApp({ env: { PAYTR_BASE_URL: fake.url }, deps: { paytr: fake.paytr } });
  cast = await buildCast(test.db);
  // Room for everything that the rules make: nothing here may be refused for the plan's sake.
  await test
    .db('subscriptions')
    .whereIn('company_id', [cast.acme.id, cast.globex.id])
    .update({
      plan: 'enterprise',
      period_started_at: new Date(),
      period_ends_at: new Date(Date.now() + 20 * 86_400_000),
    });
});

afterAll(async () => {
  await test.close();
  await fake.close();
});

const isAsset = (path: string): boolean => path.startsWith('/assets/');

describe('the route table', () => {
  it('has a row for every route that is mounted, and no row for one that is not', () => {
    const mounted = listRoutes(test.app)
      .filter(({ path }) => !isAsset(path))
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(mounted)].sort()).toEqual(routeRules.map(({ route }) => route).sort());
  });

  it('names an audit action for every route that changes state, or says where its evidence is', () => {
    const without = routeRules.filter(
      ({ route, audit }) =>
        /^(POST|DELETE) /.test(route) && typeof audit !== 'string' && audit.none === 'changes nothing',
    );
    expect(without).toEqual([]);
  });
});

const signedIn = new Map<VisitorName, Promise<Visitor>>();

/** A browser for each person; a visit that signs out, or changes the language, uses a new one. */
async function visitorFor(name: VisitorName, rule: RouteRule): Promise<Visitor> {
  if (rule.audit === 'logout' && name !== 'stranger') return signIn(test.app, cast[name]);
  const known =
    signedIn.get(name) ??
    (name === 'stranger' ? Promise.resolve(new Visitor(test.app)) : signIn(test.app, cast[name]));
  signedIn.set(name, known);
  return known;
}

async function ask(rule: RouteRule, name: VisitorName): Promise<{ status: number; requestId: string }> {
  const visitor = await visitorFor(name, rule);
  const { path, form } = await rule.target(test.db, cast);
  const address = path.startsWith('/admin') ? adminPath(path, cast, name) : path;
  const response = rule.route.startsWith('POST')
    ? await visitor.post(address, form)
    : rule.route.startsWith('DELETE')
      ? await visitor.rawDelete(address)
      : await visitor.get(address);
  return { status: response.status, requestId: String(response.headers['x-request-id']) };
}

describe.each(routeRules)('$route', (rule) => {
  it.each(visitors)('answers %s as its row says, with its evidence', async (name) => {
    const { status, requestId } = await ask(rule, name);
    expect(status).toBe(rule.expect[name]);
    const hasWorked = status < 400 && !(name === 'stranger' && status === 303);
    if (typeof rule.audit !== 'string' || !hasWorked) return;
    for (const action of [rule.audit, ...(rule.follows === undefined ? [] : [rule.follows])])
      await expectRow({ requestId, action, name, rule });
  });
});

/**
 * Expects a row of that action, by this person, about the company concerned; a row of staff says for whom
 * they acted.
 */
async function expectRow(of: {
  requestId: string;
  action: AuditAction;
  name: VisitorName;
  rule: RouteRule;
}): Promise<void> {
  const { requestId, action, name, rule } = of;
  const isStaff = name === 'olivia';
  const isAboutAcme = isStaff && rule.route.includes(' /admin') && rule.isAboutNoCompany !== true;
  const company_id = isStaff ? (isAboutAcme ? cast.acme.id : null) : cast[name as 'alice'].company_id;
  const found = (): PromiseLike<unknown> =>
    test
      .db('audit_logs')
      .where({ request_id: requestId, action_type: action })
      .select('company_id', 'user_id', 'actor_type', 'success')
      .select(test.db.raw("details -> 'on_behalf_of_company' as on_behalf"));
  await expect.poll(found, { timeout: 5000 }).toEqual([
    {
      company_id,
      user_id: cast[name as 'alice'].id,
      actor_type: isStaff ? 'operator' : 'user',
      success: true,
      on_behalf: isAboutAcme ? cast.acme.id : null,
    },
  ]);
}

describe.each(routeRules.filter((rule) => rule.byToken !== undefined))('$route with a token', (rule) => {
  it.each(['bob', 'alice', 'charlie'] as const)(
    'answers %s as its row says, with its evidence',
    async (name) => {
      const { bearer } = await buildAccessToken(test.db, cast[name]);
      const { path, form } = await rule.target(test.db, cast);
      const method = rule.route.split(' ')[0]!.toLowerCase() as 'get' | 'post' | 'delete';
      const response = await supertest(test.app)[method](path).set(bearer).send(form);
      const status = rule.byToken![name];
      expect(response.status).toBe(status);
      if (status >= 400) expect(response.type).toBe('application/problem+json');
      if (typeof rule.audit !== 'string' || status >= 400) return;
      const rows = await test
        .db('audit_logs')
        .where({ request_id: response.headers['x-request-id'], action_type: rule.audit })
        .select('company_id', 'user_id', 'actor_type', 'success');
      const { id: user_id, company_id } = cast[name];
      expect(rows).toEqual([{ company_id, user_id, actor_type: 'user', success: true }]);
    },
  );

  it('answers nobody without every scope it needs', async () => {
    if (rule.route === 'GET /api/v1/openapi.json') return;
    const needed = neededScope(rule.route);
    const { bearer } = await buildAccessToken(test.db, cast.alice, {
      scopes: tokenScopes.filter((scope) => scope !== needed),
    });
    const { path, form } = await rule.target(test.db, cast);
    const method = rule.route.split(' ')[0]!.toLowerCase() as 'get' | 'post' | 'delete';
    const response = await supertest(test.app)[method](path).set(bearer).send(form);
    expect([response.status, response.body.type]).toEqual([
      403,
      'urn:youarecoder:problem:insufficient-scope',
    ]);
    const rows = await test
      .db('audit_logs')
      .where({ request_id: response.headers['x-request-id'] })
      .select('action_type', 'user_id', 'success');
    expect(rows).toEqual([{ action_type: 'token_refused', user_id: cast.alice.id, success: false }]);
  });
});

function neededScope(route: string): string {
  return `${/sessions/.test(route) ? 'sessions' : 'workspaces'}:${route.startsWith('GET') ? 'read' : 'write'}`;
}

/**
 * Rows that come with an action: a case places its hold, posts its money and keeps what it was decided from.
 */
const followers: Partial<Record<AuditAction, AuditAction[]>> = {
  dispute_opened: ['legal_hold_placed'],
  dispute_accepted: ['chargeback_posted'],
  dispute_frozen: ['dispute_package_made', 'dispute_history_decided'],
  dispute_package_made: ['dispute_history_decided'],
};

describe('an operator', () => {
  const ofAdmin = routeRules.filter(
    ({ route, expect: statuses }) => route.includes(' /admin') && statuses.olivia < 400,
  );

  it.each(ofAdmin)(
    'leaves one look that the company’s admin can see, and nothing unmarked: $route',
    async (rule) => {
      const { requestId } = await ask(rule, 'olivia');
      const rows = await test
        .db('audit_logs')
        .where({ request_id: requestId })
        .whereNot({ action_type: 'evidence_export_finished' })
        .whereNot({ action_type: 'audit_export_finished' })
        .whereNotIn('action_type', ['usage_export_finished', 'finance_export_finished'])
        .whereNot({ action_type: 'legal_invoice_month_export_finished' })
        .whereNot({ action_type: 'dispute_package_download_finished' })
        // A payment without a case gets its package when it is asked for.
        .whereNotIn(
          'action_type',
          rule.audit === 'dispute_package_downloaded' ? ['dispute_package_made'] : [],
        )
        // The package of a case shows the history of its card, and keeps what that was decided from.
        .whereNotIn('action_type', rule.audit === 'dispute_package_made' ? ['dispute_history_decided'] : [])
        .whereNotIn('action_type', (typeof rule.audit === 'string' ? followers[rule.audit] : undefined) ?? [])
        .orderBy('action_type')
        .select('action_type', 'company_id', 'actor_type', 'user_id')
        .select(test.db.raw("details -> 'on_behalf_of_company' as on_behalf"));
      const actions = ['operator_company_viewed', ...(typeof rule.audit === 'string' ? [rule.audit] : [])];
      expect(rows).toEqual(
        actions.sort().map((action_type) => {
          const isOfNone = rule.isAboutNoCompany === true && action_type === rule.audit;
          const company_id = isOfNone ? null : cast.acme.id;
          const [actor_type, user_id] = ['operator', cast.olivia.id];
          return { action_type, company_id, actor_type, user_id, on_behalf: company_id };
        }),
      );
    },
  );

  it('may write only where a route is meant for staff', () => {
    const writes = routeRules.filter(({ route }) => /^(POST|DELETE|PUT|PATCH) /.test(route));
    const open = writes.filter(({ expect: statuses }) => statuses.olivia < 400);
    expect(open.map(({ route }) => route)).toEqual(
      writes.filter(({ forStaff }) => forStaff !== undefined).map(({ route }) => route),
    );
  });

  it('of every role is kept apart from people of companies by the database', async () => {
    const become = (id: number, change: object): PromiseLike<unknown> =>
      test.db('users').where({ id }).update(change);
    await expect(become(cast.olivia.id, { company_id: cast.acme.id, role: 'admin' })).rejects.toThrow(
      /company_id never changes|keeps what is settled/,
    );
    await expect(become(cast.bob.id, { company_id: null, role: 'operator' })).rejects.toThrow(
      /company_id never changes|keeps what is settled/,
    );
    await expect(become(cast.bob.id, { role: 'operator' })).rejects.toThrow('ck_users_company');
    await expect(
      test.db('invitations').insert({
        company_id: cast.acme.id,
        email: 'second-address@example.com',
        role: 'admin',
        token_hash: 'of-staff',
        invited_by: cast.olivia.id,
        created_at: new Date(),
        expires_at: new Date(Date.now() + 86_400_000),
      }),
    ).rejects.toThrow('fk_invitations_inviter_company');
  });
});

describe('an id that is none', () => {
  it.each(['0', '-1', '1.5', 'abc', '99999999999999999999', "1'--", '1%00'])(
    '%s is not found, and no error',
    async (id) => {
      const alice = await signIn(test.app, cast.alice);
      for (const path of [
        `/workspace/${id}`,
        `/billing/invoices/${id}`,
        `/admin/users/${id}`,
        `/admin/users/${id}/export-logs`,
      ]) {
        expect((await alice.get(path)).status, path).toBe(404);
      }
      expect(await buildCompany(test.db)).toBeDefined();
    },
  );
});

describe('a look that is recorded, when another site made the browser send it', () => {
  const recorded: [VisitorName, string, () => string][] = [
    ['alice', 'evidence', () => `/admin/users/${String(cast.bob.id)}/export-logs`],
    ['alice', 'evidence in another case', () => `/admin/users/${String(cast.bob.id)}/Export-Logs/`],
    ['alice', 'the audit trail as CSV', () => '/admin/audit.csv'],
    ['olivia', 'evidence', () => `/admin/users/${String(cast.bob.id)}/export-logs`],
    ['olivia', 'a company', () => `/admin?company=${String(cast.acme.id)}`],
    ['olivia', 'a person', () => `/admin/users/${String(cast.bob.id)}?company=${String(cast.acme.id)}`],
  ];
  const countRows = async (): Promise<number> =>
    (await test.db('audit_logs').count('*').first<{ count: number }>()).count;

  it.each(recorded)('is not carried out: %s, %s', async (name, _what, path) => {
    const visitor = await signIn(test.app, cast[name as 'alice']);
    const before = await countRows();
    for (const site of ['cross-site', 'same-site']) {
      const image = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
      expect((await visitor.get(path(), image)).status).toBe(403);
      expect([403, 405]).toContain((await visitor.head(path(), image)).status);
      const frame = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
      expect((await visitor.get(path(), frame)).status).toBe(403);
      const link = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      const page = await visitor.get(path(), link);
      expect(page.text).toContain('class="error-page"');
      expect(page.text).toContain(`href="${path()}"`);
    }
    expect(await countRows()).toBe(before);
    const own = await visitor.get(path(), { 'sec-fetch-site': 'same-origin' });
    expect(own.text).not.toContain('class="error-page"');
    expect(await countRows()).toBeGreaterThan(before);
  });

  it('is carried out for a page of which nothing is recorded', async () => {
    const alice = await signIn(test.app, cast.alice);
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await alice.get('/admin/audit', link)).text).not.toContain('class="error-page"');
  });
});

describe('a form that is not ours', () => {
  const posts = routeRules.filter(
    ({ route }) =>
      route.startsWith('POST') && route !== 'POST /billing/callback' && !route.startsWith('POST /api/'),
  );

  it.each(posts)(
    'is refused by $route: without its token, with a wrong one, or from another site',
    async (rule) => {
      const alice = await visitorFor('alice', rule);
      const { path, form } = await rule.target(test.db, cast);
      const before = await test.db('audit_logs').max('id as id').first();
      expect(
        (
          await alice
            .rawPost(path)
            .type('form')
            .send(form ?? {})
        ).status,
      ).toBe(403);
      expect((await alice.post(path, { ...form, _csrf: 'x'.repeat(43) })).status).toBe(403);
      expect((await alice.post(path, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      // Workspaces are on the same site, and their programs are the customers'.
      expect((await alice.post(path, form, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
      expect((await alice.post(path, form, { origin: 'https://evil.example.com' })).status).toBe(403);
      expect((await alice.post(path, form, { origin: 'null' })).status).toBe(403);
      expect(await test.db('audit_logs').max('id as id').first()).toEqual(before);
    },
  );
});

describe('the token of a form', () => {
  const locale = { locale: 'en' };

  it('is good in its own browser session only', async () => {
    const first = await signIn(test.app, cast.alice);
    const second = await signIn(test.app, cast.alice);
    const [ofFirst, ofSecond] = [
      tokenIn(await first.get('/workspace')),
      tokenIn(await second.get('/workspace')),
    ];
    expect(ofFirst).not.toBe(ofSecond);
    expect((await first.post('/locale', { ...locale, _csrf: ofSecond ?? '' })).status).toBe(403);
    expect((await first.post('/locale', { ...locale, _csrf: ofFirst ?? '' })).status).toBe(303);
  });

  it('of a stranger is good with their own cookie only', async () => {
    const [first, second] = [new Visitor(test.app), new Visitor(test.app)];
    const [ofFirst, ofSecond] = [
      tokenIn(await first.get('/auth/login')),
      tokenIn(await second.get('/auth/login')),
    ];
    expect(ofFirst).not.toBe(ofSecond);
    expect((await first.post('/locale', { ...locale, _csrf: ofSecond ?? '' })).status).toBe(403);
    expect((await first.post('/locale', { ...locale, _csrf: ofFirst ?? '' })).status).toBe(303);
  });

  it.each([
    ['is stale', { ...locale, _csrf: 'x'.repeat(43) }, 403],
    ['is too large', { locale: 'x'.repeat(70_000) }, 413],
  ])(
    'that %s is refused on a page with the person’s own header, from which they can sign out',
    async (_what, form, status) => {
      const bob = await signIn(test.app, cast.bob);
      const page = await bob.post('/locale', form);
      expect(page.status).toBe(status);
      expect(page.text).toContain(cast.bob.full_name);
      expect(page.text).not.toContain('href="/auth/login"');
      expect(tokenIn(page)).toBe(tokenIn(await bob.get('/workspace')));
    },
  );
});

describe('HEAD', () => {
  it('of a download delivers nothing and writes down nothing', async () => {
    const alice = await signIn(test.app, cast.alice);
    const before = await test.db('audit_logs').max('id as id').first();
    for (const path of [
      `/admin/users/${cast.bob.id}/export-logs`,
      '/admin/audit.csv',
      '/admin/audit?format=csv',
      '/admin/usage.csv',
    ]) {
      expect((await alice.head(path)).status, path).toBe(405);
    }
    expect(await test.db('audit_logs').max('id as id').first()).toEqual(before);
  });
});
