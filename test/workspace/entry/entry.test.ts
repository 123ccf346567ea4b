import supertest, { type Response } from 'supertest';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import {
  askForwardAuth,
  askTicket,
  beginEntry,
  cookieOf,
  enterWorkspace,
  exchange,
  goToHost,
  pathOf,
} from '../entry.ts';

const site = useTestApp({ env: { TRUST_PROXY: 'loopback' } });

let cast: Cast;
let victim: Visitor;
let attacker: Visitor;
let mallory: BuiltUser;
/** The attacker's. */
let trap: { id: number };

beforeAll(async () => {
  cast = await buildCast(site.db);
  mallory = await buildUser(site.db, { company_id: cast.globex.id });
  trap = await buildWorkspace(site.db, { company_id: cast.globex.id, owner_user_id: mallory.id });
});

beforeEach(async () => {
  await site.db('security_events').delete();
  victim = await signIn(site.app, cast.bob);
  attacker = await signIn(site.app, mallory);
});

const reasons = async (): Promise<unknown[]> =>
  (await site.db('security_events').where({ kind: 'access-refused' }).orderBy('at').pluck('details')).map(
    ({ reason }: { reason: string }) => reason,
  );

/** The address in the app to which a workspace's host sends a browser back. */
const backOf = (atHost: Response): string => pathOf(new URL(atHost.headers.location as string));

/** Refused: no cookie, no way on, and a page that says why. */
function expectRefused(answer: Response): void {
  expect(answer.status).toBe(403);
  expect(cookieOf(answer) ?? '').not.toMatch(/workspace|entry/);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.text).toContain('only in the browser in which it was requested');
}

describe('a link into a workspace of somebody else’s', () => {
  it('opens nothing with a ticket that the attacker fetched, and says in the log whose it was', async () => {
    const ticket = await askTicket(site.app, attacker, trap.id);
    expectRefused(await goToHost(site.app, ticket.url));
    // The victim may be on the way into a workspace of its own just then.
    const own = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const { nonce } = await askTicket(site.app, victim, own.id);
    expectRefused(await exchange(site.app, { ...ticket, nonce }));
    expect(await site.db('security_events').pluck('details')).toMatchObject(
      Array.from({ length: 2 }, () => ({
        reason: 'a ticket that another browser fetched',
        user_id: mallory.id,
        workspace_id: trap.id,
      })),
    );
    // A failed try uses nothing up.
    expect(cookieOf(await exchange(site.app, ticket))).toMatch(/^yac_workspace=/);
  });

  it('opens nothing with an entry that the attacker began: the app makes no ticket for the victim', async () => {
    const atHost = await goToHost(site.app, await beginEntry(attacker, trap.id));
    expectRefused(await victim.get(backOf(atHost)));
    expect(await reasons()).toEqual(['an entry that is used, too old or of another browser session']);
    const unused = site.db('workspace_tickets').where({ workspace_id: trap.id }).whereNull('used_at');
    expect(await unused).toMatchObject([{ nonce_hash: null }]);
  });

  it('opens nothing for a colleague, or in another browser of the same person', async () => {
    const own = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const atHost = await goToHost(site.app, await beginEntry(victim, own.id));
    for (const person of [cast.alice, cast.bob])
      expectRefused(await (await signIn(site.app, person)).get(backOf(atHost)));
    expect((await victim.get(backOf(atHost))).status).toBe(303);
  });

  it('gives the attacker no way in, though the victim takes the attacker’s hash to the app', async () => {
    const own = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    // The attacker has read the entry somewhere, and the victim follows a link with it.
    const entry = await beginEntry(victim, own.id);
    const attackers = await goToHost(site.app, entry);
    const bound = await victim.get(backOf(attackers));
    expectRefused(await goToHost(site.app, new URL(bound.headers.location as string)));
    // The ticket is another secret than the entry, and only the victim's browser has it.
    entry.searchParams.set('ticket', entry.searchParams.get('entry') ?? '');
    entry.searchParams.delete('entry');
    expectRefused(await goToHost(site.app, entry, { cookie: cookieOf(attackers) ?? '' }));
  });
});

describe('the way in', () => {
  let place: { id: number };

  beforeEach(async () => {
    await site
      .db('workspaces')
      .where({ owner_user_id: cast.bob.id })
      .update({ deleted_at: new Date(), deleted_by: cast.bob.id });
    place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  });

  it('gives the browser a cookie of its own at the host, and takes it away with the workspace cookie', async () => {
    const atHost = await goToHost(site.app, await beginEntry(victim, place.id));
    expect(atHost.status).toBe(303);
    expect(atHost.headers['cache-control']).toBe('no-store');
    expect(atHost.headers['referrer-policy']).toBe('no-referrer');
    const [set = ''] = atHost.headers['set-cookie'] as unknown as string[];
    expect(set).toMatch(/^yac_entry_\w{16}=[\w-]{43}; Max-Age=120; Path=\/; HttpOnly; SameSite=Lax$/);
    const back = await victim.get(backOf(atHost));
    expect(back.headers['referrer-policy']).toBe('no-referrer');
    const ticket = { url: new URL(back.headers.location as string), nonce: cookieOf(atHost) ?? '' };
    const [workspaceCookie, cleared] = (await exchange(site.app, ticket)).headers[
      'set-cookie'
    ] as unknown as string[];
    expect(workspaceCookie).toMatch(/^yac_workspace=/);
    expect(cleared).toBe(`${ticket.nonce.split('=')[0] ?? ''}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`);
  });

  it('needs ticket and cookie, at the workspace’s own host', async () => {
    const other = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const { host } = await beginEntry(victim, other.id);
    const entry = await beginEntry(victim, place.id);
    expectRefused(await goToHost(site.app, entry, { host }));
    const ticket = await askTicket(site.app, victim, place.id);
    expectRefused(await exchange(site.app, ticket, { host }));
    expectRefused(await exchange(site.app, ticket, { cookie: 'yac_entry_0123456789abcdef=nothing' }));
    expectRefused(await exchange(site.app, { ...ticket, url: new URL('/.youarecoder/enter', ticket.url) }));
    expect(await reasons()).toHaveLength(4);
    expect((await exchange(site.app, ticket)).status).toBe(303);
  });

  it('is gone once: an entry makes one ticket, and only its own browser asks the app in vain again', async () => {
    const entry = await beginEntry(victim, place.id);
    const atHost = await goToHost(site.app, entry);
    const answers = await Promise.all(Array.from({ length: 8 }, () => victim.get(backOf(atHost))));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expectRefused(await victim.get(backOf(atHost)));
    expectRefused(await goToHost(site.app, entry));
    // An entry and its ticket do not replace each other: a ticket makes no ticket for another cookie.
    const made = new URL(answers.find(({ status }) => status === 303)?.headers.location as string);
    const ticket = made.searchParams.get('ticket') ?? '';
    expectRefused(await victim.get(`/workspace/entry?entry=${ticket}&state=${'a'.repeat(64)}`));
    entry.searchParams.set('ticket', entry.searchParams.get('entry') ?? '');
    entry.searchParams.delete('entry');
    expectRefused(await goToHost(site.app, entry, { cookie: cookieOf(atHost) ?? '' }));
  });

  it('is closed after half a minute at each step', async () => {
    const expire = (): Promise<unknown> =>
      site.db('workspace_tickets').update({ expires_at: new Date(Date.now() - 1) });
    const entry = await beginEntry(victim, place.id);
    const atHost = await goToHost(site.app, entry);
    await expire();
    expectRefused(await goToHost(site.app, entry));
    expectRefused(await victim.get(backOf(atHost)));
    const ticket = await askTicket(site.app, victim, place.id);
    await expire();
    expectRefused(await exchange(site.app, ticket));
    const [row] = await site.db('workspace_tickets').where({ workspace_id: place.id }).select('*');
    expect(Object.values(row as object)).not.toContain(ticket.url.searchParams.get('ticket'));
  });

  it('opens for nobody who does not send what the host gave: a made-up state makes no ticket', async () => {
    const entry = (await beginEntry(victim, place.id)).searchParams.get('entry') ?? '';
    for (const query of ['', `entry=${entry}`, `entry=${entry}&state=A`, `state=${'a'.repeat(64)}`])
      expectRefused(await victim.get(`/workspace/entry?${query}`));
    expectRefused(await victim.get(`/workspace/entry?entry=${entry}&entry=${entry}&state=${'a'.repeat(64)}`));
  });

  it('goes on for a browser that asks the host again before it is back in the app', async () => {
    const entry = await beginEntry(victim, place.id);
    const atHost = await goToHost(site.app, entry);
    const cookie = cookieOf(atHost) ?? '';
    const again = await goToHost(site.app, entry, { cookie });
    expect(again.headers.location).toBe(atHost.headers.location);
    expect(cookieOf(again)).toBeNull();
    // Another tab's entry has a cookie of its own all the same.
    const other = await goToHost(site.app, await beginEntry(victim, place.id), { cookie });
    expect(cookieOf(other)).toMatch(/^yac_entry_/);
    const back = await victim.get(backOf(again));
    const entered = await goToHost(site.app, new URL(back.headers.location as string), { cookie });
    expect(cookieOf(entered)).toMatch(/^yac_workspace=/);
  });

  it('is not used up by what a browser fetches before anybody wants it', async () => {
    const entry = await beginEntry(victim, place.id);
    const early = { 'sec-purpose': 'prefetch;prerender' };
    const atHost = await goToHost(site.app, entry);
    expectRefused(await victim.get(backOf(atHost), early));
    expectRefused(await victim.get(backOf(atHost), { purpose: 'prefetch' }));
    expect((await victim.head(backOf(atHost))).status).toBe(403);
    const back = await victim.get(backOf(atHost));
    expect(back.status).toBe(303);
    const ticket = new URL(back.headers.location as string);
    const headers = { host: ticket.host, accept: 'text/html', cookie: cookieOf(atHost) ?? '' };
    const prefetched = supertest(site.app).get(pathOf(ticket)).set(headers).set(early);
    expectRefused(await prefetched);
    expect((await goToHost(site.app, ticket, headers)).status).toBe(303);
    expect(await reasons()).toEqual([]);
  });

  it('lets two tabs in at once, into two workspaces or twice into one', async () => {
    const entries = [await beginEntry(victim, place.id), await beginEntry(victim, place.id)];
    const atHost = [await goToHost(site.app, entries[0]!), await goToHost(site.app, entries[1]!)];
    // A single browser has both cookies, and sends both.
    const cookie = atHost.map((answer) => cookieOf(answer)).join('; ');
    const cookies: string[] = [];
    for (const answer of atHost) {
      const back = await victim.get(backOf(answer));
      const entered = await goToHost(site.app, new URL(back.headers.location as string), { cookie });
      cookies.push(cookieOf(entered) ?? '');
    }
    // The browser may have got either of the two when it goes on.
    for (const held of cookies)
      expect((await askForwardAuth(site.app, { host: entries[0]!.host, cookie: held })).status).toBe(204);
    const other = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const guests = await Promise.all([place, other].map(({ id }) => enterWorkspace(site.app, victim, id)));
    for (const guest of guests) expect((await askForwardAuth(site.app, guest)).status).toBe(204);
  });

  it('ends the workspace cookie that the browser had before, half a minute later', async () => {
    const before = await enterWorkspace(site.app, victim, place.id);
    await site.db('workspace_passes').update({ created_at: new Date(Date.now() - 31_000) });
    const after = await enterWorkspace(site.app, victim, place.id);
    expect((await askForwardAuth(site.app, before)).status).toBe(401);
    expect((await askForwardAuth(site.app, after)).status).toBe(204);
  });

  it('sends somebody who has signed out meanwhile to sign in, and makes no ticket afterwards', async () => {
    const atHost = await goToHost(site.app, await beginEntry(victim, place.id));
    await victim.post('/auth/logout');
    expect((await victim.get(backOf(atHost))).headers.location).toMatch(/^\/auth\/login\?returnTo=/);
    expectRefused(await (await signIn(site.app, cast.bob)).get(backOf(atHost)));
  });
});

describe('over https', () => {
  const secure = useTestApp({
    env: {
      TRUST_PROXY: 'loopback',
      BASE_URL: 'https://app.example.com',
      WORKSPACE_DOMAIN: 'workspaces.example.net',
    },
  });

  /**
   * The bytes that Chromium sends to every host of a domain for `Set-Cookie: <U+00A0>__Host-…; Domain=…` of
   * any of them.
   */
  const planted = (cookie: string): string => `\u00a0${cookie}`;

  it('takes no cookie that a neighbouring host has planted, whatever blank its name begins with', async () => {
    const { acme, bob } = await buildCast(secure.db);
    const place = await buildWorkspace(secure.db, { company_id: acme.id, owner_user_id: bob.id });
    const visitor = await signIn(secure.app, bob);
    const guest = await enterWorkspace(secure.app, visitor, place.id);
    expect(guest.cookie).toMatch(/^__Host-yac-workspace=/);
    expect((await askForwardAuth(secure.app, guest)).status).toBe(204);
    const tossed = { ...guest, cookie: planted(guest.cookie) };
    expect((await askForwardAuth(secure.app, tossed)).status).toBe(401);
    // The planted cookie takes no cookie from anybody who has one.
    const both = {
      ...guest,
      cookie: `${planted(`__Host-yac-workspace=${'x'.repeat(43)}`)}; ${guest.cookie}`,
    };
    const answer = await askForwardAuth(secure.app, both);
    expect(answer.status).toBe(204);
    expect(answer.headers.cookie).toBe('');
    const { url, nonce } = await askTicket(secure.app, visitor, place.id);
    expectRefused(await exchange(secure.app, { url, nonce: planted(nonce) }));
    expect((await exchange(secure.app, { url, nonce })).status).toBe(303);
  });
});
