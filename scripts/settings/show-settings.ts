import type { Setting, SettingGroup } from './read-settings.ts';

/** Columns of a line of `.env.example`. */
const LINE_MAX = 110;

/** The tables between these two lines of scripts/README.md are made. */
const TABLES_BEGIN = '<!-- made by npm run build:settings -->';
const TABLES_END = '<!-- end -->';

/** The text of scripts/README.md with its tables of settings made anew. */
export function putTables(text: string, groups: SettingGroup[]): string {
  const [before, after] = [text.indexOf(TABLES_BEGIN), text.indexOf(TABLES_END)];
  if (before < 0 || after < before) throw new Error('scripts/README.md has no place for the settings');
  const tables = groups.map(showTable).join('\n');
  return `${text.slice(0, before)}${TABLES_BEGIN}\n\n${tables}\n${text.slice(after)}`;
}

function showTable({ title, settings }: SettingGroup): string {
  const rows = settings.map(({ name, isNeeded, otherwise, meaning }) => {
    const cells = [`\`${name}\``, isNeeded ? 'yes' : '', asCell(otherwise), asCell(meaning)];
    return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  });
  return ['### ' + title, '', '| name | needed | default | meaning |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

/** Braces and angle brackets are words of a program. */
function asCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/[{<][^}>]*[}>](?:[-.]?\{[^}]*\})*/g, '`$&`');
}

/** The whole of `.env.example`. */
export function showExample(groups: SettingGroup[]): string {
  return [
    '# Copy to .env and change what you need. `npm start` reads it; a value set in the environment wins.',
    '# Quote values that contain a #. In production every setting marked [production] must be set; the server lists what is wrong.',
    '# Made from src/config/environment.ts by npm run build:settings.',
    ...groups.flatMap(showGroup),
    '',
  ].join('\n');
}

function showGroup({ title, settings }: SettingGroup): string[] {
  return ['', `# --- ${title} `.padEnd(LINE_MAX, '-'), ...settings.flatMap(showLines)];
}

function showLines({ name, isNeeded, otherwise, meaning, example }: Setting): string[] {
  const otherwiseText = otherwise === '' || isNeeded ? '' : ` Default: ${otherwise}.`;
  return [...wrap(`${isNeeded ? '[production] ' : ''}${meaning}${otherwiseText}`), `# ${name}=${example}`];
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= LINE_MAX)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
