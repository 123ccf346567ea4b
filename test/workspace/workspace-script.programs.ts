import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser, signInByForm } from '../browser/browser.ts';
import { useTestApp } from '../support/app.ts';
import { allowManyWorkspaces, buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { backdate } from './scene.ts';

const executable = findBrowser();

/** The behaviour of the page's script, in a real browser whose clock the test moves. */
describe.skipIf(executable === null)('an open workspace page', () => {
  const site = useTestApp({ withoutHosts: true });
  let browser: Browser;
  let base: string;
  let closeServer: () => void;
  let cast: Cast;
  let context: BrowserContext;
  let page: Page;
  let workspaceId: number;
  let reports: number;

  beforeAll(async () => {
    const server = createServer(site.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeServer = () => {
      server.close().closeAllConnections();
    };
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    cast = await buildCast(site.db);
    await allowManyWorkspaces(site.db);
    browser = await launchBrowser(executable ?? '');
    context = await browser.newContext({ locale: 'en-GB' });
    page = await context.newPage();
    await signInByForm(page, base, cast.bob);
    await page.close();
  });
  afterAll(async () => {
    await browser.close();
    closeServer();
  });

  beforeEach(async () => {
    const owned = { company_id: cast.acme.id, owner_user_id: cast.bob.id };
    workspaceId = (await buildWorkspace(site.db, owned)).id;
    page = await context.newPage();
    reports = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/activity')) reports += 1;
    });
    await page.clock.install();
    await page.goto(`${base}/workspace/${String(workspaceId)}`);
    await page.getByRole('button', { name: 'Open workspace' }).click();
    await page.getByText('In use by you').waitFor();
  });
  afterEach(() => page.close());

  it('reports use at most once a minute, however much is done', async () => {
    for (let second = 0; second < 40; second += 1) await useAfter(3);
    expect(reports).toBe(2);
  });

  it('reports nothing while nobody does anything', async () => {
    await page.clock.runFor(20 * 60_000);
    expect(reports).toBe(0);
  });

  it('reports nothing from a tab that is not seen, and no old use when it comes back', async () => {
    await useAfter(50);
    await setVisible(false);
    await useAfter(30);
    await page.clock.runFor(5 * 60_000);
    await setVisible(true);
    await page.clock.runFor(60_000);
    expect(reports).toBe(0);
    await useAfter(1);
    expect(reports).toBe(1);
  });

  it('says that no time counts after half an hour without use, and goes on when there is some', async () => {
    await page.clock.runFor(31 * 60_000);
    await expectStatus('There has been no activity on this page for 30 minutes');
    const answered = page.waitForResponse(/activity$/);
    await useAfter(1);
    expect((await answered).status()).toBe(204);
    await expectStatus('');
  });

  it('starts over when the server has started a new session', async () => {
    const past = new Date(Date.now() - 60 * 60_000);
    for (const id of await openSessions().pluck<number[]>('id')) {
      await backdate(site.database.ownerDb, id, past);
    }
    await useAfter(61);
    await expectStatus('Welcome back');
    await useAfter(61);
    await expect.poll(() => reports).toBe(2);
    expect(await openSessions()).toHaveLength(1);
  });

  it('stops and says so when the session was ended elsewhere', async () => {
    await openSessions().update({ ended_at: site.db.ref('last_activity_at'), end_reason: 'closed' });
    await useAfter(61);
    await expectStatus('This session has ended');
    for (let round = 0; round < 5; round += 1) await useAfter(61);
    expect(reports).toBe(1);
  });

  it('goes on trying once a minute while the server does not answer', async () => {
    await page.route('**/activity', (route) => route.abort());
    await useAfter(61);
    await expectStatus('could not be reported');
    await useAfter(20);
    await useAfter(20);
    expect(reports).toBe(1);
    await page.unroute('**/activity');
    await useAfter(30);
    await expectStatus('');
    expect(reports).toBe(2);
  });

  it('shows how long the session is, and hides the button that is there for people without script', async () => {
    await page.clock.runFor(65_000);
    const timer = (await page.getByRole('timer').textContent()) ?? '';
    expect(timer).toMatch(/^0:01:0[4-9]$/);
    expect(await page.getByRole('button', { name: 'I’m still here' }).isVisible()).toBe(false);
  });

  function openSessions() {
    return site.db('workspace_sessions').where({ workspace_id: workspaceId }).whereNull('ended_at');
  }

  async function useAfter(seconds: number): Promise<void> {
    await page.clock.runFor(seconds * 1000);
    await page.keyboard.press('Shift');
  }

  async function expectStatus(text: string): Promise<void> {
    const status = page.locator('[data-live]');
    if (text === '') await expect.poll(() => status.textContent()).toBe('');
    else await expect.poll(() => status.textContent()).toContain(text);
  }

  async function setVisible(visible: boolean): Promise<void> {
    await page.evaluate(
      (state) => {
        // Runs in the browser, where there is a document.
        const { document, Event } = globalThis as unknown as {
          document: EventTarget;
          Event: new (name: string) => Event;
        };
        Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      visible ? 'visible' : 'hidden',
    );
  }
});
