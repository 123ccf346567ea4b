import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../scripts/settings/read-settings.ts';
import { putTables, showExample } from '../../scripts/settings/show-settings.ts';
import { environment } from '../../src/config/environment.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const groups = readSettings();
const settings = groups.flatMap((group) => group.settings);

describe('the settings', () => {
  it('have a meaning in src/config/environment.ts, each variable of the schema', () => {
    const told = settings.filter(({ meaning }) => meaning !== '').map(({ name }) => name);
    expect(told).toEqual(expect.arrayContaining(Object.keys(environment.shape)));
    expect(new Set(told).size).toBe(settings.length);
    // A tag that does not stand on a line of its own is read as part of the meaning.
    expect(settings.filter(({ meaning }) => meaning.includes(' @'))).toEqual([]);
  });

  it('stand in scripts/README.md as `npm run build:settings` shows them', () => {
    const readme = read('scripts/README.md');
    expect(readme).toBe(putTables(readme, groups));
  });

  it('stand in .env.example as `npm run build:settings` shows them', () => {
    expect(read('.env.example')).toBe(showExample(groups));
  });

  it('show the default of the schema, and what production needs', () => {
    const find = (name: string) => settings.find((setting) => setting.name === name);
    expect(find('PAYTR_CURRENCIES')).toMatchObject({ otherwise: 'TRY,USD,EUR', isNeeded: false });
    expect(find('PAYTR_TEST_MODE')).toMatchObject({ otherwise: '0', example: '0' });
    expect(find('SESSION_SECRET')).toMatchObject({ otherwise: '', isNeeded: true });
    expect(find('LOG_SIGNING_KEYS')).toMatchObject({ isNeeded: true });
    expect(find('BASE_URL')).toMatchObject({ otherwise: 'http://localhost:PORT', isNeeded: true });
  });
});
