import type { Browser, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followUpPayments } from '../../src/billing/follow-up/follow-up-payments.ts';
import { buildBuyer } from '../billing/order.ts';
import { contextAt } from '../billing/scene.ts';
import { newKey } from '../billing/stored-cards/scene.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

describe.skipIf(browserPath === null)('a buyer who lets PayTR keep the card', () => {
  let app: ListeningApp;
  let browser: Browser;
  let cast: Cast;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await startListeningApp({ env: { STORED_CARDS: '1', STORED_CARD_KEYS: newKey('k1') } });
    browser = await launchBrowser(browserPath ?? '');
    cast = await buildCast(app.db);
    await buildBuyer(app.db, cast.acme.id);
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      const text = consoleError(message);
      if (text !== null) complaints.push(text);
    });
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  it('ticks the box, types the card into the form that goes to PayTR, and comes back through 3-D Secure', async () => {
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', cast.alice.email);
    await page.fill('#password', PASSWORD);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(`${app.url}/workspace`);
    await page.goto(`${app.url}/billing/order/team?currency=TRY`);
    expect(await page.locator('#box_card').isChecked()).toBe(false);
    for (const box of await page.locator('input[type=checkbox]').all()) await box.check();
    await page.locator('form[action="/billing/subscribe/team"] button[type=submit]').click();
    await page.waitForURL(/\/billing\/checkout\//);
    await page.getByLabel('Name on the card').fill('Alice Ada');
    await page.getByLabel('Card number').fill('4355084355084358');
    await page.getByLabel('Expiry month').fill('12');
    await page.getByLabel('Expiry year').fill('30');
    await page.getByLabel('Security code').fill('000');
    await page.getByRole('button', { name: 'Pay ₺1,499.00 and store the card' }).click();
    await page.waitForURL(/\/3d$/);
    await page.locator('button[value=approve]').click();
    await page.waitForURL(/\/billing\/payment\/success/);
    const parts = { config: app.config, paytr: app.paytr.paytr };
    await followUpPayments(app.db, contextAt(new Date()), parts);
    await page.goto(`${app.url}/billing`);
    expect(await page.locator('#card').innerText()).toContain('435508••••••4358 · AXESS');
    expect(complaints).toEqual([]);
  });

  it('removes it again after a question', async () => {
    await page.getByRole('link', { name: 'Remove the card' }).click();
    await page.getByRole('button', { name: 'Remove the card' }).click();
    await page.waitForURL(`${app.url}/billing`);
    expect(await page.locator('body').innerText()).toContain('The card was removed, also at PayTR.');
    expect(app.paytr.sandbox.storedCards()).toEqual([]);
  });
});
