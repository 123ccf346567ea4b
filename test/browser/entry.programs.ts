import type { Browser, BrowserContext, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowManyWorkspaces, buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { signIn } from '../support/sign-in.ts';
import { askTicket, beginEntry } from '../workspace/entry.ts';
import { findBrowser, launchBrowser, signInByForm } from './browser.ts';

const browserPath = findBrowser();
/**
 * The workspaces are of another site than the app, as operators are advised: cookies and redirects between
 * the two are cross-site.
 */
const DOMAIN = 'workspaces.test';

describe.skipIf(browserPath === null)('the way into a workspace of another site', { timeout: 30_000 }, () => {
  let app: ListeningApp;
  let browser: Browser;
  let context: BrowserContext;
  let cast: Cast;
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await startListeningApp({ env: { WORKSPACE_DOMAIN: DOMAIN } });
    cast = await buildCast(app.db);
    await allowManyWorkspaces(app.db);
    for (const name of ['notes', 'other'])
      await buildWorkspace(app.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id, name });
    browser = await launchBrowser(browserPath ?? '', DOMAIN);
    context = await browser.newContext({ locale: 'en-GB' });
    context.on('console', (message) => {
      const text = consoleError(message);
      if (text !== null) complaints.push(text);
    });
    const page = await context.newPage();
    await signInByForm(page, app.url, cast.bob);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /**
   * Opens workspaces from the list, one button right after the other, and gives the tabs in which they are.
   */
  async function open(...names: string[]): Promise<Page[]> {
    const before = context.pages();
    for (const name of names)
      await before[0]!.getByRole('button', { name: `(${name}, in a new tab)` }).click({ noWaitAfter: true });
    const opened = (): Page[] => context.pages().filter((tab) => !before.includes(tab));
    await expect.poll(() => opened().length, { timeout: 10_000 }).toBe(names.length);
    return opened();
  }

  const cookiesAt = async (tab: Page): Promise<string[]> =>
    (await context.cookies(tab.url())).map(({ name }) => name);

  it('ends in the workspace, with the workspace cookie and no other', async () => {
    const [tab] = await open('notes');
    await tab!.getByRole('heading', { name: 'A program' }).waitFor();
    expect(new URL(tab!.url()).hostname).toBe(`notes-${cast.acme.subdomain}.${DOMAIN}`);
    expect(await cookiesAt(tab!)).toEqual(['yac_workspace']);
    await tab!.close();
  });

  it('is open to two tabs in one moment, into two workspaces and twice into one', async () => {
    for (const names of [
      ['notes', 'other'],
      ['notes', 'notes'],
    ])
      for (const tab of await open(...names)) {
        await tab.getByRole('heading', { name: 'A program' }).waitFor();
        await tab.close();
      }
  });

  it('is followed by the page from which it was opened: starting, with progress, then in use', async () => {
    const place = await buildWorkspace(app.db, {
      ...{ company_id: cast.acme.id, owner_user_id: cast.bob.id, name: 'slow' },
    });
    const runtime = app.deps.runtime;
    const { start, state } = runtime;
    let isStarting = false;
    let letStart = (): void => undefined;
    runtime.start = async (workspace) => {
      isStarting = true;
      await new Promise<void>((done) => (letStart = done));
      isStarting = false;
      return start(workspace);
    };
    runtime.state = (id) => (isStarting && id === place.id ? 'starting' : state(id));
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    await page.goto(`${app.url}/workspace/${String(place.id)}`);
    await page.getByText('Closed', { exact: true }).waitFor();
    const opening = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Start and open' }).click({ noWaitAfter: true });
    await page.getByText('The workspace is starting').waitFor();
    await page.getByRole('progressbar', { name: 'The workspace is starting' }).waitFor();
    // Without script as well.
    const plain = await (await signIn(app.app, cast.bob)).get(`/workspace/${String(place.id)}`);
    expect(plain.text).toContain('<meta http-equiv="refresh" content="5">');
    letStart();
    // The browser reports the tab only after the first answer has come.
    const tab = await opening;
    await tab.getByRole('heading', { name: 'A program' }).waitFor();
    await page.getByText('In use by you').waitFor();
    expect(await page.content()).not.toContain('http-equiv="refresh"');
    Object.assign(runtime, { start, state });
    await tab.close();
    await page.close();
  });

  it('is followed by the list, too', async () => {
    // Its plan lets a trial run three at a time.
    await app.db('workspaces').update({ wanted_running_since: null });
    const { id } = await buildWorkspace(app.db, {
      ...{ company_id: cast.acme.id, owner_user_id: cast.bob.id, name: 'listed' },
    });
    const list = context.pages()[0]!;
    await list.reload();
    const row = list.getByRole('row', { name: 'listed' });
    await row.getByText('Stopped').waitFor();
    const opening = context.waitForEvent('page');
    await row.getByRole('button').click({ noWaitAfter: true });
    const tab = await opening;
    await row.getByText('Running').waitFor();
    await app.deps.runtime.stop(id);
    await tab.close();
  }, 60_000);

  it('is closed to whoever follows somebody else’s link', async () => {
    const trap = await buildWorkspace(app.db, {
      company_id: cast.globex.id,
      owner_user_id: cast.charlie.id,
    });
    const charlie = await signIn(app.app, cast.charlie);
    const links = [(await askTicket(app.app, charlie, trap.id)).url, await beginEntry(charlie, trap.id)];
    const tab = await context.newPage();
    for (const link of links) {
      const answer = await tab.goto(link.href);
      expect(answer?.status()).toBe(403);
      expect(await tab.getByRole('heading').textContent()).toBe('This link is not valid');
    }
    await tab.goto(`${links[0]?.origin ?? ''}/`);
    expect(tab.url()).toMatch(new RegExp(`^${app.url}/`));
    expect(await app.db('workspace_passes').where({ workspace_id: trap.id })).toEqual([]);
    await tab.close();
  });

  it('had no refusal by the content security policy', () => {
    expect(complaints.filter((text) => !/status of 40[34]/.test(text))).toEqual([]);
  });
});
