import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { foldersOf } from '../../../src/config/data-folders.ts';
import { PortEntrances } from '../../../src/workspace/ports/port-entrances.ts';
import { findRecorded } from '../../../src/workspace/runtime/workspace-folders.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { findBrowser, launchBrowser, signInByForm } from '../../browser/browser.ts';
import { startListeningApp, type ListeningApp } from '../../support/listening-app.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { enterWorkspace, type Guest } from '../entry.ts';
import { openSocketAt, requestAt, type Way } from '../guest-client.ts';
import { askInside, createScriptRuntime, FIRST_UID } from '../sandbox/script-program.ts';
import { DEV_SERVER } from './dev-server.ts';

const fault = findSandboxFault({ uid: FIRST_UID, gid: null, readable: [], deniedNetworks: [] }, 'own');
if (fault !== null) console.log(`skipped: no test of ports inside of workspaces, since ${fault}`);
const browserPath = findBrowser();

/** The packages of this project, with Vite among them; a workspace may read them. */
const PACKAGES = realpathSync(resolve(import.meta.dirname, '../../../node_modules'));

function readStatus(pid: string, name: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
}

/** The processes by which the app reaches the ports of a workspace. */
function entrancesTo(id: number): string[] {
  const self = String(process.pid);
  const children = readFileSync(`/proc/${self}/task/${self}/children`, 'utf8').trim().split(' ');
  return children.filter((pid) => {
    if (!existsSync(`/proc/${pid}/status`)) return false;
    const isOwn = FIRST_UID === null || readStatus(pid, 'Uid').startsWith(String(FIRST_UID + id));
    return isOwn && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('createConnection');
  });
}

describe.skipIf(fault !== null)('a server on a port inside of a workspace', { timeout: 60_000 }, () => {
  let dataDir: string;
  let runtime: WorkspaceRuntime;
  let close: () => Promise<void>;
  let app: ListeningApp;
  let cast: Cast;
  let bob: Visitor;
  let charlie: Visitor;
  /** Bob's, of Acme, and Charlie's, of Globex; on port 3000 of both runs a server. */
  let bobs: { id: number };
  let charlies: { id: number };
  let way: Way;

  beforeAll(async () => {
    ({ runtime, dataDir, close } = createScriptRuntime({ readable: [PACKAGES] }));
    app = await startListeningApp({ deps: { runtime, workspaceAddresses: runtime } });
    way = { port: Number(new URL(app.url).port) };
    cast = await buildCast(app.db);
    bobs = await start(cast.bob, 'shop');
    charlies = await start(cast.charlie, 'shop');
    for (const [{ id }, name] of [
      [bobs, 'Acme'],
      [charlies, 'Globex'],
    ] as const)
      await serve(id, name, 3000);
    bob = await signIn(app.app, cast.bob);
    charlie = await signIn(app.app, cast.charlie);
  });
  afterAll(async () => {
    await close();
    await app.close();
  });

  async function start(owner: Cast['bob'], name: string): Promise<{ id: number }> {
    const companyId = owner.company_id ?? 0;
    const { id } = await buildWorkspace(app.db, { company_id: companyId, owner_user_id: owner.id, name });
    expect(await runtime.start({ id, name, port: 21_000, plan_now: 'trial' })).toEqual({ ok: true });
    await app.db('workspaces').where({ id }).update({ wanted_running_since: new Date() });
    return { id };
  }

  async function serve(id: number, name: string, port: number, host = '127.0.0.1'): Promise<void> {
    writeFileSync(join(dataDir, 'workspaces', String(id), 'dev.cjs'), DEV_SERVER, { mode: 0o644 });
    await askInside(
      runtime,
      id,
      `setsid node -e "$(cat dev.cjs)" ${name} ${String(port)} ${host} >dev.log 2>&1 </dev/null &`,
    );
    await vi.waitUntil(async () => (await runtime.listeningPorts(id)).includes(port), { timeout: 10_000 });
  }

  const enter = (visitor: Visitor, { id }: { id: number }, port?: number): Promise<Guest> =>
    enterWorkspace(app.app, visitor, id, port);

  it('is reached at its own host, of two companies with the same port at once, each its own', async () => {
    const [ofBob, ofCharlie] = [await enter(bob, bobs, 3000), await enter(charlie, charlies, 3000)];
    expect(ofBob.host).toBe(`3000-shop-${cast.acme.subdomain}.localhost:${String(way.port)}`);
    const [acme, globex] = await Promise.all([requestAt(way, ofBob), requestAt(way, ofCharlie)]);
    expect([acme.status, globex.status]).toEqual([200, 200]);
    expect([acme.text, globex.text].map((text) => /<h1>(\w+)/.exec(text)?.[1])).toEqual(['Acme', 'Globex']);
  });

  it('sees a request of its own machine, and none of our cookies', async () => {
    const guest = await enter(bob, bobs, 3000);
    const answer = await requestAt(
      way,
      { ...guest, cookie: `${guest.cookie}; theirs=1` },
      {
        method: 'POST',
        path: '/seen',
        headers: {
          origin: `http://${guest.host}`,
          referer: `http://${guest.host}/a?b`,
          'x-forwarded-for': '1.2.3.4',
        },
      },
    );
    const { headers } = JSON.parse(answer.text) as { headers: Record<string, string> };
    expect(headers).toMatchObject({
      ...{ host: 'localhost:3000', origin: 'http://localhost:3000', cookie: 'theirs=1' },
      referer: 'http://localhost:3000/a?b',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('leads on to addresses that the browser reaches, and keeps its cookies to itself', async () => {
    const guest = await enter(bob, bobs, 3000);
    const login = await requestAt(way, guest, { path: '/login' });
    expect(login.headers.location).toBe(`http://${guest.host}/welcome?a=1#b`);
    expect(login.headers['set-cookie']).toEqual(['dev=1; Path=/']);
    const other = await requestAt(way, guest, { path: '/other' });
    expect(other.headers.location).toBe(`http://${guest.host.replace('3000', '4000')}/x`);
  });

  it('is reached at ::1 too, and is in the list on the page', async () => {
    await serve(bobs.id, 'six', 3006, '::1');
    const guest = await enter(bob, bobs, 3006);
    expect((await requestAt(way, guest)).text).toContain('<h1>six');
    const page = (await bob.get(`/workspace/${String(bobs.id)}`)).text;
    expect([...page.matchAll(/name="port" value="(\d+)"/g)].map(([, port]) => port)).toEqual([
      '3000',
      '3006',
    ]);
  });

  it('counts as use of the workspace, in the session that the workspace’s own host has', async () => {
    const guests = [await enter(bob, bobs), await enter(bob, bobs, 3000)];
    for (const guest of guests) await requestAt(way, guest);
    await app.sessions.flush();
    const open = await app
      .db('open_workspace_sessions')
      .where({ workspace_id: bobs.id, user_id: cast.bob.id });
    expect(open).toHaveLength(1);
    const granted = await app
      .db('audit_logs')
      .where({ action_type: 'workspace_entry_granted', resource_id: String(bobs.id), success: true })
      .whereRaw("details ->> 'host' like '3000-shop-%'");
    expect(granted.length).toBeGreaterThan(0);
  });

  it('is refused to strangers, to neighbours, and with the cookie of another host', async () => {
    const [own, port, ofCharlie] = [
      await enter(bob, bobs),
      await enter(bob, bobs, 3000),
      await enter(charlie, charlies, 3000),
    ];
    const status = async (guest: Partial<Guest>): Promise<number> => (await requestAt(way, guest)).status;
    expect(await status(port)).toBe(200);
    for (const cookie of [undefined, own.cookie, ofCharlie.cookie])
      expect(await status({ host: port.host, ...(cookie === undefined ? {} : { cookie }) })).toBe(401);
    expect(await status({ host: own.host, cookie: port.cookie })).toBe(401);
    expect(await status({ host: port.host.replace('3000', '3001'), cookie: port.cookie })).toBe(401);
    expect((await charlie.post(`/workspace/${String(bobs.id)}/enter`, { port: '3000' })).status).toBe(404);
    // Entering the port has not shut out the workspace's own page.
    expect(
      (
        await requestAt(way, own, {
          method: 'POST',
          body: 'echo here',
          headers: { origin: `http://${own.host}` },
        })
      ).text,
    ).toBe('here\n');
  });

  it('is reached by a process outside of the sandbox that has no privilege, not even in its network', async () => {
    await requestAt(way, await enter(bob, bobs, 3000));
    const own = entrancesTo(bobs.id);
    expect(own).toHaveLength(1);
    const [pid = ''] = own;
    expect(
      ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => Number(`0x${readStatus(pid, name)}`)),
    ).toEqual([0, 0, 0, 0]);
    expect(readStatus(pid, 'NoNewPrivs')).toBe('1');
    // Nobody inside sees it, who sees all that runs there.
    const seenInside = await askInside(runtime, bobs.id, 'ps -ef');
    expect(seenInside).toContain('ps -ef');
    expect(seenInside).toContain('Acme 3000');
    expect(seenInside).not.toContain('createConnection');
  });

  it.skipIf(FIRST_UID === null)(
    'is tried once a second at most where its network cannot be entered',
    async () => {
      const lines: string[] = [];
      const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
      const starter = findRecorded(foldersOf(join(dataDir, 'workspaces'), bobs.id));
      if (starter === undefined) throw new Error('no record of a running workspace');
      const entrances = new PortEntrances(log);
      // A user who may not enter there.
      const connect = () =>
        entrances.connect(bobs.id, { starter, owner: { uid: 65_534, gid: 65_534 } }, 3000);
      await expect(connect()).rejects.toThrow();
      await expect.poll(() => lines).toHaveLength(1);
      for (let again = 0; again < 5; again += 1) await expect(connect()).rejects.toThrow('has ended');
      expect(lines).toHaveLength(1);
      await expect
        .poll(async () => (await connect().catch(() => undefined), lines.length), { timeout: 5000 })
        .toBe(2);
    },
  );

  it('says that nothing listens, and is there as soon as something does', async () => {
    const guest = await enter(bob, bobs, 3010);
    const answer = await requestAt(way, guest, { headers: { accept: 'text/html', 'accept-language': 'tr' } });
    expect([answer.status, answer.headers['retry-after']]).toEqual([502, '3']);
    expect(answer.text).toContain('3010 numaralı portta henüz bir program yok');
    expect(answer.text).toContain('http-equiv="refresh"');
    expect(await openSocketAt(way, guest)).toBe(502);
    await serve(bobs.id, 'late', 3010);
    expect((await requestAt(way, guest)).status).toBe(200);
  });

  it('is cut off with its WebSocket and its events when access ends', async () => {
    const visitor = await signIn(app.app, cast.bob);
    const guest = await enter(visitor, bobs, 3000);
    const opened = await openSocketAt(way, guest, { origin: `http://${guest.host}` });
    if (typeof opened === 'number') throw new Error(`no WebSocket: ${String(opened)}`);
    const closed = new Promise((done) => opened.socket.once('close', done));
    await visitor.post('/auth/logout');
    await closed;
    await expect.poll(async () => (await requestAt(way, guest)).status, { timeout: 5000 }).toBe(401);
  });

  it('is gone while the workspace stands still, and back after a restart', async () => {
    const third = await start(cast.charlie, 'third');
    await serve(third.id, 'first', 3000);
    const guest = await enter(charlie, third, 3000);
    expect((await requestAt(way, guest)).status).toBe(200);
    await runtime.restart({ id: third.id, name: 'third', port: 21_000, plan_now: 'trial' });
    expect((await requestAt(way, guest)).status).toBe(502);
    await serve(third.id, 'second', 3000);
    expect((await requestAt(way, guest)).text).toContain('<h1>second');
    await expect.poll(() => entrancesTo(third.id), { timeout: 5000 }).toHaveLength(1);
    await runtime.stop(third.id);
    expect((await requestAt(way, guest)).status).toBe(503);
    await expect.poll(() => entrancesTo(third.id), { timeout: 5000 }).toEqual([]);
  });

  describe.skipIf(browserPath === null)('in a browser', () => {
    let browser: Browser;
    let context: BrowserContext;

    beforeAll(async () => {
      browser = await launchBrowser(browserPath ?? '');
      context = await browser.newContext({ locale: 'en-GB' });
      const page = await context.newPage();
      await signInByForm(page, app.url, cast.bob);
      await page.close();
    });
    afterAll(() => browser.close());

    async function open(port: number): Promise<Page> {
      // A page of its own each time: the page of a workspace reloads itself when its use changes.
      const from = await context.newPage();
      await from.goto(`${app.url}/workspace/${String(bobs.id)}`);
      const opened = context.waitForEvent('page');
      await from.getByLabel('Port', { exact: true }).fill(String(port));
      await from.getByRole('button', { name: 'Open port', exact: true }).click();
      const tab = await opened;
      await from.close();
      return tab;
    }

    it('opens from the page of the workspace, and follows what its server pushes by WebSocket', async () => {
      const tab = await open(3000);
      await tab.getByRole('heading', { name: 'Acme' }).waitFor();
      await tab.getByText('1', { exact: true }).waitFor();
      await tab.evaluate('fetch("/change", { method: "POST" })');
      await tab.getByText('2', { exact: true }).waitFor();
      await tab.close();
    });

    it('is Vite with hot reloading, once it has started', async () => {
      const folder = join(dataDir, 'workspaces', String(bobs.id));
      if (!existsSync(join(PACKAGES, 'vite/bin/vite.js'))) throw new Error('no Vite here');
      const tab = await open(5173);
      await tab.getByRole('heading', { name: 'Nothing listens on port 5173 yet' }).waitFor();
      const files = {
        'index.html': '<!doctype html><h1 id=said></h1><script type=module src=/main.js></script>',
        'main.js':
          'import { said } from "./said.js"; document.querySelector("#said").textContent = said;\nimport.meta.hot.accept("./said.js", (next) => { document.querySelector("#said").textContent = next.said; });',
        'said.js': 'export const said = "before";',
      };
      for (const [name, text] of Object.entries(files))
        writeFileSync(join(folder, name), text, { mode: 0o644 });
      await askInside(
        runtime,
        bobs.id,
        `setsid node ${PACKAGES}/vite/bin/vite.js --port 5173 >vite.log 2>&1 </dev/null &`,
      );
      await tab.getByRole('heading', { name: 'before' }).waitFor();
      await tab.evaluate('window.stays = true');
      await askInside(runtime, bobs.id, `rm said.js; echo 'export const said = "after";' >said.js`);
      await tab.getByRole('heading', { name: 'after' }).waitFor();
      expect(await tab.evaluate('window.stays')).toBe(true);
      await tab.close();
    });

    it('has the page say what is wrong with a port, and keeps what was typed', async () => {
      const tab = await open(80);
      await tab.getByText('Enter a port from 1024 to 65535.').waitFor();
      expect(await tab.getByLabel('Port', { exact: true }).inputValue()).toBe('80');
      await tab.setViewportSize({ width: 390, height: 800 });
      await tab.evaluate(axe.source);
      const { violations } = await tab.evaluate<{ violations: unknown[] }>('axe.run()');
      expect(violations).toEqual([]);
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      await tab.close();
    });
  });
});
