import { createServer, type AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { startAppProcess, type AppProcess } from '../support/programs/app-process.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';
import { startMailServer, type MailServer } from './mail-server.ts';

const browserPath = findBrowser();
const NEW_PASSWORD = 'a password that nobody has guessed';

describe.skipIf(browserPath === null)('a forgotten password', { timeout: 120_000 }, () => {
  const database = useTestDatabase();
  let mailServer: MailServer;
  let cast: Cast;
  let app: AppProcess;
  let url: string;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    cast = await buildCast(database.db);
    mailServer = await startMailServer();
    const port = String(await findFreePort());
    url = `http://localhost:${port}`;
    app = await startAppProcess({
      DATABASE_URL: database.appUrl,
      PORT: port,
      BASE_URL: url,
      SMTP_URL: mailServer.url,
    });
    browser = await launchBrowser(browserPath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await app.kill();
    await mailServer.close();
  });

  /** A browser of its own, on the page for signing in. */
  async function openBrowser(): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB' });
    context.on('console', (message) => {
      const text = consoleError(message);
      if (text !== null && !text.includes('status of 4')) complaints.push(text);
    });
    const page = await context.newPage();
    await page.goto(`${url}/auth/login`);
    return page;
  }

  async function signIn(page: Page, password: string): Promise<void> {
    await page.goto(`${url}/auth/login`);
    await page.getByLabel('Email address').fill(cast.bob.email);
    await page.getByLabel('Password').fill(password);
    // The next step would cut the request off if it did not wait for the answer.
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await answer;
  }

  it('is set anew by the link of a mail that a mail server has delivered, after wrong ones locked the account', async () => {
    const page = await openBrowser();
    const elsewhere = await openBrowser();
    await signIn(elsewhere, PASSWORD);
    await elsewhere.waitForURL('**/workspace');

    for (let wrong = 0; wrong < 5; wrong += 1) await signIn(page, `wrong ${String(wrong)}`);
    await signIn(page, PASSWORD);
    await page.getByText(/too many/i).waitFor();

    await page.getByRole('link', { name: /forgot/i }).click();
    await page.getByLabel('Email address').fill(cast.bob.email);
    await page.getByRole('main').getByRole('button').click();
    await expect.poll(() => linkFor(cast.bob.email), { timeout: 60_000 }).not.toBeNull();
    await page.goto(linkFor(cast.bob.email) ?? '');
    await page.getByLabel(/new password/i).fill(NEW_PASSWORD);
    await page.getByRole('main').getByRole('button').click();
    await page.waitForURL('**/auth/login');

    await signIn(page, NEW_PASSWORD);
    await page.waitForURL('**/workspace');
    await elsewhere.goto(`${url}/workspace`);
    expect(new URL(elsewhere.url()).pathname).toBe('/auth/login');
    await signIn(elsewhere, PASSWORD);
    await elsewhere.getByText('is not right').waitFor();
  });

  it('is told to the person, and the link is good once', async () => {
    const page = await openBrowser();
    await page.goto(linkFor(cast.bob.email) ?? '');
    expect(await page.getByLabel(/new password/i).count()).toBe(0);
    await expect
      .poll(() => mailServer.received.filter(({ text }) => /password/.test(text ?? '')).length, {
        timeout: 60_000,
      })
      .toBeGreaterThan(1);
    expect(complaints).toEqual([]);
  });

  /** The link for a new password in the newest mail to an address. */
  function linkFor(email: string): string | null {
    const mails = mailServer.received.filter(({ to }) => [to].flat().some((list) => list?.text === email));
    const links = mails.map(({ text = '' }) => /http:\S+\/auth\/reset\/[\w-]{43}/.exec(text)?.[0] ?? null);
    return links.findLast((link) => link !== null) ?? null;
  }
});

/** A port that was free a moment ago: the links of mails name the server’s. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
