import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Agent, createServer as createTlsServer, request } from 'node:https';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../../src/web/server/http-server.ts';
import { createTestApp, useTestApp, type TestApp } from '../../support/app.ts';
import { buildCompany, buildUser, buildWorkspace, type BuiltUser } from '../../support/programs/build.ts';
import { findCaddy, startCaddy } from '../../support/programs/caddy.ts';
import { findOpenssl, makeCertificate } from '../../support/programs/certificate.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import { findNginx, startNginx } from '../../support/programs/nginx.ts';
import { fillSample } from '../../support/programs/proxy-sample.ts';
import { freePort } from '../../support/postgres/replica.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import {
  startWorkspaceProgram,
  type Seen,
  type WorkspaceProgram,
} from '../../support/programs/workspace-program.ts';
import { beginEntry, pathOf, type Guest } from '../entry.ts';
import { requestAt, echo, openSocketAt, TEXT, type Answer, type Way } from '../guest-client.ts';

const openssl = findOpenssl();
/** As the samples have it. */
const HOST = 'api-acme.workspaces.example.net';
/**
 * A workspace that was there once, or is still to come: the proxy has a line for it, the app knows nothing of
 * it.
 */
const UNKNOWN_HOST = 'nobody-acme.workspaces.example.net';
/** The address that the proxy truly sees. */
const TRUE_ADDRESS = '127.0.0.2';
const BROWSER = 'a browser behind a proxy';

const proxies = [
  {
    name: 'nginx',
    program: findNginx(),
    sample: 'proxies/nginx/workspaces.conf',
    start: startNginx,
    listen: (port: number): [string, string][] => [
      ['listen 443 ssl;', `listen 127.0.0.1:${String(port)} ssl;`],
    ],
    lines: [`${HOST} 10.0.0.11:8080;`, `${UNKNOWN_HOST} 10.0.0.11:8080;`],
  },
  {
    name: 'Caddy',
    program: findCaddy(),
    sample: 'proxies/caddy/workspaces.Caddyfile',
    start: startCaddy,
    listen: (): [string, string][] => [],
    lines: [
      'reverse_proxy @api-acme 10.0.0.11:8080',
      `@nobody host ${UNKNOWN_HOST}`,
      'reverse_proxy @nobody 10.0.0.11:8080',
    ],
  },
];

/** In front of workspaces that the app runs itself. */
const gateways = [
  { ...proxies[0]!, sample: 'proxies/nginx/gateway.conf', lines: [] },
  { ...proxies[1]!, sample: 'proxies/caddy/gateway.Caddyfile', lines: [] },
];

const env = {
  BASE_URL: 'https://app.example.com',
  WORKSPACE_DOMAIN: 'workspaces.example.net',
  TRUST_PROXY: '127.0.0.1',
};
const site = useTestApp({
  env: { ...env, WORKSPACE_RUNTIME: 'external' },
  deps: { runtime: { ...createFakeRuntime(), isManaged: false } },
});

let folder: string;
let files: { certificate: string; key: string };
let ca: string;
/** `questions` is the server that the proxies ask, without TLS; people sign in at `app`, with TLS. */
let questions: Server;
let app: Server;
/** The app that runs the same workspaces itself, without TLS. */
let gateway: Server;
let gatewayApp: Server;
let gatewaySite: TestApp;
let program: WorkspaceProgram;
let owner: BuiltUser;
let place: { id: number };

beforeAll(async () => {
  if (openssl === null) return;
  folder = mkdtempSync(join(tmpdir(), 'youarecoder-proxies-'));
  files = makeCertificate(openssl, folder, [
    'DNS:*.workspaces.example.net',
    'DNS:app.example.com',
    'IP:127.0.0.1',
  ]);
  ca = readFileSync(files.certificate, 'utf8');
  questions = createServer(site.app).listen(0, '127.0.0.1');
  app = createTlsServer({ cert: ca, key: readFileSync(files.key) }, site.app).listen(0, '127.0.0.1');
  await Promise.all([once(questions, 'listening'), once(app, 'listening')]);
  program = await startWorkspaceProgram();
  gatewaySite = await createTestApp({
    env,
    database: site.database,
    deps: {
      workspaceAddresses: {
        addressOf: () => ({ socketPath: program.socketPath }),
        offersPorts: () => true,
        connectTo: () => Promise.resolve(connectTcp(program.port, '127.0.0.1')),
      },
    },
  });
  const { listener, upgrade, deps } = gatewaySite;
  gateway = createHttpServer({ listener, log: deps.log, ...(upgrade === undefined ? {} : { upgrade }) });
  gateway.listen(0, '127.0.0.1');
  gatewayApp = createTlsServer({ cert: ca, key: readFileSync(files.key) }, gatewaySite.app);
  gatewayApp.listen(0, '127.0.0.1');
  await Promise.all([once(gateway, 'listening'), once(gatewayApp, 'listening')]);
  const acme = await buildCompany(site.db, { name: 'Acme', subdomain: 'acme' });
  owner = await buildUser(site.db, { company_id: acme.id, full_name: 'Bob' });
  place = await buildWorkspace(site.db, { company_id: acme.id, owner_user_id: owner.id, name: 'api' });
  // A workspace has its address from the first time that somebody goes there.
  await beginEntry(await visit(owner), place.id);
});

afterAll(async () => {
  if (openssl === null) return;
  await program.close();
  await gatewaySite.close();
  for (const server of [questions, app, gateway, gatewayApp]) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  rmSync(folder, { recursive: true, force: true });
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Signs in to the app itself. */
function visit(person: { email: string }, at: Server = app): Promise<Visitor> {
  const agent = new Agent({ ca, localAddress: TRUE_ADDRESS });
  return signIn(`https://127.0.0.1:${String(portOf(at))}`, person, { 'user-agent': BROWSER }, agent);
}

/** To the workspace's host through the proxy, back to the app, and there again with a ticket. */
async function enterBy(way: Way, visitor: Visitor, port?: number): Promise<Guest> {
  const url = await beginEntry(visitor, place.id, port);
  const { host } = url;
  expect(host).toBe(port === undefined ? HOST : `${String(port)}-${HOST}`);
  const atHost = await requestAt(way, { host: url.host }, { path: pathOf(url) });
  const [nonce = ''] = atHost.headers['set-cookie'] ?? [];
  expect(nonce).toMatch(
    /^__Host-yac-entry-\w{16}=[\w-]{43}; Max-Age=120; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
  const back = new URL(atHost.headers.location ?? '');
  expect(back.origin).toBe('https://app.example.com');
  const withTicket = new URL((await visitor.get(pathOf(back))).headers.location as string);
  const cookies = { host, cookie: nonce.split(';')[0] ?? '' };
  const answer = await requestAt(way, cookies, { path: pathOf(withTicket) });
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/^__Host-yac-workspace=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  return { host, cookie: cookie.split(';')[0] ?? '' };
}

/** Starts a proxy with a sample of scripts/ in front of the app at `upstream`. */
async function startProxy(
  { program: proxyProgram, ...kind }: (typeof proxies)[number],
  upstream: Server,
): Promise<{ proxy: { stop(): Promise<void> }; way: Way }> {
  const port = await freePort();
  const [line] = kind.lines;
  const text = fillSample(kind.sample, [
    ['/etc/ssl/workspaces.example.net.pem', files.certificate],
    ['/etc/ssl/workspaces.example.net.key', files.key],
    ['127.0.0.1:3000', `127.0.0.1:${String(portOf(upstream))}`],
    ...(line === undefined
      ? []
      : ([
          [line, kind.lines.join('\n')],
          ['10.0.0.11:8080', `127.0.0.1:${String(program.port)}`],
        ] satisfies [string, string][])),
    ...kind.listen(port),
  ]);
  const proxy = await kind.start(proxyProgram ?? '', { site: text, port });
  return { proxy, way: { port, ca, localAddress: TRUE_ADDRESS } };
}

/** The features that programs in workspaces depend on, on every way that leads there. */
function passesWhatProgramsNeed(of: { way(): Way; enter(): Promise<Guest> }): void {
  it('cookies of a workspace get through, as many as the app takes, and so do large headers of its answers', async () => {
    const guest = await of.enter();
    for (const size of [3000, 3900, 8000, 12_000]) {
      const theirs = `theirs=${'x'.repeat(size)}`;
      const answer = await requestAt(of.way(), { ...guest, cookie: `${theirs}; ${guest.cookie}` });
      expect(answer.status, String(size)).toBe(200);
      expect((JSON.parse(answer.text) as Seen).headers.cookie, String(size)).toBe(theirs);
    }
    program.answers = { 'x-much': 'y'.repeat(12_000) };
    const { status, headers } = await requestAt(of.way(), guest);
    program.answers = {};
    expect([status, headers['x-much']?.length]).toEqual([200, 12_000]);
  });

  it('the program gets the host with its port', async () => {
    const guest = await of.enter();
    const { text } = await requestAt(of.way(), { ...guest, host: `${HOST}:8443` });
    expect((JSON.parse(text) as Seen).headers).toMatchObject({
      host: `${HOST}:8443`,
      'x-forwarded-host': `${HOST}:8443`,
    });
  });

  it('an upload of any size reaches the program while it is still being sent', async () => {
    const { host, cookie } = await of.enter();
    program.received = 0;
    const size = 3_000_000;
    const headers = { host, cookie, origin: `https://${HOST}`, 'content-length': size };
    const upload = request({ ...of.way(), host: '127.0.0.1', servername: HOST, method: 'PUT', headers });
    upload.write('x'.repeat(1000));
    await expect.poll(() => program.received, { timeout: 4000 }).toBe(1000);
    upload.end('x'.repeat(size - 1000));
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, program.received]).toEqual([200, size]);
  });

  it('an event of the server arrives when it is sent', async () => {
    const { host, cookie } = await of.enter();
    const headers = { host, cookie };
    const asked = request({ ...of.way(), host: '127.0.0.1', servername: HOST, path: '/events', headers });
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
    const [event] = (await once(response, 'data')) as [Buffer];
    expect(String(event)).toBe('data: now\n\n');
    asked.destroy();
  });

  it('no upgrade but a WebSocket reaches the program: the request is answered as it stands', async () => {
    const upgrade = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const { status, text } = await requestAt(of.way(), await of.enter(), { headers: upgrade });
    expect(status).toBe(200);
    expect((JSON.parse(text) as Seen).headers).not.toHaveProperty('upgrade');
  });

  it('a WebSocket opens', async () => {
    const guest = await of.enter();
    const opened = await openSocketAt(of.way(), guest, { origin: `https://${HOST}` });
    if (typeof opened === 'number') throw new Error(`no WebSocket: ${String(opened)}`);
    expect(await echo(opened.socket, TEXT)).toEqual(TEXT);
    opened.socket.destroy();
  });
}

describe.each(gateways)('workspaces of the app itself, behind $name from Debian', (kind) => {
  describe.skipIf(kind.program === null || openssl === null)('with the configuration of scripts/', () => {
    let started: Awaited<ReturnType<typeof startProxy>>;

    beforeAll(async () => {
      started = await startProxy(kind, gateway);
    });
    afterAll(() => started.proxy.stop());

    passesWhatProgramsNeed({
      way: () => started.way,
      enter: async () => enterBy(started.way, await visit(owner)),
    });

    it('have in their evidence the address and the browser that the proxy saw', async () => {
      const guest = await enterBy(started.way, await visit(owner));
      await requestAt(started.way, guest, {
        headers: { 'user-agent': `${BROWSER} of the gateway`, 'x-forwarded-for': '198.51.100.66' },
      });
      const row = await site
        .db('workspace_sessions')
        .where({ user_agent: `${BROWSER} of the gateway` })
        .first<Record<string, unknown>>(['ip_address', 'workspace_id']);
      expect(row).toEqual({ ip_address: TRUE_ADDRESS, workspace_id: place.id });
    });

    it('have servers on ports inside, with WebSockets', async () => {
      const guest = await enterBy(started.way, await visit(owner, gatewayApp), 3000);
      const origin = `https://${guest.host}`;
      const answer = await requestAt(started.way, guest, { headers: { origin } });
      expect(answer.status).toBe(200);
      const { headers } = JSON.parse(answer.text) as Seen;
      expect(headers).toMatchObject({ host: 'localhost:3000', origin: 'http://localhost:3000' });
      const opened = await openSocketAt(started.way, guest, { origin });
      if (typeof opened === 'number') throw new Error(`no WebSocket: ${String(opened)}`);
      expect(await echo(opened.socket, TEXT)).toEqual(TEXT);
      opened.socket.destroy();
    });
  });
});

describe.skipIf(findNginx() === null || openssl === null)('the app itself behind nginx from Debian', () => {
  it('gets host and port, and may answer with the whole of a long address', async () => {
    const port = await freePort();
    const text = fillSample('proxies/nginx/youarecoder.conf', [
      ['listen 443 ssl;', `listen 127.0.0.1:${String(port)} ssl;`],
      ['/etc/ssl/app.example.com.pem', files.certificate],
      ['/etc/ssl/app.example.com.key', files.key],
      ['127.0.0.1:3000', `127.0.0.1:${String(program.port)}`],
      ['127.0.0.1:3001', `127.0.0.1:${String(program.port)}`],
    ]);
    const proxy = await startNginx(findNginx() ?? '', { site: text, port });
    const long = `/auth/login?returnTo=${'%2F'.repeat(2500)}`;
    program.answers = { location: long };
    try {
      const answer = await requestAt({ port, ca }, { host: 'app.example.com:8443' }, { path: long });
      expect([answer.status, answer.headers.location]).toEqual([200, long]);
      expect((JSON.parse(answer.text) as Seen).headers.host).toBe('app.example.com:8443');
    } finally {
      program.answers = {};
      await proxy.stop();
    }
  });
});

describe.each(proxies)('workspaces elsewhere, behind $name from Debian', (kind) => {
  describe.skipIf(kind.program === null || openssl === null)('with the configuration of scripts/', () => {
    let proxy: { stop(): Promise<void> };
    let way: Way;
    let bob: Visitor;

    beforeAll(async () => {
      ({ proxy, way } = await startProxy(kind, questions));
    });
    afterAll(() => proxy.stop());
    beforeEach(async () => {
      bob = await visit(owner);
      program.seen.length = 0;
    });

    const enter = (visitor: Visitor): Promise<Guest> => enterBy(way, visitor);

    passesWhatProgramsNeed({ way: () => way, enter: () => enter(bob) });

    const ask = (guest: Partial<Guest>, headers: Record<string, string> = {}): Promise<Answer> =>
      requestAt(way, guest, { path: '/tree?x=1', headers: { 'user-agent': BROWSER, ...headers } });
    const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> =>
      (await ask(...asked)).status;

    it('a stranger gets nothing from the workspace: a page leads to the app, all else is refused', async () => {
      const page = await ask({ host: HOST }, { accept: 'text/html' });
      expect(page.status).toBe(303);
      expect(page.headers.location).toBe('https://app.example.com/workspace/at/api-acme');
      const cookie = `__Host-yac-workspace=${'x'.repeat(43)}`;
      expect([303, 401]).toContain(await statusOf({ host: HOST, cookie }, { accept: '*/*' }));
      expect([303, 401]).toContain(await openSocketAt(way, { host: HOST }));
      expect(program.seen).toEqual([]);
    });

    it('a person with a workspace cookie gets in over HTTP, and the workspace sees neither the cookie nor a claim', async () => {
      const guest = await enter(bob);
      const claims = {
        'x-forwarded-for': '198.51.100.66',
        'x-forwarded-host': 'evil.example.com',
        'x-forwarded-proto': 'http',
        'x-forwarded-method': 'OPTIONS',
        'x-original-url': `https://${HOST}/other`,
        'x-original-method': 'OPTIONS',
        'x-workspace-id': '4711',
        'x-workspace-user-id': '4711',
      };
      const answer = await ask({ ...guest, cookie: `theirs=1; ${guest.cookie}; _xsrf=2` }, claims);
      expect(answer.status).toBe(200);
      const { url, headers } = JSON.parse(answer.text) as Seen;
      expect(url).toBe('/tree?x=1');
      expect(headers).toMatchObject({
        host: HOST,
        cookie: 'theirs=1; _xsrf=2',
        'x-forwarded-host': HOST,
        'x-forwarded-proto': 'https',
        'x-workspace-id': String(place.id),
        'x-workspace-user-id': String(owner.id),
      });
      expect(String(headers['x-forwarded-for'])).toMatch(new RegExp(`${TRUE_ADDRESS}$`));
      const alone = JSON.parse((await ask(guest)).text) as Seen;
      expect(alone.headers.cookie ?? '').toBe('');
    });

    it('and over WebSocket, unless another site’s page opens it', async () => {
      const guest = await enter(bob);
      const opened = await openSocketAt(way, guest, { origin: `https://${HOST}` });
      if (typeof opened === 'number') throw new Error(`no WebSocket: ${String(opened)}`);
      expect(await echo(opened.socket, TEXT)).toEqual(TEXT);
      opened.socket.destroy();
      expect(program.seen[0]?.headers).not.toHaveProperty('cookie', guest.cookie);
      const evil = { origin: 'https://evil-globex.workspaces.example.net' };
      expect(await openSocketAt(way, guest, evil)).toBe(403);
    });

    it('a host that is no workspace, two hosts at once, and none at all are denied, whoever asks', async () => {
      const { cookie } = await enter(bob);
      program.seen.length = 0;
      expect(await statusOf({ host: UNKNOWN_HOST, cookie })).toBe(403);
      for (const header of ['x-forwarded-host', 'x-original-url']) {
        const claim = { [header]: header === 'x-original-url' ? `https://${HOST}/` : HOST };
        expect(await statusOf({ host: UNKNOWN_HOST, cookie }, claim), header).toBe(403);
      }
      const line = `Cookie: ${cookie}\r\nConnection: close\r\n\r\n`;
      await speak(way, `GET / HTTP/1.0\r\n${line}`);
      await speak(way, `GET / HTTP/1.1\r\n${line}`);
      await speak(way, `GET https://${UNKNOWN_HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n${line}`);
      expect(program.seen).toEqual([]);
    });

    it('the session has the address and the browser that the proxy saw', async () => {
      await ask(await enter(bob), { 'x-forwarded-for': '198.51.100.66' });
      const row = await site
        .db('workspace_sessions')
        .where({ workspace_id: place.id, user_id: owner.id })
        .orderBy('id', 'desc')
        .first<Record<string, unknown>>(['ip_address', 'user_agent', 'access_method']);
      expect(row).toEqual({ ip_address: TRUE_ADDRESS, user_agent: BROWSER, access_method: 'web' });
    });

    it('the next request is denied once the person has signed out or is deactivated', async () => {
      const admin = await buildUser(site.db, { company_id: owner.company_id, role: 'admin' });
      const [guest, other] = [await enter(bob), await enter(await visit(admin))];
      const both = (): Promise<number[]> => Promise.all([statusOf(guest), statusOf(other)]);
      expect(await both()).toEqual([200, 200]);
      await bob.post('/auth/logout');
      await site.db('users').where({ id: admin.id }).update({ deactivated_at: new Date() });
      // nginx sends 401 on as a redirect to the app for everything that is asked.
      const outs = kind.name === 'nginx' ? [303, 403] : [401, 403];
      await expect.poll(both, { timeout: 5000, interval: 100 }).toEqual(outs);
      expect([303, 403]).toContain(await openSocketAt(way, other));
    });
  });
});

/** Sends bytes as they are, as only a program would. Resolves when the other side closes. */
async function speak(way: Way, text: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', servername: HOST, ...way });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined).resume();
  socket.write(text);
  await once(socket, 'close');
}
