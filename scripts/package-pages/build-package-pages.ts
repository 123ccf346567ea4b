import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../src/config/config.ts';
import { buildPages } from '../../src/disputes/package/build-package.ts';
import { channelProfile } from '../../src/disputes/package/channel-profile.ts';
import { sampleContent } from './sample-content.ts';

/** Small enough for a README, and large enough to be read. */
const DOTS_PER_INCH = 42;

/** `.github/images/package-1.png` and so on: the pages of a made-up case, as poppler draws them. */
async function main(): Promise<void> {
  const images = resolve(import.meta.dirname, '../../.github/images');
  const folder = mkdtempSync(join(tmpdir(), 'package-pages-'));
  const profile = channelProfile(loadConfig({ NODE_ENV: 'test', ...NEEDED }));
  const pages = await buildPages(sampleContent, profile);
  if (!pages.ok) throw new Error(JSON.stringify(pages.problems));
  writeFileSync(join(folder, 'package.pdf'), pages.built.pdf);
  mkdirSync(images, { recursive: true });
  for (const name of readdirSync(images)) if (/^package-\d+\.png$/.test(name)) rmSync(join(images, name));
  const target = join(images, 'package');
  execFileSync('pdftoppm', [
    ...['-r', String(DOTS_PER_INCH), '-gray', '-png'],
    ...[join(folder, 'package.pdf'), target],
  ]);
  rmSync(folder, { recursive: true });
}

/** Settings that have no default; none of them is printed. */
const NEEDED = {
  DATABASE_URL: 'postgres://nobody@localhost/none',
  SESSION_SECRET: 'only for the pictures of the README, nobody signs in',
  PAYTR_MERCHANT_ID: '1',
  PAYTR_MERCHANT_KEY: 'pictures',
  PAYTR_MERCHANT_SALT: 'pictures',
};

await main();
