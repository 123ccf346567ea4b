import { randomUUID } from 'node:crypto';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildAccessToken,
  buildCast,
  buildMail,
  buildPayment,
  buildSshKey,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { keepLogs } from '../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../src/transparency/sequence/log-signer.ts';
import { buildCase, buildFrozen } from '../disputes/build.ts';
import { buildExhibit } from '../disputes/exhibits/build.ts';
import { buildLegalInvoice } from '../billing/legal-invoices/scene.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { buildBuyer } from '../billing/order.ts';
import { buildStoredCard } from '../billing/stored-cards/build.ts';
import { newKey } from '../billing/stored-cards/scene.ts';
import { buildPaidPayment, buildRefund } from '../evidence/support.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

/** As long as a name may be, and nowhere a blank to break at. */
const longName = (start: string): string => start.padEnd(60, 'mw');

describe.skipIf(browserPath === null)('the pages', () => {
  let app: ListeningApp;
  let browser: Browser;
  let cast: Cast;
  let workspaceId: number;
  let holdId: number;
  let disputeId: number;
  let exhibitId: number;
  let frozenId: number;
  let mailId: number;
  let legalId: number;
  let differenceId: number;
  let paidOrder: string;
  let reviewOrder: string;
  let refundId: number;
  let cardOrder: string;

  beforeAll(async () => {
    app = await startListeningApp({ env: { STORED_CARDS: '1', STORED_CARD_KEYS: newKey('k1') } });
    browser = await launchBrowser(browserPath ?? '');
    cast = await buildCast(app.db, { nameOf: longName });
    workspaceId = (
      await buildWorkspace(app.db, {
        company_id: cast.acme.id,
        owner_user_id: cast.alice.id,
        name: longName('workspace'),
      })
    ).id;
    await useIt(cast.alice, { isCounted: true, isOpen: true });
    await useIt(cast.bob, { isCounted: true, isOpen: false });
    await useIt(cast.bob, { isCounted: false, isOpen: false });
    await buildPayment(app.db, { company_id: cast.acme.id, user_id: cast.alice.id });
    await buildBuyer(app.db, cast.acme.id, { billing_address: longName('street') });
    await buildStoredCard(app.db, { company_id: cast.acme.id, user_id: cast.alice.id });
    const byCard = { company_id: cast.acme.id, user_id: cast.alice.id, gateway_token: 'card-form' };
    cardOrder = (await buildPayment(app.db, byCard)).merchant_oid;
    await buildWhatWaits();
    await buildAccessToken(app.db, cast.alice);
    await buildSshKey(app.db, cast.alice);
    await app.db('workspaces').insert({
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
      name: longName('deleted'),
      port: 29_999,
      created_at: new Date(),
      deleted_at: new Date(),
      deleted_by: cast.bob.id,
    });
    await giveLongNames();
    const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    await app
      .db('subscriptions')
      .where('company_id', cast.acme.id)
      .update({
        ...{ plan: 'team', wanted_plan: 'starter' },
        ...{ period_started_at: inDays(-25), period_ends_at: inDays(5) },
      });
    await keepLogs(app.db, { at: new Date() }, { signer: logSigner(app.config), publishSeconds: 0 });
  });

  /** A payment to review, one the gateway says nothing about, an open hold, a job and a refused request. */
  async function buildWhatWaits(): Promise<void> {
    const of = { company_id: cast.acme.id, user_id: cast.alice.id };
    await buildPayment(app.db, { ...of, status: 'review', review_reason: 'lower_plan', charged_minor: 1 });
    const little = { status: 'review', review_reason: 'amount_below_order', charged_minor: 100_000 };
    reviewOrder = (await buildPayment(app.db, { ...of, ...little })).merchant_oid;
    await buildRefunds();
    const stuck = { asks_failed: 20, ask_problem: longName('answer'), ask_again_at: new Date() };
    await buildPayment(app.db, { ...of, created_at: new Date(0), ...stuck });
    ({ id: legalId } = await buildLegalInvoice(app.db, of, { problem: longName('problem') }));
    const hold = { kind: 'dispute', reference: longName('case'), reason: longName('reason') };
    const placed = { company_id: cast.acme.id, placed_at: new Date(), placed_by: cast.olivia.id };
    [{ id: holdId }] = await app
      .db('legal_holds')
      .insert({ ...hold, ...placed })
      .returning('id');
    disputeId = await buildCase(app.db, cast);
    frozenId = (await buildFrozen(app.db, cast)).disputeId;
    await buildCase(app.db, cast, { state: 'lost', answer_by: null, closed_at: new Date(), lost_minor: 100 });
    const words = { name: longName('file'), description: longName('panel'), text: longName('text') };
    exhibitId = await buildExhibit(app.db, cast, { dispute_id: disputeId, ...words });
    const mail = { subject: longName('subject'), recipient: `${longName('ada')}@example.com` };
    ({ id: mailId } = await buildMail(app.db, { company_id: cast.acme.id, ...mail }));
    const at = { at: new Date(), state: 'failed', source: 'hand-over', try: 1 };
    await app
      .db('mail_events')
      .insert({ mail_id: mailId, ...at, server: longName('mx'), answer: longName('550') });
    const seen = { found_at: new Date(), last_seen_at: new Date() };
    const amounts = { currency: 'TRY', ours_minor: 999_999_999, theirs_minor: 999_999_998 };
    [{ id: differenceId }] = await app
      .db('finance_differences')
      .insert({
        kind: 'amount_differs',
        about: longName('YAC'),
        company_id: cast.acme.id,
        ...amounts,
        ...seen,
      })
      .returning('id');
    await app.db('scheduled_jobs').insert({ name: longName('job'), next_run_at: new Date() });
  }

  /** A payment with a refund that is uncertain, and one that was made. */
  async function buildRefunds(): Promise<void> {
    const payment = await buildPaidPayment(app.db, cast.alice);
    paidOrder = payment.merchant_oid;
    const reason = longName('reason');
    await buildRefund(app.db, cast, payment, { reason });
    const unknown = { state: 'unknown', decided_at: null, not_listed_at: new Date() };
    const [row] = await app
      .db('refunds')
      .insert({
        ...{ payment_id: payment.id, company_id: cast.acme.id, source: 'ours', reference_no: 'R'.repeat(64) },
        ...{ amount_minor: 100, currency: 'TRY', policy: 'goodwill', reason, ends_paid_time: false },
        ...{ requested_by: cast.olivia.id, requested_at: new Date(0), confirmed_by: cast.olivia.id },
        ...{ confirmed_at: new Date(0), sent_at: new Date(0), times_sent: 1, ...unknown },
      })
      .returning<{ id: number }[]>('id');
    refundId = row?.id ?? 0;
  }

  async function giveLongNames(): Promise<void> {
    await app
      .db('companies')
      .where('id', cast.acme.id)
      .update({ name: longName('Acme') });
    await app.db('access_tokens').update({ name: longName('token') });
    await app.db('ssh_keys').update({ label: longName('key') });
  }

  /** The pages about sessions have something to show. */
  async function useIt(
    person: BuiltUser,
    { isCounted, isOpen }: { isCounted: boolean; isOpen: boolean },
  ): Promise<void> {
    const now = new Date();
    const from = new Date(now.getTime() - 10 * 60_000);
    await app.db('workspace_sessions').insert({
      company_id: cast.acme.id,
      workspace_id: workspaceId,
      user_id: person.id,
      on_behalf_of: person.id === cast.alice.id ? null : cast.alice.id,
      started_at: from,
      ended_at: isOpen ? null : now,
      end_reason: isOpen ? null : 'closed',
      last_activity_at: now,
      ...(isCounted && { connected_minutes: 11, active_minutes: 4, connected_until: now }),
      session_id: randomUUID(),
      access_method: 'web',
    });
  }

  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const publicPages = [
    '/',
    '/auth/login',
    '/auth/register',
    '/auth/forgot',
    `/auth/reset/${'a'.repeat(43)}`,
    '/legal/terms',
    '/legal/privacy',
    '/log',
    '/verify',
    '/nowhere',
  ];
  /** Every kind of list. */
  const listPages = (): string[] =>
    adminPages().filter((path) => !/\/(delete|deactivate)$/.test(path) && path !== '/admin');
  const adminPages = (): string[] => [
    '/workspace',
    `/workspace/${workspaceId}`,
    `/workspace/${workspaceId}/delete`,
    '/workspace/deleted',
    '/workspace/now',
    '/workspace/sessions',
    '/workspace/sessions?month=2026-01',
    `/workspace/${workspaceId}/sessions`,
    '/billing',
    '/billing/details?plan=team&currency=TRY',
    '/billing/order/team?currency=TRY',
    '/billing/cancel',
    '/billing/card',
    `/billing/checkout/${cardOrder}`,
    '/billing/change/starter',
    '/auth/password',
    '/account',
    '/account/profile',
    '/account/sign-ins',
    '/account/browsers',
    '/account/browsers/others',
    '/account/devices',
    '/account/email',
    '/account/second-factor',
    '/account/notifications',
    '/account/data',
    '/auth/tokens',
    '/auth/ssh-keys',
    '/admin',
    '/admin/users',
    `/admin/users/${cast.bob.id}`,
    `/admin/users/${cast.bob.id}/sessions`,
    `/admin/users/${cast.bob.id}/journey`,
    '/admin/usage',
    '/admin/alerts',
    '/admin/alerts/all',
    '/admin/alerts/incidents',
    '/admin/alerts/rules',
    '/admin/second-factor',
    `/admin/users/${cast.bob.id}/deactivate`,
    '/admin/audit',
    '/admin/log',
    '/admin/holds',
    '/admin/mails',
    `/admin/mails/${mailId}`,
  ];
  /**
   * Addresses that only operators see: other companies, payments that wait for a decision, and forms of their
   * own.
   */
  const operatorPages = (): string[] => [
    '/admin',
    `/admin?company=${cast.acme.id}`,
    `/admin/users/${cast.bob.id}?company=${cast.acme.id}`,
    `/admin/audit?company=${cast.acme.id}`,
    '/admin/holds',
    `/admin/holds?company=${cast.acme.id}`,
    `/admin/holds/${holdId}/release?company=${cast.acme.id}`,
    '/admin/disputes',
    '/admin/disputes?list=closed',
    '/admin/disputes/new',
    '/admin/disputes/reasons',
    '/admin/disputes/outcomes',
    '/admin/disputes/payments',
    `/admin/disputes/${disputeId}`,
    `/admin/disputes/${disputeId}/accept`,
    `/admin/disputes/${frozenId}/send`,
    `/admin/disputes/${disputeId}/exhibits`,
    `/admin/disputes/${disputeId}/exhibits/${exhibitId}/withdraw`,
    `/admin/disputes/${disputeId}/exhibits/customer-mail`,
    '/admin/security',
    '/admin/finance',
    '/admin/finance/search?q=100',
    `/admin/finance/differences/${differenceId}`,
    '/admin/finance/review',
    '/admin/finance/invoices?list=all',
    `/admin/finance/invoices/${legalId}`,
    '/admin/finance/prices',
    '/admin/finance/invoices',
    `/admin/usage?company=${cast.acme.id}`,
    `/admin/alerts?company=${cast.acme.id}`,
    `/admin/alerts/rules?company=${cast.acme.id}`,
    '/account/second-factor',
    '/account/devices',
    '/admin/mails',
    `/admin/mails/${mailId}?company=${cast.acme.id}`,
    '/admin/finance/review',
    `/admin/finance/review/${reviewOrder}`,
    `/admin/finance/review/${reviewOrder}/accept`,
    `/admin/finance/payments/${paidOrder}`,
    `/admin/finance/payments/${paidOrder}/refunds/${refundId}`,
  ];

  it(
    'can be used by everybody, and hide nothing of a long name: axe finds nothing',
    { timeout: 180_000 },
    async () => {
      expect(await visitAll({ locale: 'tr', width: 1280 }, findFaults)).toEqual([]);
    },
  );

  it('can be used by everybody who wants them dark, and fit a phone', { timeout: 180_000 }, async () => {
    expect(await visitAll({ locale: 'en', width: 390, colorScheme: 'dark' }, findFaults)).toEqual([]);
  });

  it(
    'of the sign-in, seen for the first time in Turkish, take at most 150 kB',
    { timeout: 60_000 },
    async () => {
      const context = await browser.newContext({ locale: 'tr', viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      const network = await context.newCDPSession(page);
      await network.send('Network.enable');
      let bytes = 0;
      network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
      await page.goto(`${app.url}/auth/login`, { waitUntil: 'networkidle' });
      await context.close();
      expect(bytes).toBeGreaterThan(20_000);
      expect(bytes).toBeLessThanOrEqual(150_000);
    },
  );

  it(
    'lose nothing on paper: every column is on the sheet, and dark pages come out light',
    { timeout: 60_000 },
    async () => {
      const context = await browser.newContext({
        locale: 'en',
        colorScheme: 'dark',
        viewport: { width: 1280, height: 900 },
      });
      const page = await context.newPage();
      await signIn(page, cast.alice);
      // The width that an A4 sheet in landscape leaves between its margins, in pixels of CSS.
      await page.setViewportSize({ width: Math.floor(((297 - 24) / 25.4) * 96), height: 700 });
      await page.emulateMedia({ media: 'print' });
      const findings: string[] = [];
      for (const path of listPages()) {
        await page.goto(app.url + path);
        findings.push(
          ...(await page.evaluate<string[]>(FIND_UNPRINTED)).map((finding) => `${path}: ${finding}`),
        );
      }
      expect(findings).toEqual([]);
      await page.goto(`${app.url}/admin/audit?action=login&result=success`);
      const head = await page.locator('.print-head').innerText();
      expect(head).toMatch(
        /Company: Acmemw[\s\S]*Action: Sign-in[\s\S]*Result: Success[\s\S]*Istanbul[\s\S]*Printed: \d/,
      );
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf).toMatch(/\/MediaBox \[0 0 84\d(\.\d+)? 59\d/);
      await context.close();
    },
  );

  async function visitAll(
    { width, ...screen }: { locale: string; width: number; colorScheme?: 'dark' },
    inspect: (page: Page) => Promise<string[]>,
  ): Promise<string[]> {
    const context = await browser.newContext({
      ...screen,
      viewport: { width, height: 900 },
    });
    const page = await context.newPage();
    const findings: string[] = [];
    const visit = async (path: string): Promise<void> => {
      await page.goto(app.url + path);
      findings.push(...(await inspect(page)).map((finding) => `${path}: ${finding}`));
    };
    for (const path of publicPages) await visit(path);
    await signIn(page, cast.alice);
    for (const path of adminPages()) await visit(path);
    await context.clearCookies();
    await signIn(page, cast.olivia);
    for (const path of operatorPages()) await visit(path);
    await context.close();
    return findings;
  }

  async function signIn(page: Page, { email, role }: BuiltUser): Promise<void> {
    // An operator's browser that is spared the second factor.
    if (role === 'operator')
      await page.context().addCookies([{ name: 'yac_device', value: TRUSTED_DEVICE, url: app.url }]);
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', email);
    await page.fill('#password', PASSWORD);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(/\/(workspace|admin)$/);
  }
});

async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the content security policy forbids scripts of others.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: unknown[] }[] }>('axe.run()');
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`);
}

/**
 * The faults of a page: those that axe finds, parts wider than the window, and parts that are cut where no
 * scroll can bring them back.
 */
async function findFaults(page: Page): Promise<string[]> {
  return [
    ...(await findBarriers(page)),
    ...(await findOverflow(page)),
    ...(await page.evaluate<string[]>(FIND_CUT)),
  ];
}

/** A text that ends in … is cut on purpose: its whole stands elsewhere. A field scrolls by itself. */
const FIND_CUT = `[...document.querySelectorAll('body *')]
  .filter((element) => {
    const { overflowX, textOverflow, clipPath, clip } = getComputedStyle(element);
    return ['hidden', 'clip'].includes(overflowX) && textOverflow !== 'ellipsis' && clipPath === 'none' && clip === 'auto'
      && !(element instanceof SVGElement) && !element.matches('input') && element.checkVisibility() && element.scrollWidth > element.clientWidth + 1;
  })
  .map((element) => 'cuts ' + element.tagName + '.' + element.className)
  .concat([...document.querySelectorAll('.table-card')]
    .filter((card) => card.getBoundingClientRect().right > innerWidth || (innerWidth > 1000 && card.scrollWidth > card.clientWidth + 1))
    .map((card) => 'does not fit: ' + (card.querySelector('table').getAttribute('aria-label') ?? '')))`;

/** Cells that are not on the sheet: hidden, or beyond its edge. Cells of buttons only are none. */
const FIND_UNPRINTED = `[...document.querySelectorAll('.data th, .data td, .stat, .month-switch h2')]
  .filter((cell) => !cell.querySelector('.row-actions') && cell.textContent.trim() !== '')
  .filter((cell) => {
    const box = cell.getBoundingClientRect();
    return !cell.checkVisibility() || box.width < 1 || box.right > innerWidth + 1;
  })
  .map((cell) => 'not printed: ' + cell.textContent.trim().slice(0, 40))
  .concat(getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)' ? [] : ['dark paper'])
  .concat(document.querySelector('.data td .pill') && !document.querySelector('.data td .pill').checkVisibility() ? ['no result'] : [])`;

async function findOverflow(page: Page): Promise<string[]> {
  const [reach, width] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  );
  return reach > width ? [`${reach} px wide`] : [];
}
