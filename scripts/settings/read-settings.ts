import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { environment } from '../../src/config/environment.ts';

/** A setting as people read of it. */
export interface Setting {
  name: string;
  meaning: string;
  /** True when production does not start without it. */
  isNeeded: boolean;
  /** The value that applies when the setting is not set; empty when there is none. */
  otherwise: string;
  example: string;
}

export interface SettingGroup {
  title: string;
  settings: Setting[];
}

const SOURCE = join(import.meta.dirname, '../../src/config/environment.ts');

const PART =
  /^ {2}\/\/ --- (?<title>.+)$|^ {2}\/\*\*(?<comment>[\s\S]*?)\*\/\n {2}(?<name>[A-Z][A-Z0-9_]+):/gm;

/** The variables that scripts alone read: `src/config/environment.ts` does not know them. */
const OF_SCRIPTS: SettingGroup = {
  title: 'Scripts only',
  settings: [
    {
      name: 'WEB_CONCURRENCY',
      meaning: 'npm run cluster: how many processes share the port.',
      otherwise: 'one for each core',
      example: '4',
    },
    {
      name: 'TEST_DATABASE_URL',
      meaning: 'Tests: a Postgres, as a role that may create databases and roles.',
      otherwise: 'embedded',
      example: '',
    },
    { name: 'SANDBOX_PORT', meaning: 'The PayTR sandbox: its port.', otherwise: '3001', example: '3001' },
    {
      name: 'SANDBOX_RETRY_SECONDS',
      meaning: 'The PayTR sandbox: seconds between repeated callbacks.',
      otherwise: '60',
      example: '60',
    },
  ].map((setting) => ({ ...setting, isNeeded: false })),
};

/** Every setting in the order of `environment.ts`: meanings from its comments, defaults from the schema. */
export function readSettings(): SettingGroup[] {
  const groups: SettingGroup[] = [];
  for (const { groups: part = {} } of readFileSync(SOURCE, 'utf8').matchAll(PART)) {
    const { title, comment = '', name = '' } = part;
    if (title !== undefined) groups.push({ title, settings: [] });
    else groups.at(-1)?.settings.push(readSetting(name, comment));
  }
  return [...groups, OF_SCRIPTS];
}

function readSetting(name: string, comment: string): Setting {
  const lines = comment.split('\n').map((line) => line.replace(/^ *\* ?/, '').trim());
  const tag = (label: string): string | undefined => {
    const line = lines.find((candidate) => `${candidate} `.startsWith(`@${label} `));
    return line?.slice(label.length + 1).trim();
  };
  const value = defaultOf(name);
  return {
    name,
    meaning: lines
      .filter((line) => !line.startsWith('@'))
      .join(' ')
      .trim(),
    isNeeded: tag('needed') !== undefined || !isOptional(name),
    otherwise: tag('otherwise') ?? value,
    example: tag('example') ?? value,
  };
}

const inputs = z.toJSONSchema(environment, { io: 'input', unrepresentable: 'any' });

function isOptional(name: string): boolean {
  return inputs.required?.includes(name) !== true;
}

/** As one writes it into the environment. */
function defaultOf(name: string): string {
  const property = inputs.properties?.[name];
  if (typeof property !== 'object') throw new Error(`Bug! ${name} is not in the schema`);
  const value = property.default;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
