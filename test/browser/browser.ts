import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { PASSWORD } from '../support/sign-in.ts';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where a Chromium is, or null with a line that says why the journeys are skipped. */
export function findBrowser(): string | null {
  const found = CANDIDATES.find((path) => existsSync(path)) ?? null;
  if (found === null)
    console.log(
      'skipped: no Chromium on this machine (on Debian: apt-get install chromium), so no browser journeys',
    );
  return found;
}

/**
 * Starts it without a screen and without a word to anybody outside this machine. `domain` and all under it
 * are this machine.
 */
export function launchBrowser(executablePath: string, domain?: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      ...(domain === undefined ? [] : [`--host-resolver-rules=MAP *.${domain} 127.0.0.1`]),
    ],
  });
}

/** Signs somebody in by the form, in English, and comes out at the list of workspaces. */
export async function signInByForm(page: Page, appUrl: string, { email }: { email: string }): Promise<void> {
  await page.goto(`${appUrl}/auth/login`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/workspace');
}
