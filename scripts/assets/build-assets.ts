import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MADE_ASSETS, makeAssets } from './make-assets.ts';

// `npm run build:assets` must be run when a page or a stylesheet uses a part of Tabler for the first time.
mkdirSync(MADE_ASSETS, { recursive: true });
for (const [name, content] of Object.entries(await makeAssets()))
  writeFileSync(join(MADE_ASSETS, name), content);
