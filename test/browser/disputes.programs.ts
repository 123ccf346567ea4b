import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import type { Browser, Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sequenceLeftovers } from '../../src/transparency/sequence/sequence-leftovers.ts';
import { sendDueMails } from '../../src/mail/send-due-mails.ts';
import { createSmtp } from '../../src/mail/smtp.ts';
import { remindOfDeadlines } from '../../src/disputes/cases/remind-of-deadlines.ts';
import { contextAt } from '../billing/scene.ts';
import { buildPaid, buildUse, type Scene } from '../disputes/facts/scene.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { codeAt, TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { PASSWORD } from '../support/visitor.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

/** The most clicks from the notice in hand to a fixed package. */
const CLICKS_MAX = 12;

describe.skipIf(browserPath === null)('a dispute, from the notice to its end', { timeout: 120_000 }, () => {
  const received: ParsedMail[] = [];
  const mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      simpleParser(stream).then((mail) => {
        received.push(mail);
        done();
      }, done);
    },
  });
  let app: ListeningApp;
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  let clicks = 0;
  const complaints: string[] = [];

  beforeAll(async () => {
    mailServer.on('error', () => undefined);
    await new Promise<void>((done) => mailServer.listen(0, '127.0.0.1', done));
    const { port } = mailServer.server.address() as AddressInfo;
    app = await startListeningApp({ env: { SMTP_URL: `smtp://127.0.0.1:${String(port)}` } });
    scene = await buildPaid(app.db);
    await buildUse(app.database, scene);
    await sequenceLeftovers(app.db, { at: new Date() });
    browser = await launchBrowser(browserPath ?? '');
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    await context.addCookies([{ name: 'yac_device', value: TRUSTED_DEVICE, url: app.url }]);
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      // The question for a fresh proof is a 403.
      if (message.type() === 'error' && !message.text().includes('status of 403'))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', scene.cast.olivia.email);
    await page.fill('#password', PASSWORD);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(/\/admin$/);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
    await new Promise<void>((done) => {
      mailServer.close(done);
    });
  });

  async function click(name: string, role: 'button' | 'link' = 'button'): Promise<void> {
    clicks += 1;
    await page.getByRole('main').getByRole(role, { name, exact: true }).first().click();
  }

  it('is fixed in at most twelve clicks, with nothing typed but what the notice says', async () => {
    const started = performance.now();
    await page.goto(`${app.url}/admin`);
    await click('Disputes', 'link');
    await click('Enter a notice', 'link');
    await page.fill('#order', scene.payment.merchant_oid);
    await page.fill('#reference', 'TR-2026-0042');
    await page.selectOption('#network', 'visa');
    await page.fill('#reasonCode', '13.1');
    await page.fill('#amount', '1.499,00');
    clicks += 3;
    await click('Open the case');
    await page.waitForURL(/\/admin\/disputes\/\d+$/);
    expect(await page.locator('main').innerText()).toContain('The service was delivered and used');
    await click('Fix the package');
    await page.getByText('The package is fixed. Nothing was sent.').waitFor();
    expect(clicks).toBeLessThanOrEqual(CLICKS_MAX);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`from the notice to a fixed package: ${String(clicks)} clicks, ${seconds} s of a browser`);
    expect(complaints).toEqual([]);
  });

  it('is sent in two steps, once, and its bytes stay', async () => {
    await click('Send the answer', 'link');
    await page.check('#once');
    await click('Note it as sent');
    // A fresh proof stands before it, and loses nothing of what was chosen.
    await page.fill('#stepUpCode', codeAt());
    await page.locator('main button[type=submit]').click();
    await page.getByText('The answer was sent. There is no last day any more.').waitFor();
    const answers = await app.db('dispute_answers').select('channel', 'round');
    expect(answers).toEqual([{ channel: 'panel', round: 1 }]);
  });

  it('tells two people by a real mail server when the last day of another case is near', async () => {
    await page.goto(`${app.url}/admin/disputes/new?order=${scene.payment.merchant_oid}`);
    await page.fill('#reference', 'TR-2026-0043');
    await click('Open the case');
    await page.waitForURL(/\/admin\/disputes\/\d+$/);
    const soon = new Date(Date.now() + 6 * 86_400_000);
    await remindOfDeadlines(app.db, contextAt(soon), { config: app.config });
    await sendDueMails(app.db, {
      open: createSmtp({ smtpUrl: app.config.smtpUrl ?? '', wantsReports: false }),
      from: 'desk@example.com',
      sessionSecret: app.config.sessionSecret,
      now: () => soon,
      onTrouble: (id, state, answer) => complaints.push(`mail ${String(id)} ${state}: ${answer}`),
      onPostponed: (count, problem) => complaints.push(`${String(count)} mails wait: ${problem}`),
      isStopping: () => false,
    });
    expect(received.map(({ subject }) => subject)).toContain('Dispute TR-2026-0043: the last day is near');
    expect(received[0]?.text).toContain('/admin/disputes/');
  });

  it('is decided, and the books and the outcomes say so', async () => {
    await page.goto(`${app.url}/admin/disputes?q=TR-2026-0042`);
    await click('TR-2026-0042', 'link');
    await page.getByRole('button', { name: 'The bank has the answer' }).click();
    await page.selectOption('#decision', 'lost');
    await page.fill('#lostAmount', '499,00');
    await page.getByRole('button', { name: 'Note the decision' }).click();
    await page.getByText('The decision was noted.').waitFor();
    expect(await page.locator('main').innerText()).toContain('₺499.00 taken');
    await page.goto(`${app.url}/admin/disputes/outcomes`);
    expect(await page.locator('table').first().innerText()).toContain('Not received');
    expect(complaints).toEqual([]);
  });
});
