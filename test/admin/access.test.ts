import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildUser, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { PRINTED_AT, Visitor } from '../support/visitor.ts';

const testApp = useTestApp();
let cast: Cast;
let invitationId: number;
let alice: Visitor;
let member: Visitor;
let charlie: Visitor;
let olivia: Visitor;
let stranger: Visitor;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  invitationId = await buildInvitation(cast.acme.id, cast.alice.id);
  // Bob's access is taken away and given back below, which ends his browser sessions.
  const colleague = await buildUser(testApp.db, { company_id: cast.acme.id });
  [alice, member, charlie, olivia] = (await Promise.all(
    [cast.alice, colleague, cast.charlie, cast.olivia].map((person) => signIn(testApp.app, person)),
  )) as [Visitor, Visitor, Visitor, Visitor];
  stranger = new Visitor(testApp.app);
});

let invitations = 0;
async function buildInvitation(company_id: number, invited_by: number): Promise<number> {
  invitations += 1;
  const [row] = await testApp
    .db('invitations')
    .insert({
      company_id,
      email: `invited-${String(invitations)}@example.com`,
      role: 'member',
      token_hash: `hash-${String(invitations)}`,
      invited_by,
      created_at: new Date(),
      expires_at: new Date(Date.now() + 86_400_000),
    })
    .returning<{ id: number }[]>('id');
  return row?.id ?? 0;
}

interface Route {
  method: 'get' | 'post';
  /** `:bob` and `:invitation` stand for what the cast has. */
  path: string;
  /** The status for a visitor who may. */
  works: number;
  fields?: Record<string, string>;
  /** The status for an operator, where it differs. */
  refusesStaff?: true;
  /**
   * False for an address that names no row of a company: then there is no row of another company to refuse.
   */
  namesRow: boolean;
}

const addressOf = ({ path }: Route): string =>
  path.replace(':bob', String(cast.bob.id)).replace(':invitation', String(invitationId));

// In an order that leaves Bob as he was.
const routes: Route[] = [
  { method: 'get', path: '/admin', works: 200, namesRow: false },
  { method: 'get', path: '/admin/users', works: 200, namesRow: false },
  {
    method: 'post',
    path: '/admin/users',
    works: 422,
    namesRow: false,
    refusesStaff: true,
    fields: { email: '' },
  },
  { method: 'get', path: '/admin/users/:bob', works: 200, namesRow: true },
  {
    method: 'post',
    path: '/admin/users/:bob/role',
    works: 303,
    namesRow: true,
    refusesStaff: true,
    fields: { role: 'member' },
  },
  { method: 'get', path: '/admin/users/:bob/deactivate', works: 200, namesRow: true },
  { method: 'post', path: '/admin/users/:bob/deactivate', works: 303, namesRow: true },
  { method: 'post', path: '/admin/users/:bob/reactivate', works: 303, namesRow: true, refusesStaff: true },
  { method: 'get', path: '/admin/users/:bob/export-logs', works: 200, namesRow: true },
  {
    method: 'post',
    path: '/admin/invitations/:invitation/revoke',
    works: 303,
    namesRow: true,
  },
  { method: 'get', path: '/admin/audit', works: 200, namesRow: false },
  { method: 'get', path: '/admin/audit.csv', works: 200, namesRow: false },
];

const rows = routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

async function ask(
  visitor: Visitor,
  route: Route,
  suffix = '',
): Promise<{ status: number; location: string }> {
  const path = `${addressOf(route)}${suffix}`;
  const response =
    route.method === 'get' ? await visitor.get(path) : await visitor.post(path, route.fields ?? {});
  return { status: response.status, location: response.headers.location ?? '' };
}

describe.each(rows)('%s', (_name, route) => {
  it('sends a stranger to sign in', async () => {
    const { status, location } = await ask(stranger, route);
    if (route.method === 'get') {
      expect(status).toBe(303);
      expect(location).toMatch(/^\/auth\/login\?returnTo=/);
    } else {
      expect(status).toBe(401);
    }
  });

  it('is forbidden to a member, of their own company and of another', async () => {
    expect((await ask(member, route)).status).toBe(403);
    expect((await ask(member, route, `?company=${String(cast.globex.id)}`)).status).toBe(403);
  });

  it('does not exist for an admin of another company', async () => {
    expect((await ask(charlie, route, `?company=${String(cast.acme.id)}`)).status).toBe(404);
    if (route.namesRow) expect((await ask(charlie, route)).status).toBe(404);
  });

  it('asks an operator to choose a company first, and does not take one that does not exist', async () => {
    const { path } = route;
    if (path !== '/admin' && !path.endsWith('/export-logs')) {
      expect(await ask(olivia, route)).toEqual({ status: 303, location: '/admin' });
    }
    expect((await ask(olivia, route, '?company=999999999')).status).toBe(404);
    expect((await ask(olivia, route, '?company=x')).status).toBe(404);
  });

  it('does not show an operator a row of one company within another', async () => {
    if (!route.namesRow) return;
    const status = route.refusesStaff === true ? 403 : 404;
    expect((await ask(olivia, route, `?company=${String(cast.globex.id)}`)).status).toBe(status);
  });

  it('is there for the company’s admin, and for an operator where it is meant for them; the company can see that they asked', async () => {
    expect((await ask(alice, route)).status).toBe(route.works);
    const looks = async (): Promise<number> =>
      (
        await testApp
          .db('audit_logs')
          .where({ action_type: 'operator_company_viewed', company_id: cast.acme.id })
      ).length;
    const before = await looks();
    const works = route.refusesStaff === true ? 403 : route.works;
    expect((await ask(olivia, route, `?company=${String(cast.acme.id)}`)).status).toBe(works);
    expect(await looks()).toBe(before + 1);
    const [look] = await testApp
      .db('audit_logs')
      .where({ action_type: 'operator_company_viewed' })
      .orderBy('id', 'desc')
      .limit(1);
    expect(look).toMatchObject({
      actor_type: 'operator',
      user_id: cast.olivia.id,
      company_id: cast.acme.id,
      request_path: addressOf(route),
      request_method: route.method.toUpperCase(),
    });
  });
});

describe('an address with a broken number', () => {
  it.each(['0', '-1', '1.5', 'abc', '99999999999999999999', '1%00', '%F0%9F%98%80'])(
    'is not found: %s',
    async (id) => {
      expect((await alice.get(`/admin/users/${id}`)).status).toBe(404);
      expect((await alice.get(`/admin/users/${id}/export-logs`)).status).toBe(404);
      expect((await alice.post(`/admin/invitations/${id}/revoke`)).status).toBe(404);
    },
  );
});

describe('another company’s person and one who does not exist', () => {
  it('cannot be told apart', async () => {
    const other = await charlie.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
    const missing = await charlie.get('/admin/users/999999999/export-logs');
    const withoutId = (text: string): string =>
      text
        .replace(/<code>.*?<\/code>/, '')
        .replace(/nonce="[^"]*"/g, '')
        .replace(/value="[^"]*"/g, '')
        .replace(PRINTED_AT, '');
    expect(other.status).toBe(404);
    expect(withoutId(other.text)).toBe(withoutId(missing.text));
  });
});

/**
 * Builds one thing of each kind that pages count: a person, a former one, an invitation, a workspace, an open
 * hold and a released one.
 */
async function buildOneOfEach(company_id: number, admin: number): Promise<void> {
  const { db } = testApp;
  await buildUser(db, { company_id });
  const former = await buildUser(db, { company_id });
  await db('users').where({ id: former.id }).update({ deactivated_at: new Date() });
  await buildInvitation(company_id, admin);
  await buildWorkspace(db, { company_id, owner_user_id: admin });
  const hold = {
    company_id,
    kind: 'dispute',
    reason: 'the bank asks',
    placed_at: new Date(),
    placed_by: cast.olivia.id,
  };
  const released = { released_at: new Date(), released_by: cast.olivia.id, release_note: 'won' };
  const ids = await db('legal_holds')
    .insert([
      { ...hold, reference: `open-${String(former.id)}` },
      { ...hold, reference: `over-${String(former.id)}` },
    ])
    .returning<{ id: number }[]>('id');
  await db('legal_holds').where({ id: ids[1]?.id }).update(released);
}

describe('what a company’s pages count', () => {
  it('is its own: what another company has changes no figure, and takes no place in the plan', async () => {
    const own = await buildCast(testApp.db);
    await buildOneOfEach(own.acme.id, own.alice.id);
    const admin = await signIn(testApp.app, own.alice);
    const paths = ['/admin', '/admin/users', '/admin/holds', '/billing', '/workspace'];
    const pages = (): Promise<string[]> =>
      Promise.all([
        ...paths.map(async (path) => {
          const { text } = await admin.get(path);
          return text
            .slice(text.indexOf('<main'))
            .replace(/nonce="[^"]*"/g, '')
            .replace(PRINTED_AT, '');
        }),
        olivia
          .get(`/admin?q=${own.acme.subdomain}`)
          .then(({ text }) => /<tbody[\s\S]*?<\/tbody>/.exec(text)?.[0] ?? ''),
      ]);
    const before = await pages();
    expect(before.at(-1)).toContain(own.acme.subdomain);
    for (let n = 0; n < 3; n += 1) await buildOneOfEach(own.globex.id, own.charlie.id);
    expect(await pages()).toEqual(before);
    // Alice, Bob, a colleague and an invitation: one of the five places of the trial is left.
    const invite = (email: string): PromiseLike<{ status: number }> =>
      admin.post('/admin/users', { email, role: 'member' });
    expect((await invite('fifth@example.com')).status).toBe(303);
    expect((await invite('sixth@example.com')).status).toBe(422);
  });
});

describe('the list of companies', () => {
  it('names the plan that runs, also when it was paid ahead and runs by now', async () => {
    const own = await buildCast(testApp.db);
    const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
    await testApp
      .db('subscriptions')
      .where('company_id', own.acme.id)
      .update({
        ...{ plan: 'team', period_started_at: days(-40), period_ends_at: days(-5) },
        ...{ next_plan: 'starter', next_period_ends_at: days(25) },
      });
    const { text } = await olivia.get(`/admin?q=${own.acme.subdomain}`);
    expect(text).toMatch(/data-label="Plan">Starter</);
  });
});

describe('the audit trail of the company', () => {
  it('shows its admin that an operator looked', async () => {
    await olivia.get(`/admin/users?company=${String(cast.acme.id)}`);
    const page = await alice.get('/admin/audit?action=operator_company_viewed');
    expect(page.text).toContain('Olivia (platform staff) looked at the list of people');
    expect(page.text).toContain('GET /admin/users');
  });
});

describe('pages of an operator', () => {
  it('carry the company in every link and form', async () => {
    const company = `company=${String(cast.acme.id)}`;
    for (const path of [
      '/admin',
      '/admin/users',
      `/admin/users/${String(cast.bob.id)}`,
      '/admin/audit',
      '/admin/holds',
    ]) {
      const page = await olivia.get(`${path}?${company}`);
      const main = page.text.slice(page.text.indexOf('<main'), page.text.indexOf('</main>'));
      const links = [...main.matchAll(/(?:href|action)="(\/admin[^"]*)"/g)].map((match) => match[1] ?? '');
      expect(links.length).toBeGreaterThan(3);
      const lost = links.filter((link) => !link.includes(company) && link !== '/admin');
      const forms = [...main.matchAll(/<form[^>]*method="get"[\s\S]*?<\/form>/g)].map((match) => match[0]);
      for (const form of forms) expect(form).toContain(`name="company" value="${String(cast.acme.id)}"`);
      const getActions = forms.map((form) => /action="([^"]*)"/.exec(form)?.[1]);
      expect(lost.filter((link) => !getActions.includes(link))).toEqual([]);
    }
  });

  it('let two tabs look at two companies without mixing them', async () => {
    const acme = await olivia.get(`/admin/users?company=${String(cast.acme.id)}`);
    const globex = await olivia.get(`/admin/users?company=${String(cast.globex.id)}`);
    expect(acme.text).toContain(cast.bob.email);
    expect(acme.text).not.toContain(cast.charlie.email);
    expect(globex.text).toContain(cast.charlie.email);
    expect(globex.text).not.toContain(cast.bob.email);
  });
});
