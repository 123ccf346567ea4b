import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from './read-settings.ts';
import { putTables, showExample } from './show-settings.ts';

// `npm run build:settings`: after every change to src/config/environment.ts, its comments included.
const readme = join(import.meta.dirname, '../README.md');
const groups = readSettings();
writeFileSync(readme, putTables(readFileSync(readme, 'utf8'), groups));
writeFileSync(join(import.meta.dirname, '../../.env.example'), showExample(groups));
