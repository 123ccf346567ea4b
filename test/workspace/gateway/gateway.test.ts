import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { createHttpServer } from '../../../src/web/server/http-server.ts';
import { HumanActivity } from '../../../src/workspace/activity/human-activity.ts';
import type { WorkspaceAddress } from '../../../src/workspace/workspace-addresses.ts';
import { createHostRequestReader } from '../../../src/workspace/host-request.ts';
import { TooMuchOpen } from '../../../src/workspace/gateway/open-per-person.ts';
import {
  WorkspaceAway,
  WorkspaceProxy,
  type AuthorizedRequest,
} from '../../../src/workspace/gateway/workspace-proxy.ts';
import { useTestApp } from '../../support/app.ts';
import {
  allowManyWorkspaces,
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import {
  startWorkspaceProgram,
  type Seen,
  type WorkspaceProgram,
} from '../../support/programs/workspace-program.ts';
import { askForwardAuth, enterWorkspace, type Guest } from '../entry.ts';
import {
  requestAt,
  CLOSE,
  echo,
  openSocketAt,
  PING,
  TEXT,
  type Answer,
  type RequestOptions,
  type Way,
} from '../guest-client.ts';

const addresses = new Map<number, WorkspaceAddress>();
const site = useTestApp({
  deps: { workspaceAddresses: { addressOf: (id) => addresses.get(id) ?? null } },
});

let program: WorkspaceProgram;
let server: Server;
let cast: Cast;
let bob: Visitor;
let place: { id: number; name: string };

beforeAll(async () => {
  program = await startWorkspaceProgram();
  cast = await buildCast(site.db);
  await allowManyWorkspaces(site.db);
  const { listener, upgrade, deps } = site;
  server = createHttpServer({ listener, log: deps.log, ...(upgrade === undefined ? {} : { upgrade }) });
  await new Promise<void>((done) => server.listen(0, done));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await program.close();
});

beforeEach(async () => {
  await site.db('workspaces').whereNull('deleted_at').update({
    deleted_at: new Date(),
    deleted_by: cast.alice.id,
  });
  program.answers = {};
  program.isDeaf = false;
  place = await runningWorkspace(cast.bob);
  bob = await signIn(site.app, cast.bob);
});

async function runningWorkspace(owner: BuiltUser): Promise<{ id: number; name: string }> {
  const built = await buildWorkspace(site.db, { company_id: owner.company_id ?? 0, owner_user_id: owner.id });
  addresses.set(built.id, { socketPath: program.socketPath });
  return built;
}

const way = (): Way => ({ port: (server.address() as AddressInfo).port });
const ask = (guest: Partial<Guest>, how?: RequestOptions): Promise<Answer> => requestAt(way(), guest, how);
const openSocket = (guest: Partial<Guest>, headers?: Record<string, string>) =>
  openSocketAt(way(), guest, headers);
const seen = (answer: Answer): Seen => JSON.parse(answer.text) as Seen;

async function openedSocket(guest: Guest): Promise<Socket> {
  const opened = await openSocket(guest);
  if (typeof opened === 'number') throw new Error(`no WebSocket: ${String(opened)}`);
  return opened.socket;
}

describe('a workspace that takes a request and says nothing', () => {
  it('is given up after a while with 504, and the next request is tried again', async () => {
    const silent = createServer(() => undefined).listen(0);
    const front = createServer((req, res) => {
      const address = req.url === '/silent' ? { port: portOf(silent) } : { socketPath: program.socketPath };
      impatient.proxyRequest(req, res, { ...authorized(), address }).catch((error: unknown) => {
        res.writeHead(error instanceof WorkspaceAway ? error.status : 500).end();
      });
    }).listen(0);
    const impatient = proxyWith({ silentMs: 100 });
    const statuses: number[] = [];
    for (const path of ['silent', 'there', 'silent', 'there'])
      statuses.push((await fetch(`http://127.0.0.1:${String(portOf(front))}/${path}`)).status);
    expect(statuses).toEqual([504, 200, 504, 200]);
    impatient.close();
    for (const each of [front, silent]) {
      each.closeAllConnections();
      each.close();
    }
  });

  const portOf = (of: Server): number => (of.address() as AddressInfo).port;
});

describe('people who have too much open', () => {
  it('are in the security log once a minute each, and anew when so many were refused since', async () => {
    const config = { ...site.deps.config, workspaceConnectionsMax: 0 };
    const proxy = proxyWith({ config, refusedMax: 2 });
    for (const userId of [1, 1, 2, 1, 3, 2]) {
      const { grant, ...request } = { ...authorized(), address: { port: 0 } };
      const refused = proxy.proxyRequest({} as never, {} as never, {
        ...request,
        grant: { ...grant, userId },
      });
      await expect(refused).rejects.toThrow(TooMuchOpen);
    }
    const named = (): Promise<string[]> =>
      site
        .db('security_events')
        .whereRaw("details ->> 'reason' = 'too-many'")
        .orderByRaw('1')
        .select(site.db.raw("details ->> 'user_id' as id"))
        .then((rows: { id: string }[]) => rows.map(({ id }) => id));
    await expect.poll(named).toEqual(['1', '2', '2', '3']);
    proxy.close();
  });
});

function proxyWith(of: Partial<ConstructorParameters<typeof WorkspaceProxy>[0]>): WorkspaceProxy {
  const { config, db, log } = site.deps;
  return new WorkspaceProxy({
    ...{ config, db, log, humanActivity: new HumanActivity(), rules: { mustRun: true } },
    addresses: { addressOf: () => null },
    accessCache: { note: () => undefined },
    ...of,
  });
}

function authorized(): Omit<AuthorizedRequest, 'address'> {
  const readRequest = createHostRequestReader({ baseUrl: 'http://app.localhost' });
  return {
    request: readRequest({}, { label: place.name, host: undefined, method: 'GET', path: '/' }),
    context: systemContext({ name: 'test', at: new Date(), log: site.deps.log }),
    grant: {
      ...{ workspaceId: place.id, userId: cast.bob.id, companyId: cast.acme.id },
      ...{ isAdmin: false, browserSessionHash: '', port: null },
    },
    session: { id: 1, startedAt: new Date() },
  };
}

describe('a request through the gateway', () => {
  it('reaches the program with its path, method and body, and without our cookies or anybody’s claims', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const cookie = `theirs=1; ${guest.cookie}; yac=x; __Host-yac-device=y; yacht=2`;
    const answer = await ask(
      { ...guest, cookie },
      {
        method: 'POST',
        path: '/tree?x=1',
        body: 'hello',
        headers: {
          origin: `http://${guest.host}`,
          'x-forwarded-for': '198.51.100.1',
          'x-forwarded-host': 'evil.example.com',
          'x-real-ip': '198.51.100.1',
          'x-workspace-user-id': '1',
          forwarded: 'for=198.51.100.1',
          te: 'trailers',
          'proxy-authorization': 'Basic x',
          connection: 'close, x-secret',
          'x-secret': 'for the next hop',
        },
      },
    );
    expect(answer.status).toBe(200);
    const { method, url, body, headers } = seen(answer);
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/tree?x=1', body: 'hello' });
    expect(headers).toMatchObject({
      host: guest.host,
      cookie: 'theirs=1; yacht=2',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': guest.host,
      'x-forwarded-proto': 'http',
    });
    for (const name of [
      'x-real-ip',
      'x-workspace-user-id',
      'forwarded',
      'te',
      'proxy-authorization',
      'x-secret',
    ])
      expect(headers, name).not.toHaveProperty(name);
  });

  it('comes back without what would command the proxy in front of us', async () => {
    program.answers = {
      'x-accel-redirect': '/internal/backup.tar',
      'x-sendfile': '/etc/passwd',
      'x-accel-buffering': 'no',
    };
    const answer = await ask(await enterWorkspace(site.app, bob, place.id));
    expect(answer.headers).not.toHaveProperty('x-accel-redirect');
    expect(answer.headers).not.toHaveProperty('x-sendfile');
    // Harmless, and event streams need it.
    expect(answer.headers['x-accel-buffering']).toBe('no');
  });

  it('comes back without cookies for the neighbours, or in our name', async () => {
    program.answers = {
      'set-cookie': [
        'a=1; Domain=localhost; Path=/',
        'b=2; path=/; domain=.localhost; HttpOnly',
        'yac=stolen; Path=/',
        '__Host-yac-workspace=x; Path=/; Secure',
      ],
      'clear-site-data': '"cookies"',
      'content-security-policy': "default-src 'self'",
    };
    const answer = await ask(await enterWorkspace(site.app, bob, place.id));
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; path=/; HttpOnly']);
    expect(answer.headers).not.toHaveProperty('clear-site-data');
    expect(answer.headers['content-security-policy']).toBe("default-src 'self'");
  });

  it('never reaches the app, whatever it asks for', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    for (const path of ['/auth/login', '/healthz', '/workspace', '/assets/app.css'])
      expect(seen(await ask(guest, { path })).url).toBe(path);
    expect((await ask({ host: guest.host }, { path: '/auth/login' })).status).toBe(401);
    expect((await ask({ host: 'localhost' }, { path: '/healthz' })).status).toBe(200);
    expect(await site.metrics.registry.metrics()).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="workspace",status="200"\} [1-9]/,
    );
  });

  it('reaches the workspace for the owner and the company’s admin only', async () => {
    const { host } = await enterWorkspace(site.app, bob, place.id);
    const statuses: Record<string, number> = {};
    for (const person of [cast.bob, cast.alice]) {
      const visitor = await signIn(site.app, person);
      statuses[person.full_name] = (await ask(await enterWorkspace(site.app, visitor, place.id))).status;
    }
    const colleague = await buildUser(site.db, { company_id: cast.acme.id, full_name: 'Colleague' });
    for (const person of [colleague, cast.charlie]) {
      const visitor = await signIn(site.app, person);
      const own = await enterWorkspace(site.app, visitor, (await runningWorkspace(person)).id);
      expect((await ask(own)).status).toBe(200);
      statuses[person.full_name] = (await ask({ host, cookie: own.cookie })).status;
    }
    expect(statuses).toEqual({ Bob: 200, Alice: 200, Colleague: 401, Charlie: 401 });
    expect(
      (await (await signIn(site.app, cast.olivia)).post(`/workspace/${String(place.id)}/enter`)).status,
    ).toBe(403);
  });

  it('is sent to the app for a ticket when it is a page without a workspace cookie', async () => {
    const { host } = await enterWorkspace(site.app, bob, place.id);
    const answer = await ask({ host }, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(`http://localhost:3000/workspace/at/${host.split('.')[0] ?? ''}`);
    expect((await ask({ host: 'nobody.localhost' }, { headers: { accept: 'text/html' } })).status).toBe(404);
  });

  it('leads to the setting up of a second factor that the company asks for', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect((await ask(guest)).status).toBe(200);
    const row = { company_id: cast.acme.id, set_by: cast.alice.id };
    const since = new Date(Date.now() - 1000);
    await site.db('second_factor_policies').insert({ ...row, required_from: since, set_at: since });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3000 });
    try {
      const page = await ask(guest, { headers: { accept: 'text/html' } });
      expect([page.status, page.headers.location]).toEqual([
        303,
        `http://localhost:3000/workspace/at/${guest.host.split('.')[0] ?? ''}`,
      ]);
      const file = await ask(guest, { headers: { 'accept-language': 'tr' } });
      expect(file.status).toBe(403);
      expect(file.text).toContain('ikinci adım');
      expect(await openSocket(guest)).toBe(403);
    } finally {
      vi.useRealTimers();
      await site.db('second_factor_policies').delete();
    }
  });

  it('gets a page that says that the workspace does not run, or does not answer', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const turkish = { headers: { accept: 'text/html', 'accept-language': 'tr' } };
    addresses.delete(place.id);
    const stopped = await ask(guest, turkish);
    expect(stopped.status).toBe(503);
    expect(stopped.text).toContain('Çalışma alanı başlatılıyor');
    // The page loads again by itself, as a program would that reads the header.
    expect(stopped.text).toContain('<meta http-equiv="refresh" content="3">');
    expect(stopped.headers['retry-after']).toBe('3');
    // No error happened, so no number of an error is shown.
    expect(stopped.text.replace(/<[^>]*>/g, ' ')).not.toContain('503');
    expect(await openSocket(guest)).toBe(503);
    expect(await traffic()).toBeUndefined();
    addresses.set(place.id, { socketPath: `${program.socketPath}.gone` });
    expect((await ask(guest, turkish)).status).toBe(502);
    expect(await openSocket(guest)).toBe(502);
    // Nobody was there, so no use is counted.
    expect(await traffic()).toMatchObject({ connected_minutes: 0, active_minutes: 0, connected_until: null });
    addresses.set(place.id, { socketPath: program.socketPath });
    expect((await ask(guest)).status).toBe(200);
    expect(await traffic()).toMatchObject({ connected_minutes: 1 });
  });
});

describe('our own pages at a workspace’s host', () => {
  it('have the product’s look, from two files that are there for nobody else and allowed by their policy', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const page = { headers: { accept: 'text/html' } };
    addresses.set(place.id, { socketPath: `${program.socketPath}.gone` });
    const away = [
      await ask(guest, page),
      await ask({ host: 'nobody.localhost' }, page),
      await ask({ host: guest.host }, { ...page, path: '/.youarecoder/enter?ticket=x' }),
      await ask({ host: 'a.b.localhost' }, page),
    ];
    expect(away.map(({ status }) => status)).toEqual([502, 404, 403, 404]);
    for (const { text, headers } of away) {
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(text).not.toMatch(/http-equiv="refresh"|<script|<style| style=/);
      const files = [...text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path = '']) => path);
      expect(new Set(files).size).toBe(2);
      for (const path of files) {
        const file = await ask({ host: 'a.b.localhost' }, { path });
        expect([file.status, file.headers['cache-control']], path).toEqual([
          200,
          'public, max-age=31536000, immutable',
        ]);
        expect(file.headers['content-type']).toMatch(path.endsWith('.css') ? /^text\/css/ : /^image\/svg/);
        expect((await ask({ host: 'localhost' }, { path })).status).toBe(404);
      }
    }
    addresses.set(place.id, { socketPath: program.socketPath });
    // Other addresses below our path belong to the workspace.
    expect(seen(await ask(guest, { path: '/.youarecoder/other' })).url).toBe('/.youarecoder/other');
  });
});

describe('an answer that is still being sent', () => {
  it('is connected for as long as it is open, like a WebSocket', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    program.isHolding = true;
    const answering = ask(guest);
    await expect.poll(() => program.held.length).toBe(1);
    await expect.poll(async () => (await traffic())?.connected_minutes).toBe(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 60_000 });
    await expect.poll(async () => (await traffic())?.connected_minutes, { timeout: 6000 }).toBe(4);
    vi.useRealTimers();
    program.isHolding = false;
    for (const finish of program.held.splice(0)) finish();
    expect((await answering).status).toBe(200);
  });
});

describe('forward-auth', () => {
  it('ignores what a stranger who is no trusted proxy says about hosts, whoever’s cookie comes with it', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    expect((await ask(guest)).status).toBe(200);
    expect((await askForwardAuth(site.app, guest)).status).toBe(403);
    const url = { 'x-original-url': `http://${guest.host}/` };
    expect((await askForwardAuth(site.app, { cookie: guest.cookie }, url)).status).toBe(403);
  });
});

describe('a WebSocket through the gateway', () => {
  it('speaks with the program, and is refused without a cookie, at another host, and from another site', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const opened = await openSocket(guest, { origin: `http://${guest.host}` });
    if (typeof opened === 'number') throw new Error(String(opened));
    expect(opened.headers['set-cookie']).toEqual(['a=1']);
    expect(await echo(opened.socket, TEXT)).toEqual(TEXT);
    opened.socket.destroy();
    expect(await openSocket({ host: guest.host })).toBe(401);
    expect(await openSocket(guest, { origin: 'http://evil-globex.localhost:3000' })).toBe(403);
    const neighbour = await enterWorkspace(site.app, bob, (await runningWorkspace(cast.bob)).id);
    expect(await openSocket({ host: neighbour.host, cookie: guest.cookie })).toBe(401);
    expect(await openSocket({ host: 'localhost' })).toBe(404);
  });

  it('is never compressed, since the size of messages tells a heartbeat from a person', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const opened = await openSocket(guest, { 'sec-websocket-extensions': 'permessage-deflate' });
    if (typeof opened === 'number') throw new Error(String(opened));
    opened.socket.destroy();
    expect(program.seen.at(-1)?.headers).toMatchObject({ upgrade: 'websocket' });
    expect(program.seen.at(-1)?.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('is cut within seconds when the person signs out or closes the workspace, or it is deleted or stops', async () => {
    const ends: Record<string, (id: number, visitor: Visitor) => Promise<unknown>> = {
      'signed out': async (_id, visitor) => visitor.post('/auth/logout'),
      closed: async (id, visitor) => visitor.post(`/workspace/${String(id)}/close`),
      deleted: async (id, visitor) => visitor.post(`/workspace/${String(id)}/delete`),
      stopped: async (id) => Promise.resolve(addresses.delete(id)),
    };
    const opened = await Promise.all(
      Object.entries(ends).map(async ([name, end]) => {
        const [visitor, { id }] = [await signIn(site.app, cast.bob), await runningWorkspace(cast.bob)];
        const socket = await openedSocket(await enterWorkspace(site.app, visitor, id));
        socket.on('error', () => undefined);
        expect(await echo(socket, TEXT)).toEqual(TEXT);
        return { name, closed: once(socket, 'close'), end: () => end(id, visitor) };
      }),
    );
    const kept = await openedSocket(await enterWorkspace(site.app, bob, place.id));
    // All wait for the same look at what is open.
    const waited = await Promise.all(
      opened.map(async ({ name, closed, end }) => {
        const before = Date.now();
        await end();
        await closed;
        return { name, isQuick: Date.now() - before < 6000 };
      }),
    );
    expect(waited).toEqual(Object.keys(ends).map((name) => ({ name, isQuick: true })));
    expect(await echo(kept, TEXT)).toEqual(TEXT);
    kept.destroy();
  });

  it('is active while the person sends messages, and merely connected while only pings come', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const socket = await openedSocket(guest);
    await echo(socket, PING);
    // A message that a page sends at once is its greeting.
    await echo(socket, TEXT);
    expect(await traffic()).toMatchObject({ active_minutes: 0 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    // In two pieces, as a network may cut it.
    socket.write(TEXT.subarray(0, 1));
    await echo(socket, TEXT.subarray(1));
    const row = await traffic();
    expect(row?.active_minutes).toBe(1);
    expect(row?.connected_minutes).toBeGreaterThanOrEqual(1);
    socket.destroy();
    vi.useRealTimers();
  });

  it('is merely connected when the page answers what the workspace says, also in another WebSocket', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const [asked, other] = [await openedSocket(guest), await openedSocket(guest)];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    const said = Promise.all([asked, other].map((socket) => once(socket, 'data')));
    program.say(Buffer.concat([Buffer.from([0x81, 2]), Buffer.from('hi')]));
    await said;
    await echo(other, TEXT);
    expect(await traffic()).toMatchObject({ active_minutes: 0 });
    vi.setSystemTime(Date.now() + 1000);
    await echo(other, TEXT);
    expect(await traffic()).toMatchObject({ active_minutes: 1 });
    for (const each of [asked, other]) each.destroy();
    vi.useRealTimers();
  });

  it('knows a close that the workspace began, which the browser only answers', async () => {
    const socket = await openedSocket(await enterWorkspace(site.app, bob, place.id));
    await echo(socket, TEXT);
    const said = once(socket, 'data');
    program.say(Buffer.from([0x88, 0]));
    await said;
    // The program repeats it, so the gateway has passed it on then.
    await echo(socket, CLOSE);
    expect((await traffic())?.disconnected_at).toBeNull();
    socket.destroy();
  });

  it('is over on both sides when the browser goes, also for a program that never ends its own, and when it is cut', async () => {
    await expect.poll(() => program.heard).toBe(0);
    program.isDeaf = true;
    const guest = await enterWorkspace(site.app, bob, place.id);
    const left = await openedSocket(guest);
    const closed = once(left, 'close');
    left.end();
    await closed;
    await expect.poll(() => program.heard).toBe(0);
    const cut = once(await openedSocket(guest), 'close');
    expect(program.heard).toBe(1);
    addresses.delete(place.id);
    await cut;
    await expect.poll(() => program.heard).toBe(0);
  });

  it('knows a tab that is closed from a line that breaks', async () => {
    const guest = await enterWorkspace(site.app, bob, place.id);
    const broken = await openedSocket(guest);
    await echo(broken, TEXT);
    broken.destroy();
    expect((await traffic())?.disconnected_at).toBeNull();
    const closed = await openedSocket(guest);
    await echo(closed, TEXT);
    closed.write(CLOSE);
    await expect.poll(async () => (await traffic())?.disconnected_at).not.toBeNull();
    const row = await traffic();
    expect(row?.disconnected_at).toEqual(row?.last_activity_at);
    closed.destroy();
  });
});

interface TrafficRow {
  active_minutes: number;
  connected_minutes: number;
  connected_until: Date | null;
  disconnected_at: Date | null;
  last_activity_at: Date;
}

async function traffic(): Promise<TrafficRow | undefined> {
  await site.sessions.flush();
  return site
    .db('workspace_sessions')
    .where({ workspace_id: place.id })
    .first<TrafficRow | undefined>([
      'active_minutes',
      'connected_minutes',
      'connected_until',
      'disconnected_at',
      'last_activity_at',
    ]);
}
