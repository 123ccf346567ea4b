import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBooks } from '../../src/billing/reconciliation/reconcile-books.ts';
import { buildBuyer } from '../billing/order.ts';
import { contextAt } from '../billing/scene.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { buildCast, type BuiltUser, type Cast } from '../support/programs/build.ts';
import { codeAt, TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();
const PDFTOTEXT = '/usr/bin/pdftotext';
const hasPdftotext = existsSync(PDFTOTEXT);
if (!hasPdftotext)
  console.log(
    'skipped: no pdftotext on this machine (on Debian: apt-get install poppler-utils), so no look into the PDFs',
  );

describe.skipIf(browserPath === null)('the money of a customer, from the price to the books', () => {
  let app: ListeningApp;
  let browser: Browser;
  let cast: Cast;
  let buyer: Page;
  let operator: Page;
  let order = '';
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await startListeningApp();
    browser = await launchBrowser(browserPath ?? '');
    cast = await buildCast(app.db);
    await buildBuyer(app.db, cast.acme.id);
    [buyer, operator] = await Promise.all([openPage(), openPage()]);
  });

  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      // The browser also writes down that a form was refused (422), or asked for the second factor (403).
      const text = consoleError(message);
      if (text !== null && !/status of (403|422)/.test(text)) complaints.push(text);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }

  async function signIn(page: Page, { email, role }: BuiltUser): Promise<void> {
    if (role === 'operator')
      await page.context().addCookies([{ name: 'yac_device', value: TRUSTED_DEVICE, url: app.url }]);
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', email);
    await page.fill('#password', PASSWORD);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(/\/(workspace|admin)$/);
  }

  const press = (page: Page, name: RegExp | string): Promise<void> =>
    page.getByRole('main').getByRole('button', { name }).click();

  /** The words of the PDF at an address, as poppler reads it; null where it is not installed. */
  async function readPdf(page: Page, path: string): Promise<string | null> {
    if (!hasPdftotext) return null;
    const answer = await page.request.get(app.url + path);
    expect(answer.headers()['content-type']).toBe('application/pdf');
    const input = await answer.body();
    return execFileSync(PDFTOTEXT, ['-layout', '-', '-'], { input, encoding: 'utf8' });
  }

  it('has prices in euros once the company has chosen them', async () => {
    await signIn(buyer, cast.alice);
    await buyer.goto(`${app.url}/billing`);
    await buyer
      .getByRole('navigation', { name: /currency/i })
      .getByRole('link', { name: 'EUR' })
      .click();
    await press(buyer, 'Make EUR our usual currency');
    await buyer.getByText(/in EUR from now on/).waitFor();
    await buyer.goto(`${app.url}/billing`);
    await buyer.getByText('€45.00').waitFor();
  });

  it('is paid after the words of the order were read and accepted', async () => {
    await buyer.getByRole('link', { name: 'Buy Professional' }).click();
    const words = await buyer.locator('.order-documents').innerText();
    for (const told of ['€45.00', 'Acme', 'Örnek Cad. 1, Ankara', 'refunds']) expect(words).toContain(told);
    await press(buyer, /^Pay €45\.00/);
    await buyer.getByRole('alert').getByRole('link').first().waitFor();
    await buyer.check('#box_contract');
    await buyer.check('#box_business');
    await press(buyer, /^Pay €45\.00/);
    await buyer.waitForURL(/\/billing\/checkout\//);
    order = new URL(buyer.url()).pathname.split('/').at(-1) ?? '';
    const frame = buyer.frameLocator('iframe.pay-frame');
    await frame.locator('#card_number').fill('4355 0843 5508 4358');
    await frame.locator('#cvv').fill('000');
    await frame.locator('button.primary').click();
    await frame.locator('button[name=outcome][value=approve]').click();
    await buyer.waitForURL(/\/billing\/payment\/success/);
    expect(await app.db('payments').pluck('status')).toEqual(['success']);
  });

  it('has a receipt whose PDF says what was paid, by whom and for what', async () => {
    await buyer.goto(`${app.url}/billing`);
    await buyer.getByRole('link', { name: /^YAC\d+/ }).click();
    const path = await buyer.getByRole('link', { name: 'PDF' }).getAttribute('href');
    const printed = await readPdf(buyer, path ?? '');
    if (printed === null) return;
    for (const told of [
      '€45.00',
      '€7.50',
      'Acme',
      'Örnek Cad. 1, Ankara',
      '1234567890',
      'Professional',
      order,
    ])
      expect(printed).toContain(told);
  });

  it('ends when the subscription is cancelled, and its admins get a mail', async () => {
    await app.forgetMails();
    await buyer.goto(`${app.url}/billing`);
    await buyer.getByRole('link', { name: 'Cancel the subscription' }).click();
    await buyer.getByLabel(/^At the end, on/).check();
    await buyer.fill('#reason', 'Our project is over.');
    await press(buyer, 'Cancel the subscription');
    await buyer.getByText(/^Cancelled: the subscription ends on/).waitFor();
    await buyer.getByRole('button', { name: 'Take the cancellation back' }).waitFor();
    expect(await app.mails()).toMatchObject([
      {
        to: cast.alice.email,
        subject: expect.stringMatching(/was cancelled, it ends on/),
        text: expect.stringContaining('There is no further payment.'),
      },
    ]);
  });

  it('is given back in part by an operator, in two steps and behind the second factor', async () => {
    await signIn(operator, cast.olivia);
    await operator.goto(`${app.url}/admin/finance`);
    await operator.getByRole('searchbox').fill(order);
    await operator.getByRole('searchbox').press('Enter');
    await operator.getByRole('link', { name: order }).click();
    await operator.selectOption('#extent', 'partial');
    await operator.fill('#amount', '15.00');
    await operator.selectOption('#policy', 'goodwill');
    await operator.fill('#reason', 'The project ended early.');
    await operator.check('#paidTime-stays');
    await press(operator, 'Go on to the confirmation');
    await operator.waitForURL(/\/refunds\/\d+$/);
    expect(returnedByPaytr()).toEqual([]);
    await press(operator, /€15\.00/);
    await operator.fill('#stepUpCode', codeAt());
    await press(operator, 'Confirm and go on');
    await operator.waitForURL(/\/refunds\/\d+$/);
    expect(await app.db('refunds').pluck('state')).toEqual(['done']);
    expect(returnedByPaytr()).toEqual([1500]);
  });

  /** The amounts that the sandbox has given back, in cents. */
  function returnedByPaytr(): number[] {
    const paid = app.paytr.sandbox.transactions().find(({ merchantOid }) => merchantOid === order);
    return (paid?.refunds ?? []).map(({ amountMinor }) => amountMinor);
  }

  it('shows its buyer what came back, with a reversal', async () => {
    await buyer.goto(`${app.url}/billing`);
    const row = buyer.locator('#refunds tbody tr');
    expect(await row.innerText()).toContain('€15.00');
    const printed = await readPdf(
      buyer,
      (await row.locator('a[href*=reversals]').getAttribute('href')) ?? '',
    );
    if (printed === null) return;
    for (const told of ['€15.00', '€2.50', 'Acme']) expect(printed).toContain(told);
  });

  it('stands in the books with the amounts of the gateway and of the papers', async () => {
    await reconcileBooks(app.db, contextAt(new Date()), app.deps);
    await operator.goto(`${app.url}/admin/finance`);
    await operator.getByText('Everything adds up').waitFor();
    const money = await operator.locator('section[aria-labelledby=money-EUR]').innerText();
    expect(money).toMatch(/Charged\s+€45\.00[\s\S]+Given back\s+€15\.00[\s\S]+€30\.00/);
    expect(money).toMatch(/Receipts and invoices\s+1\s+€45\.00\s+€7\.50\s+Reversals\s+1\s+€15\.00\s+€2\.50/);
    const downloading = operator.waitForEvent('download');
    await operator.getByRole('link', { name: /CSV/ }).click();
    const lines = await readFile(await (await downloading).path(), 'utf8');
    const [columns = [], ...rows] = lines
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    const of = (row: string[], ...names: string[]): (string | undefined)[] =>
      names.map((name) => row[columns.indexOf(name)]);
    expect(rows.map((row) => of(row, 'order', 'currency', 'charged', 'returned', 'tax'))).toEqual([
      [order, 'EUR', '45.00', '', '7.50'],
      [order, 'EUR', '', '15.00', '2.50'],
    ]);
    const papers = [
      await app.db('invoices').pluck('invoice_no'),
      await app.db('reversals').pluck('reversal_no'),
    ];
    expect(rows.flatMap((row) => of(row, 'document'))).toEqual(papers.flat());
    const panel = await operator.context().newPage();
    await panel.goto(app.paytr.url);
    const shown = await panel.locator('tbody tr', { hasText: order }).innerText();
    expect(shown).toMatch(/€45\.00\s+Successful[\s\S]+€15\.00 R\w{32}/);
  });

  it('had no script error and no refusal by the content security policy on the way', () => {
    expect(complaints).toEqual([]);
  });
});
