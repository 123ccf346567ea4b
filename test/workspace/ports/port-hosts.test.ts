import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createConnection, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../../src/web/server/http-server.ts';
import { hostLabels } from '../../../src/workspace/host-name.ts';
import { portLabel, readPortLabel } from '../../../src/workspace/port-label.ts';
import { PortClosed } from '../../../src/workspace/workspace-addresses.ts';
import { useTestApp } from '../../support/app.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import {
  allowManyWorkspaces,
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { askForwardAuth, beginEntry, enterWorkspace, type Guest } from '../entry.ts';
import { openSocketAt, requestAt, type Way } from '../guest-client.ts';
import { expectWithinSeconds } from '../within-seconds.ts';

let isOffered = true;
const runtime = {
  ...createFakeRuntime(),
  offersPorts: () => isOffered,
  listeningPorts: () => Promise.resolve([3000]),
  connectTo: (id: number, port: number): Promise<Socket> => {
    if (port !== 3000) return Promise.reject(new PortClosed());
    asked.push(id);
    return Promise.resolve(createConnection((inside.address() as AddressInfo).port, '127.0.0.1'));
  },
  state: () => 'running' as const,
  addressOf: () => ({ port: (inside.address() as AddressInfo).port }),
};
const site = useTestApp({
  env: { TRUST_PROXY: '127.0.0.1' },
  deps: { runtime, workspaceAddresses: runtime },
});

/** Answers with the host that it was asked by. */
let inside: Server;
/** Whose port it was, each time that a connection was made. */
let asked: number[];
let server: Server;
let cast: Cast;
let bob: Visitor;
let place: { id: number; name: string };
let count = 0;

beforeAll(async () => {
  inside = createServer((req, res) => res.end(`by ${String(req.headers.host)}`)).listen(0, '127.0.0.1');
  const { listener, upgrade, deps } = site;
  server = createHttpServer({ listener, log: deps.log, ...(upgrade === undefined ? {} : { upgrade }) });
  server.listen(0);
  await Promise.all([once(inside, 'listening'), once(server, 'listening')]);
  cast = await buildCast(site.db);
  await allowManyWorkspaces(site.db);
  bob = await signIn(site.app, cast.bob);
});
afterAll(async () => {
  for (const each of [server, inside]) {
    each.closeAllConnections();
    await new Promise((done) => each.close(done));
  }
});
beforeEach(async () => {
  asked = [];
  isOffered = true;
  count += 1;
  place = await runningWorkspace(cast.bob, `app ${String(count)}`);
});

async function runningWorkspace(owner: BuiltUser, name: string): Promise<{ id: number; name: string }> {
  const companyId = owner.company_id ?? 0;
  const built = await buildWorkspace(site.db, { company_id: companyId, owner_user_id: owner.id, name });
  await site.db('workspaces').where({ id: built.id }).update({ wanted_running_since: new Date() });
  return built;
}

/** A label from the time before ports had hosts. */
async function giveLabel(id: number, label: string, companyId: number | null): Promise<void> {
  const row = { label, workspace_id: id, company_id: companyId, created_at: new Date() };
  await site.db('workspace_hosts').insert(row);
}

const way = (): Way => ({ port: (server.address() as AddressInfo).port });
const enter = (visitor: Visitor, id: number, port?: number): Promise<Guest> =>
  enterWorkspace(site.app, visitor, id, port);
const status = async (guest: Partial<Guest>, headers = {}): Promise<number> =>
  (await requestAt(way(), guest, { headers })).status;
const enterPath = (id: number): string => `/workspace/${String(id)}/enter`;

describe('a host label', () => {
  it.each([
    ['3000-api-acme', { port: 3000, label: 'api-acme' }],
    ['65535-w7-acme', { port: 65_535, label: 'w7-acme' }],
    ['1024-a', { port: 1024, label: 'a' }],
    ['1023-api-acme', null],
    ['65536-api-acme', null],
    ['03000-api-acme', null],
    ['300-api-acme', null],
    ['3000api-acme', null],
    ['3000', null],
    ['api-3000-acme', null],
    ['3000-4000-api-acme', { port: 3000, label: '4000-api-acme' }],
  ])('%s names the port and the workspace %j', (label, expected) => {
    expect(readPortLabel(label)).toEqual(expected);
  });

  it('of a new workspace never reads as a port, and leaves room for any port', () => {
    const label = (name: string, subdomain = 'acme'): string =>
      hostLabels({ workspaceId: 7, name, subdomain })[0] ?? '';
    expect(
      ['3000 app', '8080', '2026 report', '80 days', '70000 leagues'].map((name) => label(name)),
    ).toEqual([
      ...['w-3000-app-acme', 'w-8080-acme', 'w-2026-report-acme', '80-days-acme', '70000-leagues-acme'],
    ]);
    for (let length = 1; length <= 60; length += 1)
      expect(portLabel(label('n'.repeat(length), 'c'.repeat(40)), 65_535)?.length).toBeLessThanOrEqual(63);
    expect(portLabel('n'.repeat(58), 65_535)).toBeNull();
  });
});

describe('the host of a port', () => {
  it('leads to the port inside, with the decision and the session of the workspace', async () => {
    const guest = await enter(bob, place.id, 3000);
    expect(guest.host.startsWith(`3000-app-${String(count)}-${cast.acme.subdomain}.`)).toBe(true);
    expect((await requestAt(way(), guest)).text).toBe('by localhost:3000');
    expect(asked).toEqual([place.id]);
    const sessions = await site.db('workspace_sessions').where({ workspace_id: place.id }).select('user_id');
    expect(sessions).toEqual([{ user_id: cast.bob.id }]);
    expect(await status({ ...guest, cookie: '' })).toBe(401);
  });

  it('is refused once the person is signed out, as the workspace is', async () => {
    const visitor = await signIn(site.app, cast.bob);
    const guest = await enter(visitor, place.id, 3000);
    expect(await status(guest)).toBe(200);
    await visitor.post('/auth/logout');
    await expectWithinSeconds(() => status(guest), 401);
  });

  it('takes the cookie of no other host: of the workspace, of another port, of another workspace', async () => {
    const other = await runningWorkspace(cast.bob, `other ${String(count)}`);
    const guests = [
      await enter(bob, place.id),
      await enter(bob, place.id, 3000),
      await enter(bob, place.id, 4000),
      await enter(bob, other.id, 3000),
    ];
    for (const { host } of guests)
      for (const { cookie, host: own } of guests)
        expect(await status({ host, cookie }), `${host} with the cookie of ${own}`).toBe(
          host !== own ? 401 : host.startsWith('4000') ? 502 : 200,
        );
  });

  it('has a cookie of its own: neither way in shuts out the other', async () => {
    const own = await enter(bob, place.id);
    await site.db('workspace_passes').update({ created_at: new Date(Date.now() - 60_000) });
    const port = await enter(bob, place.id, 3000);
    await site.db('workspace_passes').update({ created_at: new Date(Date.now() - 60_000) });
    expect([await status(own), await status(port)]).toEqual([200, 200]);
    const again = await enter(bob, place.id, 3000);
    expect(await status(again)).toBe(200);
    await expectWithinSeconds(() => status(port), 401);
    expect(await status(own)).toBe(200);
  });

  it('takes nothing from the page of another host, not even of the same workspace', async () => {
    const own = await enter(bob, place.id);
    const port = await enter(bob, place.id, 3000);
    for (const [guest, origin] of [
      [port, own.host],
      [own, port.host],
      [port, 'evil.example.com'],
    ] as const) {
      expect(await status(guest, { origin: `http://${origin}` })).toBe(403);
      expect(await status(guest, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).toBe(403);
      expect(await openSocketAt(way(), guest, { origin: `http://${origin}` })).toBe(403);
    }
    expect(asked).toEqual([]);
  });

  it('says that nothing listens, with a page that tries again, and logs no fault', async () => {
    const guest = await enter(bob, place.id, 4000);
    const before = site.logLines.length;
    const answer = await requestAt(way(), guest, { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers['retry-after']]).toEqual([502, '3']);
    expect(answer.text).toContain('Nothing listens on port 4000 yet');
    expect(site.logLines.slice(before)).toEqual([]);
    expect(await openSocketAt(way(), guest)).toBe(502);
  });

  it('is not for a proxy that asks: forward-auth refuses it', async () => {
    const guest = await enter(bob, place.id, 3000);
    expect((await askForwardAuth(site.app, guest)).status).toBe(403);
    const own = await enter(bob, place.id);
    expect((await askForwardAuth(site.app, own)).status).toBe(204);
  });

  it('leads who has no cookie to the page of the workspace, with the port filled in', async () => {
    const { host } = await beginEntry(bob, place.id, 3000);
    const sent = await requestAt(way(), { host }, { headers: { accept: 'text/html' } });
    expect(sent.status).toBe(303);
    const { pathname } = new URL(sent.headers.location ?? '');
    const page = await bob.get(pathname);
    expect(page.headers.location).toBe(`/workspace/${String(place.id)}?port=3000#ports`);
  });
});

describe('a workspace whose own label reads as a port', () => {
  it('keeps its host, and takes it from nobody: that port of the other has none', async () => {
    const old = await runningWorkspace(cast.bob, `old ${String(count)}`);
    const api = await runningWorkspace(cast.bob, `api ${String(count)}`);
    const label = `api-${String(count)}-${cast.acme.subdomain}`;
    await giveLabel(old.id, `3000-${label}`, cast.bob.company_id);
    const guest = await enter(bob, old.id);
    expect(guest.host.startsWith(`3000-${label}.`)).toBe(true);
    expect((await requestAt(way(), guest)).text).toBe(`by ${guest.host}`);
    expect((await askForwardAuth(site.app, guest)).status).toBe(204);
    expect(asked).toEqual([]);
    expect((await bob.post(enterPath(api.id), { port: '3000' })).headers.location).toBe(
      `/workspace/${String(api.id)}`,
    );
    expect((await bob.get(`/workspace/${String(api.id)}`)).text).toContain(
      'Port 3000 of this workspace has no address',
    );
    const row = await site
      .db('audit_logs')
      .where({ error_message: 'no-address', resource_id: String(api.id) });
    expect(row).toHaveLength(1);
    const other = await enter(bob, api.id, 4000);
    expect(other.host.startsWith(`4000-${label}.`)).toBe(true);
  });

  it('of another company is no way into it', async () => {
    const api = await runningWorkspace(cast.bob, `api ${String(count)}`);
    const label = (await beginEntry(bob, api.id)).hostname.split('.')[0] ?? '';
    const charlies = await runningWorkspace(cast.charlie, 'trap');
    const guest = await enter(bob, api.id, 3000);
    expect(await status(guest)).toBe(200);
    // As if it had been given out long ago: the cookie for the port is good for nothing there.
    await giveLabel(charlies.id, `3000-${label}`, cast.charlie.company_id);
    await expectWithinSeconds(() => status(guest), 401);
  });
});

describe('the form for ports', () => {
  it.each(['80', '0', '65536', '3000 ', '-1', '3e3', 'x', '', `x${'😀'.repeat(12)}`])(
    'takes %j, or says what is wrong with it',
    async (port) => {
      const { headers } = await bob.post(enterPath(place.id), { port });
      if (port === '3000 ') expect(headers.location).toContain('//3000-');
      else {
        const query = new URLSearchParams({ port: port.slice(0, 20) }).toString();
        expect(headers.location).toBe(`/workspace/${String(place.id)}?${query}#ports`);
        expect((await bob.get(headers.location as string)).text).toContain(
          'Enter a port from 1024 to 65535.',
        );
      }
    },
  );

  it('is open to the owner and to admins of the company, and to nobody else', async () => {
    const colleague = await buildUser(site.db, { company_id: cast.acme.id });
    const expected = new Map<BuiltUser, number>([
      [cast.bob, 303],
      [cast.alice, 303],
      [colleague, 404],
      [cast.charlie, 404],
      [cast.olivia, 403],
    ]);
    for (const [person, answer] of expected) {
      const visitor = await signIn(site.app, person);
      const given = await visitor.post(enterPath(place.id), { port: '3000' });
      expect(given.status, person.full_name).toBe(answer);
    }
    expect((await new Visitor(site.app).post(enterPath(place.id), { port: '3000' })).status).toBe(401);
  });

  it('lists on what something listens, with a button for each', async () => {
    const page = (await bob.get(`/workspace/${String(place.id)}`)).text;
    expect(page).toContain('name="port" value="3000"');
    expect(page).toContain('id="ports"');
  });

  it('is not there where workspaces share a network, and says so; the address refuses', async () => {
    isOffered = false;
    const page = (await bob.get(`/workspace/${String(place.id)}`)).text;
    expect(page).toContain('Servers on ports cannot be reached here, since workspaces share one network.');
    expect(page).not.toContain('name="port"');
    expect((await bob.post(enterPath(place.id), { port: '3000' })).status).toBe(404);
  });
});
