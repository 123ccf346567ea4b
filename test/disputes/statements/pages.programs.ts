import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { storeReadiness } from '../../../src/disputes/readiness/store-readiness.ts';
import { hashSecret, newSecret } from '../../../src/secret-token.ts';
import { findBrowser, launchBrowser } from '../../browser/browser.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildPaidPayment, buildSession } from '../../evidence/support.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { startListeningApp, type ListeningApp } from '../../support/listening-app.ts';
import { TRUSTED_DEVICE } from '../../support/programs/second-factor.ts';
import { PASSWORD } from '../../support/sign-in.ts';

const browserPath = findBrowser();
const DAY_MS = 86_400_000;

describe.skipIf(browserPath === null)('readiness and the links of statements', () => {
  let app: ListeningApp;
  let browser: Browser;
  let cast: Cast;
  let paymentId: number;
  let token: string;

  beforeAll(async () => {
    app = await startListeningApp({});
    browser = await launchBrowser(browserPath ?? '');
    cast = await buildCast(app.db, { nameOf: (start) => start.padEnd(60, 'mw') });
    const at = new Date(Date.now() - 5 * DAY_MS);
    ({ id: paymentId } = await buildPaidPayment(app.db, cast.alice, {
      created_at: at,
      charged_currency: 'TRY',
    }));
    const { id } = await buildWorkspace(app.db, { company_id: cast.acme.id, owner_user_id: cast.alice.id });
    const used = new Date(at.getTime() + DAY_MS);
    const times = { from: used.toISOString(), to: new Date(used.getTime() + 3_600_000).toISOString() };
    await buildSession(app.database.ownerDb, cast.alice, id, times, { connected: 55, active: 41 });
    await repostDeliveries(app.db, { companyId: cast.acme.id });
    await storeReadiness(app.db, contextAt(new Date()), { paymentId, config: app.config });
    await app
      .db('subscriptions')
      .where({ company_id: cast.acme.id })
      .update({ plan: 'team', period_started_at: at, period_ends_at: new Date(Date.now() + 20 * DAY_MS) });
    token = newSecret();
    const statement = {
      company_id: cast.acme.id,
      month: at.toISOString().slice(0, 7),
      mailed_at: new Date(),
      recipients: 1,
    };
    const [row] = await app.db('usage_statements').insert(statement).returning<{ id: number }[]>('id');
    await app.db('usage_statement_links').insert({
      ...{
        statement_id: row!.id,
        company_id: cast.acme.id,
        user_id: cast.alice.id,
        token_hash: hashSecret(token),
      },
      expires_at: new Date(Date.now() + DAY_MS),
    });
  });

  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  it.each([
    { locale: 'tr', width: 1280 },
    { locale: 'en', width: 390 },
    { locale: 'tr', width: 390, colorScheme: 'dark' as const },
  ])(
    'can be used by everybody at $width pixels ($locale)',
    { timeout: 120_000 },
    async ({ width, ...screen }) => {
      const context = await browser.newContext({ ...screen, viewport: { width, height: 900 } });
      const page = await context.newPage();
      const name = `${screen.locale}-${String(width)}`;
      const found = [
        ...(await faultsOf(page, `/statement/${token}/not-me`, `not-me-${name}`)),
        ...(await faultsOf(page, `/statement/${token}/cancel`, `cancel-${name}`)),
        ...(await faultsOf(page, `/statement/${'a'.repeat(43)}/cancel`, `over-${name}`)),
      ];
      await app.db('users').where({ id: cast.olivia.id }).update({ locale: screen.locale });
      await page.context().addCookies([{ name: 'yac_device', value: TRUSTED_DEVICE, url: app.url }]);
      await page.goto(`${app.url}/auth/login`);
      await page.fill('#email', cast.olivia.email);
      await page.fill('#password', PASSWORD);
      await page.locator('main button[type=submit]').click();
      await page.waitForURL(/\/admin$/);
      found.push(...(await faultsOf(page, '/admin/disputes/payments', `list-${name}`)));
      found.push(...(await faultsOf(page, '/admin/disputes/payments?q=none', `empty-${name}`)));
      found.push(
        ...(await faultsOf(page, `/admin/disputes/payments/${String(paymentId)}`, `payment-${name}`)),
      );
      await context.close();
      expect(found).toEqual([]);
    },
  );

  it('take a report and a cancellation without a script', { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ locale: 'en', javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${app.url}/statement/${token}/not-me`);
    await page.getByLabel('Nobody of ours used it').check();
    await page.getByLabel('In your own words').fill('We never had this.');
    await page.getByRole('button', { name: 'Report it' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('We look into it');
    await page.goto(`${app.url}/statement/${token}/cancel`);
    await page.getByLabel('Yes, cancel at the end of the paid time').check();
    await page.getByRole('button', { name: 'Cancel the subscription' }).click();
    expect(await page.locator('main').innerText()).toContain('The subscription is cancelled');
    await context.close();
    const [dispute] = await app.db('disputes').where({ payment_id: paymentId });
    expect(dispute).toMatchObject({ state: 'warned', source: 'statement' });
  });

  /** The faults that axe finds on a page, every defence opened; and whether it is wider than the window. */
  async function faultsOf(page: Page, path: string, name: string): Promise<string[]> {
    await page.goto(app.url + path);
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({
        path: `${process.env['SHOTS']}/${name}-top.png`,
        clip: { x: 0, y: 0, width: page.viewportSize()?.width ?? 390, height: 2200 },
        fullPage: true,
      });
    await page.evaluate(`document.querySelectorAll('main details').forEach((each) => { each.open = true; })`);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: unknown[] }[] }>(
      'axe.run()',
    );
    const [reach, wide] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({ path: `${process.env['SHOTS']}/${name}.png`, fullPage: true });
    return [
      ...violations.map(({ id, nodes }) => `${name}: ${id} (${String(nodes.length)})`),
      ...(reach > wide ? [`${name}: wider than the window (${String(reach)})`] : []),
    ];
  }
});
