import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../src/config/command-template.ts';
import type { WorkspaceAddress } from '../../src/workspace/workspace-addresses.ts';
import { findSandboxFault } from '../../src/workspace/sandbox/find-sandbox.ts';
import { createWorkspaceRuntime } from '../../src/workspace/runtime/runtime.ts';
import { type WorkspaceRuntime } from '../../src/workspace/runtime-types.ts';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { plainRuntime } from '../support/programs/runtime-settings.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { findBrowser, launchBrowser, signInByForm } from './browser.ts';

const browserPath = findBrowser();
const hasJupyter = existsSync('/usr/bin/jupyter-notebook');
if (!hasJupyter)
  console.log(
    'skipped: no Jupyter on this machine (on Debian: apt-get install jupyter-notebook), so none in a workspace',
  );

/** The command that src/workspace/README.md tells operators to use. */
function readCommand(): string[] {
  const readme = readFileSync(new URL('../../src/workspace/README.md', import.meta.url), 'utf8');
  return parseCommand(/^WORKSPACE_COMMAND=(.*jupyter.*)$/m.exec(readme)?.[1] ?? '');
}

interface Minutes {
  connected_minutes: number;
  active_minutes: number;
}

/**
 * On a busy machine Jupyter takes long to start, and so does its kernel; the clock of what is measured stands
 * still meanwhile.
 */
const patience = { timeout: 30_000 };

describe.skipIf(browserPath === null || !hasJupyter)(
  'Jupyter in a workspace, in a browser',
  { timeout: 90_000 },
  () => {
    let dataDir: string;
    let runtime: WorkspaceRuntime;
    let app: ListeningApp;
    let browser: Browser;
    let context: BrowserContext;
    let cast: Cast;
    let place: { id: number };
    let tree: Page;
    let notebook: Page;
    /** True: the program cannot be reached, and what is open is cut. */
    let isAway = false;
    /** The messages of Jupyter's pages by their type, and the requests by method and path. */
    const sent: string[] = [];

    beforeAll(async () => {
      // Not in the folder of the run: the path of a kernel's socket ends at 107 bytes, and this one has 105.
      dataDir = mkdtempSync('/tmp/ya-');
      chmodSync(dataDir, 0o755);
      runtime = startRuntime(dataDir);
      const addressOf = (id: number): WorkspaceAddress | null => (isAway ? null : runtime.addressOf(id));
      app = await startListeningApp({ deps: { runtime, workspaceAddresses: { addressOf } } });
      cast = await buildCast(app.db);
      const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
      place = await buildWorkspace(app.db, { ...owned, name: 'notes' });
      browser = await launchBrowser(browserPath ?? '');
      context = await browser.newContext({ locale: 'en-GB' });
      await context.clock.install();
      context.on('page', (page) => {
        listen(page, sent);
      });
    });
    afterAll(async () => {
      vi.useRealTimers();
      await browser.close();
      await runtime.close();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    });

    it('is started on the workspace’s page and opens at an address of its own', async () => {
      const page = await context.newPage();
      await signInByForm(page, app.url, cast.bob);
      await page.goto(`${app.url}/workspace/${String(place.id)}`);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('notes is running').waitFor();
      const opened = context.waitForEvent('page');
      await page.getByRole('button', { name: 'Open in browser' }).click();
      tree = await opened;
      await tree.waitForURL('**/tree**');
      expect(new URL(tree.url()).host).toBe(`notes-${cast.acme.subdomain}.${new URL(app.url).host}`);
      await page.close();
    });

    it('runs a cell over WebSocket: an active minute', async () => {
      const opened = context.waitForEvent('page');
      await tree.locator('#new-dropdown-button').click();
      await tree.locator('#kernel-python3 a').click();
      notebook = await opened;
      await notebook.locator('.kernel_idle_icon').waitFor(patience);
      expect(sent).toContain('kernel_info_request');
      await stop(1);
      const before = await minutes();
      await notebook.locator('.CodeMirror').first().click();
      await notebook.keyboard.type('print(6 * 7)');
      await notebook.keyboard.press('Shift+Enter');
      await notebook.locator('.output_text', { hasText: '42' }).waitFor();
      expect(sent).toContain('execute_request');
      await expect
        .poll(async () => (await minutes()).active_minutes, patience)
        .toBe(before.active_minutes + 1);
      // The last thing it asks for when a person saves; the page sends it once what is saved is answered.
      const saved = notebook.waitForResponse(
        (answer) => answer.request().method() === 'POST' && answer.url().endsWith('/checkpoints'),
        patience,
      );
      await notebook.keyboard.press('Control+s');
      await saved;
      expect(sent.filter((what) => what.startsWith('PUT /api/contents/'))).toHaveLength(1);
    });

    it('is merely connected while nobody touches its tabs, whatever they ask and keep alive by themselves', async () => {
      const before = await minutes();
      sent.length = 0;
      for (let count = 0; count < 6; count += 1) {
        await stop(1);
        for (const page of [tree, notebook]) await page.clock.runFor(60_000);
      }
      expect(sent.filter((what) => what === 'GET /api/sessions').length).toBeGreaterThan(3);
      await expect
        .poll(async () => (await minutes()).connected_minutes, patience)
        .toBe(before.connected_minutes + 6);
      expect((await minutes()).active_minutes).toBe(before.active_minutes);
    });

    it('is merely connected when the line breaks and a tab connects anew by itself', async () => {
      const before = await minutes();
      await stop(1);
      sent.length = 0;
      isAway = true;
      await notebook.locator('.kernel_disconnected_icon').waitFor();
      isAway = false;
      await notebook.clock.runFor(30_000);
      await expect.poll(() => sent, patience).toContain('kernel_info_request');
      await expect
        .poll(async () => (await minutes()).connected_minutes, patience)
        .toBe(before.connected_minutes + 1);
      expect((await minutes()).active_minutes).toBe(before.active_minutes);
    });

    /** Lets the app's clock stand so many minutes later than now. */
    async function stop(later: number): Promise<void> {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + later * 60_000 });
      await Promise.resolve();
    }

    async function minutes(): Promise<Minutes> {
      await app.sessions.flush();
      const row = await app
        .db('workspace_sessions')
        .where({ workspace_id: place.id, user_id: cast.bob.id, access_method: 'web' })
        .first<Minutes>(['connected_minutes', 'active_minutes']);
      return row;
    }
  },
);

/** As the server's, with a sandbox, network and user of its own for each workspace where that works. */
function startRuntime(dataDir: string): WorkspaceRuntime {
  const uid = process.getuid?.() === 0 ? 200_000 : null;
  const asked = { uid, gid: null, readable: [], deniedNetworks: [] };
  return createWorkspaceRuntime({
    config: {
      ...plainRuntime,
      command: readCommand(),
      dataDir,
      uid,
      sandbox: findSandboxFault(asked) === null ? 'bubblewrap' : 'none',
      readable: ['/opt'],
      network: findSandboxFault(asked, 'own') === null ? 'own' : 'shared',
      startTimeoutMs: 30_000,
    },
    log: pino({ level: 'silent' }),
  });
}

function listen(page: Page, sent: string[]): void {
  page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      sent.push(/"msg_type":"(\w+)"/.exec(String(payload))?.[1] ?? 'another message');
    });
  });
}
