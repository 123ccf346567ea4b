import { randomUUID } from 'node:crypto';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCast, buildWorkspace, type BuiltUser, type Cast } from '../support/build.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { PASSWORD } from '../support/visitor.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

describe.skipIf(browserPath === null)('the pages', () => {
  let app: ListeningApp;
  let browser: Browser;
  let cast: Cast;
  let workspaceId: number;

  beforeAll(async () => {
    app = await startListeningApp();
    browser = await launchBrowser(browserPath ?? '');
    cast = await buildCast(app.db);
    workspaceId = (await buildWorkspace(app.db, { company_id: cast.acme.id, owner_user_id: cast.alice.id }))
      .id;
    await useIt(cast.alice, { isCounted: true, isOpen: true });
    await useIt(cast.bob, { isCounted: true, isOpen: false });
    await useIt(cast.bob, { isCounted: false, isOpen: false });
  });

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

  const publicPages = ['/', '/auth/login', '/auth/register', '/legal/terms', '/legal/privacy', '/nowhere'];
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
    '/auth/tokens',
    '/auth/ssh-keys',
    '/admin',
    '/admin/users',
    `/admin/users/${cast.bob.id}`,
    `/admin/users/${cast.bob.id}/sessions`,
    `/admin/users/${cast.bob.id}/deactivate`,
    '/admin/audit',
    '/admin/holds',
  ];

  it('can be used by everybody: axe finds nothing', { timeout: 180_000 }, async () => {
    expect(await visitAll({ locale: 'tr', width: 1280 }, findBarriers)).toEqual([]);
  });

  it('fit a phone: nothing reaches beyond the edge', { timeout: 180_000 }, async () => {
    expect(await visitAll({ locale: 'en', width: 390 }, findOverflow)).toEqual([]);
  });

  async function visitAll(
    screen: { locale: string; width: number },
    inspect: (page: Page) => Promise<string[]>,
  ): Promise<string[]> {
    const context = await browser.newContext({
      locale: screen.locale,
      viewport: { width: screen.width, height: 900 },
    });
    const page = await context.newPage();
    const findings: string[] = [];
    const visit = async (path: string): Promise<void> => {
      await page.goto(app.url + path);
      findings.push(...(await inspect(page)).map((finding) => `${path}: ${finding}`));
    };
    for (const path of publicPages) await visit(path);
    await page.goto(`${app.url}/auth/login`);
    await page.fill('#email', cast.alice.email);
    await page.fill('#password', PASSWORD);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL(/\/workspace$/);
    for (const path of adminPages()) await visit(path);
    await context.close();
    return findings;
  }
});

async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the content security policy forbids scripts of others.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: unknown[] }[] }>('axe.run()');
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`);
}

async function findOverflow(page: Page): Promise<string[]> {
  const [reach, width] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  );
  return reach > width ? [`${reach} px wide`] : [];
}
