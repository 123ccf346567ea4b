import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { simpleParser, type ParsedMail } from 'mailparser';
import type { Browser, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sequenceLeftovers } from '../../src/transparency/sequence/sequence-leftovers.ts';
import { sendDueMails } from '../../src/mail/send-due-mails.ts';
import { createSmtp } from '../../src/mail/smtp.ts';
import { readDeliveryReport } from '../../src/mail/read-delivery-report.ts';
import { recordDeliveryReport } from '../../src/mail/record-delivery-report.ts';
import { postDeliveries } from '../../src/disputes/delivery/post-deliveries.ts';
import { mailStatements } from '../../src/disputes/statements/mail-statements.ts';
import { remindOfDeadlines } from '../../src/disputes/cases/remind-of-deadlines.ts';
import { contextAt } from '../billing/scene.ts';
import { buildPaid, buildUse, type Scene } from '../disputes/facts/scene.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { codeAt, TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';
import { startMailServer, type MailServer } from './mail-server.ts';

const browserPath = findBrowser();

/** The most clicks from the notice in hand to a fixed package. */
const CLICKS_MAX = 12;

interface SentMail {
  state: string;
  kept: Buffer;
  message_id: string;
  envelope_id: string;
}

/** The report of the customer's server that a mail is in the mailbox (RFC 3464). */
function deliveredReport({ message_id, envelope_id }: SentMail): Buffer {
  const lines = [
    'From: MAILER-DAEMON@mx.example.com',
    'Subject: Successful Mail Delivery Report',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="R"',
    '',
    '--R',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.com',
    `Original-Envelope-Id: ${envelope_id}`,
    '',
    'Final-Recipient: rfc822; bob@example.com',
    'Action: delivered',
    'Status: 2.1.5',
    'Remote-MTA: dns; mail.example.org',
    'Diagnostic-Code: smtp; 250 2.1.5 delivered',
    '',
    '--R',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${message_id}`,
    '',
    '--R--',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

describe.skipIf(browserPath === null)('a dispute, from the notice to its end', { timeout: 120_000 }, () => {
  let mailServer: MailServer;
  let app: ListeningApp;
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  let clicks = 0;
  const complaints: string[] = [];

  beforeAll(async () => {
    mailServer = await startMailServer();
    app = await startListeningApp({ env: { SMTP_URL: mailServer.url } });
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
      const text = consoleError(message);
      if (text !== null && !text.includes('status of 403')) complaints.push(text);
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
    await mailServer.close();
  });

  /** Hands due mails to the mail server, as scheduled work does. */
  async function deliver(at = new Date()): Promise<void> {
    await sendDueMails(app.db, {
      open: createSmtp({ smtpUrl: app.config.smtpUrl ?? '', wantsReports: false }),
      from: 'desk@example.com',
      sessionSecret: app.config.sessionSecret,
      now: () => at,
      onTrouble: (id, state, answer) => complaints.push(`mail ${String(id)} ${state}: ${answer}`),
      onPostponed: (count, problem) => complaints.push(`${String(count)} mails wait: ${problem}`),
      isStopping: () => false,
    });
  }

  /** The mail of that subject which the mail server got for somebody. */
  function mailTo({ email }: { email: string }, subject: RegExp): ParsedMail {
    const found = mailServer.received.find(
      (mail) => subject.test(mail.subject ?? '') && [mail.to].flat().some((to) => to?.text.includes(email)),
    );
    if (found === undefined) throw new Error(`no mail ${subject.source} to ${email}`);
    return found;
  }

  async function click(name: string, role: 'button' | 'link' = 'button'): Promise<void> {
    clicks += 1;
    await page.getByRole('main').getByRole(role, { name, exact: true }).first().click();
  }

  it('begins before the bank does: the link of a statement is answered without signing in and opens a warned case', async () => {
    const after = new Date('2026-12-03T09:00:00Z');
    await postDeliveries(app.db, contextAt(after));
    await mailStatements(app.db, contextAt(after), { config: app.config });
    // The day on which the statement came is today for its links.
    await app.db('usage_statement_links').update({ expires_at: new Date(Date.now() + 59 * 86_400_000) });
    await deliver(after);
    const { text = '' } = mailTo(scene.payer, /Your use and payments in November 2026/);
    expect(text).toContain('2 sessions: at least 1 hr 20 mins');
    const link = /http\S+\/statement\/[\w-]{43}\/not-me/.exec(text)?.[0] ?? '';
    const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false });
    const stranger = await context.newPage();
    await stranger.goto(link);
    expect(await app.db('disputes')).toEqual([]);
    await stranger.getByLabel('Nobody of ours used it').check();
    await stranger.getByLabel('In your own words').fill('We never had this.');
    await stranger.getByRole('button', { name: 'Report it' }).click();
    expect(await stranger.getByRole('heading', { level: 1 }).innerText()).toBe('We look into it');
    await context.close();
    const cases = await app
      .db('disputes')
      .select('id', 'state', 'source', 'payment_id', 'claim', 'reference');
    expect(cases).toMatchObject([
      { state: 'warned', source: 'statement', payment_id: scene.payment.id, reference: null },
    ]);
    await page.goto(`${app.url}/admin/disputes/${String(cases[0]?.id)}`);
    expect(await page.locator('main').innerText()).toContain('We never had this.');
  });

  it('asks the customer first by a ready mail: sent, delivered, and an exhibit', async () => {
    await click('Write to the customer', 'link');
    await click('See the whole mail');
    expect(await app.db('mails').where({ template: 'dispute-withdrawal' })).toEqual([]);
    await click('Send this mail');
    // A fresh proof stands before it, and loses nothing of what was typed.
    await page.fill('#stepUpCode', codeAt());
    await page.locator('main button[type=submit]').click();
    await page.getByText('The mail is in the outbox, and a copy is among the exhibits.').waitFor();
    await deliver();
    const mail = mailTo(scene.payer, /an objection was reported/);
    expect(mail.text).toContain(scene.payment.merchant_oid);
    const row = await app.db('mails').where({ template: 'dispute-withdrawal' }).first<SentMail>();
    expect(row.state).toBe('relayed');
    const report = await readDeliveryReport(deliveredReport(row));
    if (report === null) throw new Error('no report');
    expect(await recordDeliveryReport(app.db, { report, at: new Date() })).toBe('delivered');
    await page.reload();
    expect(await page.locator('#exhibits').innerText()).toContain('Delivery of this mail: Delivered');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .locator('#exhibits')
        .getByRole('link', { name: /Save file/ })
        .click(),
    ]);
    const saved = readFileSync(await download.path());
    expect(saved.equals(row.kept)).toBe(true);
    expect((await simpleParser(saved)).messageId).toBe(mail.messageId);
  });

  it('is fixed in at most twelve clicks, with nothing typed but what the notice says', async () => {
    const started = performance.now();
    clicks = 0;
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

  it('has the mail to the customer in the package, with what became of it', async () => {
    const [kept] = await app
      .db('dispute_packages')
      .join('dispute_package_files', 'dispute_package_files.sha256', 'dispute_packages.zip_sha256')
      .where('dispute_packages.kind', 'frozen')
      .pluck<Buffer[]>('dispute_package_files.bytes');
    const files = unzipSync(new Uint8Array(kept ?? Buffer.alloc(0)));
    const texts = Object.entries(files).filter(([name]) => /\/data\/(mails|exhibits)\//.test(name));
    const mail = await app.db('mails').where({ template: 'dispute-withdrawal' }).first<SentMail>();
    expect(texts.filter(([, bytes]) => mail.kept.equals(bytes))).toHaveLength(2);
    const reports = texts.filter(([name]) => name.endsWith('.txt'));
    expect(reports.map(([, bytes]) => Buffer.from(bytes).toString()).join()).toContain('Action: delivered');
  });

  it('is sent in two steps, once, and its bytes stay', async () => {
    await click('Send the answer', 'link');
    await page.check('#once');
    await click('Note it as sent');
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
    await deliver(soon);
    expect(mailServer.received.map(({ subject }) => subject)).toContain(
      'Dispute TR-2026-0043: the last day is near',
    );
    expect(mailTo(scene.cast.olivia, /last day is near/).text).toContain('/admin/disputes/');
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
