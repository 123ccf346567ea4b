import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../auth/rows.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

describe.skipIf(browserPath === null)('a passkey', () => {
  let app: ListeningApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let device: CDPSession;
  let authenticatorId: string;
  let cast: Cast;

  beforeAll(async () => {
    app = await startListeningApp();
    cast = await buildCast(app.db);
    browser = await launchBrowser(browserPath ?? '');
    context = await browser.newContext({ locale: 'en' });
    page = await context.newPage();
    device = await context.newCDPSession(page);
    await device.send('WebAuthn.enable');
    // As a phone or a laptop is: the key stays in it, and it checks its owner.
    const made = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    ({ authenticatorId } = made);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const lastSignIn = async (): Promise<unknown[]> => {
    const row = (await rowsOf(app.db, 'login')).at(-1);
    return [row?.success, row?.error_message, row?.details['method'], row?.details['factor']];
  };

  async function givePassword(): Promise<void> {
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', cast.bob.email);
    await page.fill('#password', PASSWORD);
    await page.locator('main form').first().locator('button[type=submit]').click();
  }

  async function signOut(): Promise<void> {
    await context.clearCookies();
  }

  it(
    'is made in the browser under the strict policy, and shows ten recovery codes',
    { timeout: 60_000 },
    async () => {
      const refusedByPolicy: string[] = [];
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) refusedByPolicy.push(message.text());
      });
      await givePassword();
      await page.waitForURL(/\/workspace$/);
      await page.goto(`${app.url}/account/second-factor/passkey`);
      await page.fill('#name', 'my laptop');
      await page.locator('[data-passkey-button]').click();
      await page.waitForSelector('#recovery-codes');
      expect((await page.innerText('#recovery-codes')).trim().split('\n')).toHaveLength(10);
      await page.goto(`${app.url}/account/second-factor`);
      expect(await page.innerText('main')).toContain('my laptop');
      expect(refusedByPolicy).toEqual([]);
    },
  );

  it('signs in without a password', { timeout: 60_000 }, async () => {
    await signOut();
    await page.goto(`${app.url}/auth/login?returnTo=%2Fworkspace%2Fsessions`);
    await page.locator('[data-passkey-button]').click();
    await page.waitForURL(/\/workspace\/sessions$/);
    expect(await lastSignIn()).toEqual([true, null, 'passkey', 'passkey']);
  });

  it('is the second step after a password', { timeout: 60_000 }, async () => {
    await signOut();
    await givePassword();
    await page.waitForURL(/\/auth\/second-factor$/);
    await page.locator('[data-passkey-button]').click();
    await page.waitForURL(/\/workspace$/);
    expect(await lastSignIn()).toEqual([true, null, 'password', 'passkey']);
  });

  it(
    'confirms who somebody is before something sensitive, with what was typed',
    { timeout: 60_000 },
    async () => {
      await app
        .db('browser_sessions')
        .whereRaw("sess -> 'passport' ->> 'user' = ?", [String(cast.bob.id)])
        .update({ sess: app.db.raw("sess #- '{proof}'") });
      await page.goto(`${app.url}/auth/tokens`);
      await page.fill('#name', 'typed before');
      await page.locator('main form').first().locator('button[type=submit]').click();
      await page.locator('[data-passkey-button]').click();
      await page.waitForSelector('text=typed before');
      expect(await app.db('access_tokens').where('user_id', cast.bob.id)).toHaveLength(1);
    },
  );

  it('that was copied, and so counts back, is refused and noted', { timeout: 60_000 }, async () => {
    await signOut();
    await app.db('passkeys').where('user_id', cast.bob.id).update({ counter: 1_000_000 });
    await page.goto(`${app.url}/auth/login`);
    await page.locator('[data-passkey-button]').click();
    await page.waitForSelector('.error-summary');
    expect((await lastSignIn()).slice(0, 2)).toEqual([false, 'counter-went-back']);
    await app.db('passkeys').where('user_id', cast.bob.id).update({ counter: 0 });
  });

  it('does not sign in when the device has not checked its owner', { timeout: 60_000 }, async () => {
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(`${app.url}/auth/login`);
    await page.locator('[data-passkey-button]').click();
    await page.waitForSelector('[data-passkey-failed]:not([hidden])');
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  });

  it('is removed, and then opens nothing', { timeout: 60_000 }, async () => {
    await page.goto(`${app.url}/auth/login`);
    await page.locator('[data-passkey-button]').click();
    await page.waitForURL(/\/workspace$/);
    await page.goto(`${app.url}/account/second-factor`);
    await page.locator('a[href*="/passkeys/"]').click();
    await page.locator('main form button[type=submit]').click();
    await page.waitForURL(/\/account\/second-factor$/);
    expect(await app.db('passkeys').where('user_id', cast.bob.id)).toEqual([]);
    await signOut();
    await page.goto(`${app.url}/auth/login`);
    await page.locator('[data-passkey-button]').click();
    await page.waitForSelector('.error-summary');
    expect((await lastSignIn()).slice(0, 2)).toEqual([false, 'wrong-passkey']);
  });
});

describe.skipIf(browserPath === null)('without JavaScript', () => {
  it(
    'the page of the second step says that passkeys need it, and the app’s code is there',
    { timeout: 60_000 },
    async () => {
      const app = await startListeningApp();
      const browser = await launchBrowser(browserPath ?? '');
      try {
        const page = await (await browser.newContext({ locale: 'en', javaScriptEnabled: false })).newPage();
        await page.goto(`${app.url}/auth/login`);
        expect(await page.innerText('main')).toContain('Passkeys need JavaScript');
        expect(await page.locator('[data-passkey-button]').isVisible()).toBe(false);
      } finally {
        await browser.close();
        await app.close();
      }
    },
  );
});
