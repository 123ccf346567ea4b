import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { consoleError } from './console-error.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say, verifyBundle } from '../../src/transparency/verifier/verify.mjs';
import { createChance } from '../faults/year/chance.ts';
import { startListeningApp, type ListeningApp } from '../support/listening-app.ts';
import { asJson, asLines, makeBundle, type MadeBundle } from '../support/transparency/bundle-maker.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const browserPath = findBrowser();

describe.skipIf(browserPath === null)('verifying an evidence file in the browser', () => {
  let app: ListeningApp;
  let browser: Browser;
  let page: Page;
  let made: MadeBundle;
  const complaints: string[] = [];
  const requests: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'verify-page-'));

  beforeAll(async () => {
    app = await startListeningApp();
    browser = await launchBrowser(browserPath ?? '');
    made = await makeBundle(createChance(1));
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 } });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      const text = consoleError(message);
      if (text !== null) complaints.push(text);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  });

  afterAll(async () => {
    await browser.close();
    await app.close();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  const result = () => page.getByRole('status', { name: 'Result' });

  it('says what the program says, with and without a policy, and sends nothing', async () => {
    await page.goto(`${app.url}/verify`);
    await page.getByLabel('Evidence file').setInputFiles(file('bundle.json', asJson(made.bundle)));
    requests.length = 0;
    await page.getByRole('button', { name: 'Verify' }).click();
    await expect.poll(() => result().textContent()).toContain('agrees with the key inside');
    await page.getByLabel('Policy (optional)').setInputFiles(file('policy.txt', made.policy));
    await page.getByRole('button', { name: 'Verify' }).click();
    const lines = asJson(made.bundle).split('\n');
    const { verdict, notes } = await verifyBundle(lines, { policy: made.policy });
    await expect.poll(() => page.locator('[data-verdict]').textContent()).toBe(say('en', ...verdict));
    expect(await page.locator('[data-notes] li').allTextContents()).toEqual(
      notes.map((note) => say('en', ...note)),
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(requests.filter((request) => !request.endsWith('/made/verify-worker.js'))).toEqual([]);
  });

  it('names what was changed, in Turkish as well, and takes a file that is dropped', async () => {
    const bundle = structuredClone(made.bundle);
    bundle.audit_logs[0].success = !bundle.audit_logs[0].success;
    const context = await browser.newContext({ locale: 'tr-TR' });
    const turkish = await context.newPage();
    await turkish.goto(`${app.url}/verify`);
    const dropped = await turkish.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(asLines(bundle))}], 'bundle.ndjson'));
      return transfer;
    })()`);
    await turkish.dispatchEvent('[data-verify-drop]', 'drop', { dataTransfer: dropped });
    await expect
      .poll(() => turkish.locator('[data-verdict]').textContent())
      .toMatch(/^DOĞRULANAMADI: audit_log \d+: /);
    await context.close();
  });

  it('complains about nothing, also not the content security policy', () => {
    expect(complaints).toEqual([]);
  });
});
