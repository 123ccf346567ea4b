import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import {
  askForwardAuth,
  askTicket,
  beginEntry,
  cookieOf,
  enterWorkspace,
  exchange,
  type Guest,
} from '../entry.ts';
import { expectWithinSeconds } from '../within-seconds.ts';

const site = useTestApp({ env: { TRUST_PROXY: 'loopback' } });

let cast: Cast;
let bob: Visitor;
let place: { id: number; name: string };

beforeAll(async () => {
  cast = await buildCast(site.db);
});

beforeEach(async () => {
  await site.db('workspaces').whereNull('deleted_at').update({
    deleted_at: new Date(),
    deleted_by: cast.alice.id,
  });
  place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  bob = await signIn(site.app, cast.bob);
});

const sessions = (): Promise<Record<string, unknown>[]> =>
  site
    .db('workspace_sessions')
    .where({ workspace_id: place.id })
    .orderBy('id')
    .select<Record<string, unknown>[]>('*');

/**
 * A decision is cached for two seconds; a guest with another cookie in the header gets a new decision at
 * once.
 */
async function isLetIn(guest: Guest): Promise<boolean> {
  return (await askForwardAuth(site.app, guest)).status === 204;
}

const expectEndWithinSeconds = (guest: Guest): Promise<void> =>
  expectWithinSeconds(() => isLetIn(guest), false);

describe('the ticket', () => {
  it('becomes a host-only cookie at the workspace’s own host', async () => {
    const ticket = await askTicket(site.app, bob, place.id);
    expect(ticket.url.host).toBe(`${place.name}-${cast.acme.subdomain}.localhost:3000`);
    const response = await exchange(site.app, ticket);
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/');
    const [cookie] = response.headers['set-cookie'] as unknown as string[];
    expect(cookie).toMatch(/^yac_workspace=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is not in the database, and neither is the cookie', async () => {
    const ticket = await askTicket(site.app, bob, place.id);
    const guest = { cookie: cookieOf(await exchange(site.app, ticket)) ?? '' };
    const { rows } = await site.db.raw<{ rows: { text: string }[] }>(
      'select workspace_tickets::text as text from workspace_tickets union all select workspace_passes::text from workspace_passes',
    );
    const all = rows.map(({ text }) => text).join('\n');
    expect(all).not.toContain(ticket.url.searchParams.get('ticket'));
    expect(all).not.toContain(guest.cookie.split('=')[1]);
  });

  it('brings in whoever comes with it first, and nobody with it again', async () => {
    const ticket = await askTicket(site.app, bob, place.id);
    expect(cookieOf(await exchange(site.app, ticket))).not.toBeNull();
    const replayed = await exchange(site.app, ticket);
    expect(replayed.status).toBe(403);
    expect(cookieOf(replayed)).toBeNull();
  });

  it('brings in one of eight who come with it in one moment', async () => {
    const ticket = await askTicket(site.app, bob, place.id);
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(site.app, ticket)));
    expect(answers.filter((answer) => cookieOf(answer) !== null)).toHaveLength(1);
  });

  it('is refused when it is too old, made up, or taken to another workspace’s host', async () => {
    const other = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const { host } = await beginEntry(bob, other.id);
    const ticket = await askTicket(site.app, bob, place.id);
    expect((await exchange(site.app, ticket, { host })).status).toBe(403);
    await site.db('workspace_tickets').update({ expires_at: new Date(Date.now() - 1000) });
    expect((await exchange(site.app, ticket)).status).toBe(403);
    ticket.url.searchParams.set('ticket', 'x'.repeat(43));
    expect((await exchange(site.app, ticket)).status).toBe(403);
    expect(await site.db('security_events').where({ kind: 'access-refused' })).not.toHaveLength(0);
  });

  it('is not given to a colleague, to another company, or when the plan has lapsed', async () => {
    const colleague = await signIn(site.app, await buildUser(site.db, { company_id: cast.acme.id }));
    const charlie = await signIn(site.app, cast.charlie);
    for (const stranger of [colleague, charlie])
      expect((await stranger.post(`/workspace/${String(place.id)}/enter`)).status).toBe(404);
    await whileLapsed(async () => {
      const answer = await bob.post(`/workspace/${String(place.id)}/enter`);
      expect(answer.headers.location).toBe(`/workspace/${String(place.id)}`);
    });
  });

  it('keeps one address for the workspace, and never gives it to another', async () => {
    const first = await beginEntry(bob, place.id);
    expect((await beginEntry(bob, place.id)).host).toBe(first.host);
    await bob.post(`/workspace/${String(place.id)}/delete`);
    const again = await buildWorkspace(site.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
      name: place.name,
    });
    expect((await beginEntry(bob, again.id)).host).not.toBe(first.host);
  });
});

describe('forward-auth', () => {
  it('lets the person in, opens one session with its audit row, and hands on no cookie of ours', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const withTheirs = { ...guest, cookie: `theirs=1; ${guest.cookie}; _xsrf=2` };
    const answer = await askForwardAuth(site.app, withTheirs);
    expect(answer.status).toBe(204);
    expect(answer.headers.cookie).toBe('theirs=1; _xsrf=2');
    expect(answer.headers['x-workspace-id']).toBe(String(place.id));
    await askForwardAuth(site.app, guest);
    const rows = await sessions();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ user_id: cast.bob.id, access_method: 'web', ended_at: null });
    const access = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_access', resource_id: String(place.id) });
    expect(access).toHaveLength(1);
    expect(access[0]).toMatchObject({ user_id: cast.bob.id, company_id: cast.acme.id, success: true });
  });

  it('records an admin in somebody else’s workspace as such', async () => {
    const guest = await enterWorkspace(site.app, await signIn(site.app, cast.alice), place.id);
    expect(await isLetIn(guest)).toBe(true);
    const row = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_access', resource_id: String(place.id) })
      .first<{ details: unknown; user_id: number }>();
    expect(row).toMatchObject({
      user_id: cast.alice.id,
      details: { on_behalf: true, owner_user_id: cast.bob.id },
    });
    expect((await bob.get(`/workspace/${String(place.id)}`)).text).toContain('Alice');
  });

  it('denies a missing, unknown or deleted host, and one that is not a workspace', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    for (const host of [undefined, 'nobody-acme.localhost', 'localhost', 'example.com', 'a.b.localhost', ' '])
      expect((await askForwardAuth(site.app, { cookie: guest.cookie, ...(host && { host }) })).status).toBe(
        403,
      );
    await bob.post(`/workspace/${String(place.id)}/delete`);
    await expectEndWithinSeconds(guest);
    expect((await askForwardAuth(site.app, guest)).status).toBe(403);
  });

  it('denies when two headers name two hosts, though the cookie opens one of them', async () => {
    const other = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const here = await enterWorkspace(site.app, bob, place.id);
    const there = await enterWorkspace(site.app, bob, other.id);
    for (const [named, asked] of [
      [here.host, there.host],
      [there.host, here.host],
    ] as const) {
      const url = { 'x-original-url': `http://${asked}/` };
      for (const { cookie } of [here, there])
        expect((await askForwardAuth(site.app, { host: named, cookie }, url)).status).toBe(403);
    }
  });

  it('lets an address in whichever bytes stand in it', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const refused: number[] = [];
    for (let byte = 0x21; byte <= 0xff; byte += 1) {
      if (byte === 0x7f) continue;
      const url = { 'x-original-url': `http://${guest.host}/\u00c3${String.fromCharCode(byte)}` };
      const { status } = await askForwardAuth(site.app, { cookie: guest.cookie }, url);
      if (status !== 204) refused.push(byte);
    }
    expect(refused).toEqual([]);
  });

  it('denies when two headers name two hosts, and a list of hosts', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const url = { 'x-original-url': `http://${guest.host}/tree` };
    expect((await askForwardAuth(site.app, { cookie: guest.cookie }, url)).status).toBe(204);
    expect((await askForwardAuth(site.app, guest, url)).status).toBe(204);
    expect((await askForwardAuth(site.app, { ...guest, host: 'victim-acme.localhost' }, url)).status).toBe(
      403,
    );
    expect((await askForwardAuth(site.app, { ...guest, host: `${guest.host}, ${guest.host}` })).status).toBe(
      403,
    );
  });

  it('refuses a cookie at another workspace’s host, even of the same person', async () => {
    const other = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const here = await enterWorkspace(site.app, bob, place.id);
    const there = await enterWorkspace(site.app, bob, other.id);
    expect(await isLetIn(here)).toBe(true);
    expect(await isLetIn({ host: there.host, cookie: here.cookie })).toBe(false);
    expect(await isLetIn({ host: there.host, cookie: `${here.cookie}; ${there.cookie}` })).toBe(false);
  });

  it('sends a browser back to the app for a ticket, and says 401 to everything else', async () => {
    const { host } = await enterWorkspace(site.app, bob, place.id);
    const page = await askForwardAuth(site.app, { host }, { accept: 'text/html' });
    expect(page.status).toBe(303);
    const label = host.split('.')[0] ?? '';
    expect(page.headers.location).toBe(`http://localhost:3000/workspace/at/${label}`);
    expect((await bob.get(`/workspace/at/${label}`)).headers.location).toBe(`/workspace/${String(place.id)}`);
    expect((await askForwardAuth(site.app, { host }, { accept: '*/*' })).status).toBe(401);
    const nginx = await askForwardAuth(
      site.app,
      {},
      { 'x-original-url': `http://${host}/`, accept: 'text/html' },
    );
    expect(nginx.status).toBe(401);
    expect(nginx.headers.location).toBe(page.headers.location);
  });

  it('refuses what another workspace’s page sends with this person’s cookie', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const evil = { origin: 'http://evil-globex.localhost:3000' };
    expect((await askForwardAuth(site.app, guest, { ...evil, upgrade: 'websocket' })).status).toBe(403);
    expect((await askForwardAuth(site.app, guest, { ...evil, 'x-forwarded-method': 'POST' })).status).toBe(
      403,
    );
    const subresource = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' };
    expect((await askForwardAuth(site.app, guest, subresource)).status).toBe(403);
    expect((await askForwardAuth(site.app, guest, { origin: 'null' })).status).toBe(403);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await askForwardAuth(site.app, guest, link)).status).toBe(204);
    expect((await askForwardAuth(site.app, guest, { ...link, 'sec-fetch-dest': 'document' })).status).toBe(
      204,
    );
    expect((await askForwardAuth(site.app, guest, { ...link, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    expect((await askForwardAuth(site.app, guest, { origin: `http://${guest.host}` })).status).toBe(204);
  });
});

describe('a request that forward-auth asks about', () => {
  afterEach(() => vi.useRealTimers());

  it('is nobody’s use when a page sends as regularly as a clock, though no proxy says how much', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const ways = [
      { 'x-forwarded-method': 'POST', 'x-forwarded-uri': '/api/poll?n=1' },
      { 'x-original-method': 'POST', 'x-original-url': `http://${guest.host}/api/other?n=2` },
    ];
    const start = Date.now();
    for (let minute = 0; minute < 20; minute += 1)
      for (const [index, headers] of ways.entries()) {
        vi.useFakeTimers({ toFake: ['Date'], now: start + minute * 60_000 + index * 7000 });
        expect((await askForwardAuth(site.app, guest, headers)).status).toBe(204);
      }
    await site.sessions.flush();
    const [session] = await sessions();
    expect(session?.active_minutes).toBeLessThanOrEqual(3);
    // A WebSocket would have been seen when it opened, and no more: nothing here is the most.
    expect(session?.is_partly_seen).toBe(true);
  });
});

describe('a browser that comes in anew', () => {
  it('ends as replaced what it had open there under another browser session, at its last proof of life', async () => {
    const before = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(before)).toBe(true);
    const [open] = await sessions();
    // Signed in again in the app, where the old browser session had run out: nobody signed out.
    const ticket = await askTicket(site.app, await signIn(site.app, cast.bob), place.id);
    const answer = await exchange(site.app, ticket, { cookie: `${ticket.nonce}; ${before.cookie}` });
    const after = { host: before.host, cookie: cookieOf(answer) ?? '' };
    await expectEndWithinSeconds(before);
    expect(await isLetIn(after)).toBe(true);
    expect(await sessions()).toMatchObject([
      { id: open?.id, end_reason: 'replaced', ended_at: open?.last_activity_at },
      { end_reason: null },
    ]);
  });

  it('goes on in its session under the same browser session, and ends nobody else’s', async () => {
    const first = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(first)).toBe(true);
    const elsewhere = await enterWorkspace(site.app, await signIn(site.app, cast.bob), place.id);
    expect(await isLetIn(elsewhere)).toBe(true);
    const ticket = await askTicket(site.app, bob, place.id);
    const cookies = await site.db('workspace_passes').where({ workspace_id: place.id }).select('*');
    const answer = await exchange(site.app, ticket, { cookie: `${ticket.nonce}; ${first.cookie}` });
    // The browser keeps its cookie: with another one, the connections of the first tab would be cut.
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']).toHaveLength(1);
    expect(cookieOf(answer)).toBe(`${ticket.nonce.split('=')[0] ?? ''}=`);
    expect(await site.db('workspace_passes').where({ workspace_id: place.id }).select('*')).toEqual(cookies);
    expect(await sessions()).toMatchObject([{ end_reason: null }, { end_reason: null }]);
    expect(await isLetIn(elsewhere)).toBe(true);
  });
});

describe('access ends within seconds', () => {
  it('when the person signs out, for the first request that comes three seconds later', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(guest)).toBe(true);
    await bob.post('/auth/logout');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3000 });
    try {
      expect(await isLetIn(guest)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('when the person signs out, and the session with it', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(guest)).toBe(true);
    await bob.post('/auth/logout');
    await expectEndWithinSeconds(guest);
    expect(await sessions()).toMatchObject([{ end_reason: 'signed-out' }]);
  });

  it('when the person is deactivated', async () => {
    const mallory = await buildUser(site.db, { company_id: cast.acme.id });
    const own = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: mallory.id });
    const guest = await enterWorkspace(site.app, await signIn(site.app, mallory), own.id);
    expect(await isLetIn(guest)).toBe(true);
    const alice = await signIn(site.app, cast.alice);
    await alice.post(`/admin/users/${String(mallory.id)}/deactivate`);
    await expectEndWithinSeconds(guest);
  });

  it('when the plan lapses', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(guest)).toBe(true);
    await whileLapsed(() => expectEndWithinSeconds(guest));
    const [session] = await sessions();
    expect(session).toMatchObject({ end_reason: 'revoked', ended_at: session?.last_activity_at });
    const ends = site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', resource_id: String(place.id) });
    expect(await ends).toMatchObject([
      { actor_type: 'system', user_id: cast.bob.id, details: { reason: 'revoked', cause: 'lapsed' } },
    ]);
  });

  it('when the company’s rule asks for a second factor that the person lacks, and says so', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(guest)).toBe(true);
    await site.db('second_factor_policies').insert({
      company_id: cast.acme.id,
      required_from: new Date(Date.now() - 1000),
      set_by: cast.alice.id,
      set_at: new Date(),
    });
    try {
      await expectEndWithinSeconds(guest);
      const page = await askForwardAuth(site.app, guest, { accept: 'text/html' });
      expect(page.status).toBe(303);
      const way = await bob.get(new URL(page.headers.location ?? '').pathname);
      expect(way.headers.location).toBe('/account/second-factor');
    } finally {
      await site.db('second_factor_policies').delete();
    }
    expect(await sessions()).toMatchObject([{ end_reason: 'revoked' }]);
    const ends = site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', resource_id: String(place.id) });
    expect(await ends).toMatchObject([
      { user_id: cast.bob.id, details: { reason: 'revoked', cause: 'no-second-factor' } },
    ]);
    expect(await isLetIn(await enterWorkspace(site.app, bob, place.id))).toBe(true);
  });

  it('when an admin becomes a member, in the workspaces of others', async () => {
    const second = await buildUser(site.db, { company_id: cast.acme.id, role: 'admin' });
    const guest = await enterWorkspace(site.app, await signIn(site.app, second), place.id);
    expect(await isLetIn(guest)).toBe(true);
    const alice = await signIn(site.app, cast.alice);
    await alice.post(`/admin/users/${String(second.id)}/role`, { role: 'member' });
    await expectEndWithinSeconds(guest);
    expect(await sessions()).toMatchObject([{ user_id: second.id, end_reason: 'revoked' }]);
  });

  it('when the person closes the workspace, however many pages poll', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect(await isLetIn(guest)).toBe(true);
    await bob.post(`/workspace/${String(place.id)}/close`);
    await expectEndWithinSeconds(guest);
    expect(await sessions()).toMatchObject([{ end_reason: 'closed' }]);
  });
});

async function whileLapsed(work: () => Promise<unknown>): Promise<void> {
  const ofAcme = site.db('subscriptions').where({ company_id: cast.acme.id });
  await ofAcme.clone().update({ trial_ends_at: new Date(Date.now() - 1000) });
  await work();
  await ofAcme.clone().update({ trial_ends_at: new Date(Date.now() + 14 * 86_400_000) });
}
