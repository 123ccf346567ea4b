import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPdfText } from '../support/pdf-text.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { findBrowser, launchBrowser } from './browser.ts';
import { newestVersions } from '../legal/newest-versions.ts';

const browserPath = findBrowser();

describe.skipIf(browserPath === null)('the journey a customer pays for', () => {
  let app: ListeningApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await startListeningApp();
    browser = await launchBrowser(browserPath ?? '');
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('console', (message) => {
      const text = consoleError(message);
      if (text !== null) complaints.push(text);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const press = (name: RegExp | string): Promise<void> =>
    page.getByRole('main').getByRole('button', { name }).click();

  it('signs up a company, both legal texts accepted', async () => {
    await page.goto(`${app.url}/auth/register`);
    await page.fill('#companyName', 'Journey Ltd.');
    await page.fill('#subdomain', 'journey');
    await page.fill('#fullName', 'Ada Journey');
    await page.fill('#email', 'ada@example.com');
    await page.fill('#password', 'a long enough password');
    await page.check('#acceptTerms');
    await page.check('#acceptPrivacy');
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(/\/workspace$/);
  });

  it('creates a workspace, opens it, and its use is recorded', async () => {
    await page.fill('#name', 'first-steps');
    await press(/create/i);
    await page.goto(`${app.url}/workspace`);
    const opened = context.waitForEvent('page');
    await press(/open/i);
    const workspace = await opened;
    await workspace.getByRole('heading', { name: 'A program' }).waitFor();
    expect(new URL(workspace.url()).hostname).toBe('first-steps-journey.localhost');
    await workspace.close();
    const sessions = await app
      .db('workspace_sessions')
      .whereNull('ended_at')
      .select('access_method', 'user_agent');
    expect(sessions).toHaveLength(1);
    expect(sessions[0].access_method).toBe('web');
    await page.getByRole('link', { name: 'first-steps' }).click();
    await press(/close/i);
    await expect.poll(() => app.db('workspace_sessions').whereNull('ended_at').pluck('id')).toEqual([]);
  });

  it('confirms the email address by the link of the mail, since nothing is bought before', async () => {
    await page.goto(`${app.url}/workspace`);
    await page.getByRole('link', { name: 'Send the mail again' }).click();
    const mail = (await app.mails()).findLast(({ to }) => to === 'ada@example.com');
    const link = /\/auth\/confirm\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
    await page.goto(app.url + link);
    await press('Confirm the address');
    await page.getByText('ada@example.com is confirmed').waitFor();
  });

  it('pays by card inside the gateway’s frame, and lands on the result in the whole window', async () => {
    await page.goto(`${app.url}/billing?currency=EUR`);
    await page.locator('a[href="/billing/order/team?currency=EUR"]').click();
    await page.selectOption('#customer_type', 'company');
    await page.fill('#billing_address', 'Example Street 1, Ankara');
    await page.fill('#billing_tax_number', '1234567890');
    await press('Save and go on');
    await page.check('#box_contract');
    await page.check('#box_business');
    await press(/^Pay €45\.00/);
    await page.waitForURL(/\/billing\/checkout\//);
    const frame = page.frameLocator('iframe.pay-frame');
    await frame.locator('#card_number').fill('4355 0843 5508 4358');
    await frame.locator('#cvv').fill('000');
    await frame.locator('button.primary').click();
    await frame.locator('button[name=outcome][value=approve]').click();
    await page.waitForURL(/\/billing\/payment\/success/);
    expect(page.frames()).toHaveLength(1);
    await expect.poll(() => app.db('payments').pluck('status')).toEqual(['success']);
    expect(await app.db('subscriptions').first('plan', 'billing_currency')).toEqual({
      plan: 'team',
      billing_currency: 'EUR',
    });
  });

  it('finds the receipt, and beside it the accepted words with the hash of their bytes', async () => {
    await page.goto(`${app.url}/billing`);
    await page.getByRole('link', { name: /^YAC\d+/ }).click();
    await page.getByText('€45.00').first().waitFor();
    const printing = page.waitForEvent('download');
    await page.getByRole('link', { name: 'PDF' }).click();
    const printed = await readPdfText(await readFile(await (await printing).path()));
    for (const words of ['€45.00', 'JourneyLtd.', 'ExampleStreet1,Ankara', '1234567890'])
      expect(printed).toContain(words);
    await page.getByRole('link', { name: 'Show the accepted order terms' }).click();
    await page.getByText('Pay €45.00 (order with obligation to pay)').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'As plain text' }).click();
    const text = await readFile(await (await downloading).path(), 'utf8');
    expect(text).toContain('Buyer: Journey Ltd., Example Street 1, Ankara');
    expect(text).toContain('Total with all taxes: €45.00');
    await page.getByText(createHash('sha256').update(text).digest('hex')).waitFor();
  });

  it('downloads the evidence bundle, and everything that happened is inside', async () => {
    await page.goto(`${app.url}/admin/users`);
    await page
      .getByRole('main')
      .getByRole('link', { name: /Ada Journey/ })
      .first()
      .click();
    await page.waitForURL(/\/admin\/users\/\d+/);
    const downloading = page.waitForEvent('download');
    await page.locator('form[action*="export-logs"] button, a[href*="export-logs"]').first().click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^[\w.-]+\.json$/);
    const bundle = JSON.parse(await readFile(await download.path(), 'utf8'));
    const schema = await (await fetch(`${app.url}/schemas/evidence-bundle-1.2.json`)).json();
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    addFormats.default(ajv);
    const isValid = ajv.validate(schema as object, bundle);
    expect(ajv.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
    const progress = page.locator('[data-export-progress]');
    await page.locator('[data-export-progress][data-state=done]').waitFor();
    const lists = [
      bundle.audit_logs,
      bundle.workspace_sessions,
      bundle.payments,
      bundle.invoices,
    ] as unknown[][];
    const rows = lists.reduce((sum, list) => sum + list.length, 0);
    expect(await progress.getByRole('status').textContent()).toContain(String(rows));
    const bar = progress.getByRole('progressbar');
    expect([await bar.getAttribute('value'), await bar.getAttribute('max')]).toEqual(['1', '1']);

    expect(bundle.user.email).toBe('ada@example.com');
    expect(bundle.legal_acceptance.terms_accepted_version).toBe(newestVersions.terms);
    expect(bundle.legal_acceptance.privacy_accepted_ip).toMatch(/^(127\.0\.0\.1|::1)$/);
    const actions = bundle.audit_logs.map((row: { action_type: string }) => row.action_type);
    for (const action of [
      'company_registered',
      'legal_document_accepted',
      'login',
      'workspace_create',
      'workspace_access',
      'workspace_closed',
      'payment_initiated',
      'payment_callback_success',
    ]) {
      expect(actions).toContain(action);
    }
    expect(await app.db('audit_logs').where('action_type', 'evidence_exported').pluck('success')).toEqual([
      true,
    ]);
    expect(bundle.workspace_sessions).toHaveLength(1);
    expect(bundle.payments).toMatchObject([
      { status: 'success', currency: 'EUR', started_by: { email: 'ada@example.com' } },
    ]);
    expect(bundle.invoices).toHaveLength(1);
    expect(bundle.summary).toMatchObject({
      total_sessions: 1,
      successful_logins: 1,
      failed_logins: 0,
      total_payments_amount: 45,
      total_payments_by_currency: { EUR: 45 },
    });
  });

  it('had no script error and no refusal by the content security policy on the way', () => {
    expect(complaints).toEqual([]);
  });
});
