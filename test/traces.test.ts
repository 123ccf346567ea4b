import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Source {
  /** Files that run with it. */
  values: string[];
  /** Files of which it knows at least a type. */
  all: string[];
  writes: boolean;
  decides: boolean;
}

const WRITES =
  /\b(insert into|delete from)\s+[a-z_]+|\bupdate\s+[a-z_]+\s+(as\s+\w+\s+)?set\b|\.(insert|update|increment)\(|\.del(ete)?\(\)/;
const DECIDES = /^export (async )?function (decide|authorize|check|may|choose)[A-Z]/m;

const tables = new Set(
  [...readFileSync(join(root, 'migrations/schema.sql'), 'utf8').matchAll(/^create table (\w+)/gm)].map(
    ([, name = '']) => name,
  ),
);

/** The tables to which the statements of a file write: raw ones, and those that Knex builds. */
function tablesWritten(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  const raw = text.matchAll(
    /\b(?:insert into|delete from|update(?=\s+\w+\s+(?:as\s+\w+\s+)?set\b))\s+(\w+)/g,
  );
  const built = [...text.matchAll(/\b\w+\(\s*'(\w+)(?: as \w+)?'\s*\)/g)].filter(({ index, 0: call }) =>
    /\.(insert|update|increment|del|delete)\b/.test(chainAt(text, index + call.length)),
  );
  const found = [...raw, ...built].map(([, table = '']) => table);
  return [...new Set(found)].filter((table) => tables.has(table) && table !== 'audit_logs');
}

/** The calls that follow on a value, without what stands between their brackets. */
function chainAt(text: string, start: number): string {
  let [depth, chain] = [0, ''];
  for (const letter of text.slice(start)) {
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) depth -= 1;
    else if (depth === 0 && ';,'.includes(letter)) break;
    else if (depth === 0) chain += letter;
    if (depth < 0) break;
  }
  return chain;
}

/** A hash is updated, too. */
const OF_HASHES = /\b(createHash|createHmac)\([^)]*\)\s*\.update\(/g;

const sources = new Map<string, Source>();

function sourceOf(path: string): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [...text.matchAll(/^import\s+(type\s+)?([^'"]*?)\s+from\s+'(\.[^']+\.ts)'/gms)].map(
    ([, type, names = '', from = '']) => ({
      path: relative(root, resolve(root, dirname(path), from)),
      isType: type !== undefined || isTypesOnly(names),
    }),
  );
  const made = {
    values: imports.filter(({ isType }) => !isType).map((one) => one.path),
    all: imports.map((one) => one.path),
    writes: WRITES.test(text.replace(OF_HASHES, '')),
    decides: DECIDES.test(text),
  };
  sources.set(path, made);
  return made;
}

/** `{ type A, type B }`: the braces are there, and nothing in them runs. */
function isTypesOnly(names: string): boolean {
  const inner = /^\{([^}]*)\}$/s.exec(names.trim())?.[1];
  return inner?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) === true;
}

interface Trace {
  title: string;
  files: string[];
  /** The text of each step after its path. */
  steps: string[];
}

/** The traces of src/README.md: a heading, then a numbered list whose items begin with a path. */
function readTraces(): Trace[] {
  const readme = readFileSync(join(root, 'src/README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('\n## Traces'), readme.indexOf('\n## A feature in ten steps'));
  return section
    .split('\n### ')
    .slice(1)
    .map((part) => ({
      title: part.slice(0, part.indexOf('\n')),
      files: [...part.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path = '']) => path),
      steps: [...part.matchAll(/^\d+\. `[^`]+`(.*)$/gm)].map(([, step = '']) => step),
    }));
}

const traces = readTraces();
/** A trace ends where another one begins. */
const firsts = new Set(traces.map(({ files }) => files[0] ?? ''));

/** The files that run after those of a trace, without the files of traces that begin on the way. */
function followImports({ files }: Trace): string[] {
  const found = new Set<string>();
  const follow = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const next of sourceOf(path).values) if (files.includes(next) || !firsts.has(next)) follow(next);
  };
  for (const path of files) follow(path);
  return [...found];
}

describe('the traces in src/README.md', () => {
  it('are there: sign-in, callback, export, request and SSH', () => {
    const titles = traces.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'Sign-in',
        'Callback',
        'Export',
        'Request to a workspace',
        'Connection by SSH',
      ]),
    );
  });

  it.each(traces)('name files that exist, six at most: $title', ({ files }) => {
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(6);
  });

  it.each(traces)('lead from file to file: each is imported by an earlier one: $title', ({ files }) => {
    const lost = files.filter((path, index) => {
      const earlier = files.slice(0, index).flatMap((file) => sourceOf(file).all);
      return index > 0 && !earlier.includes(path);
    });
    expect(lost).toEqual([]);
  });

  it.each(traces)('hide no file that writes to a table or decides: $title', (trace) => {
    const hidden = followImports(trace).filter((path) => {
      const { writes, decides } = sourceOf(path);
      return (writes || decides) && !trace.files.includes(path);
    });
    expect(hidden).toEqual([]);
  });

  // A file that only decides on one trace writes on another: one step of it must name what it writes.
  const toldOf = new Map<string, string>();
  for (const { files, steps } of traces)
    for (const [index, path] of files.entries())
      toldOf.set(path, `${toldOf.get(path) ?? ''} ${steps[index] ?? ''}`);

  it('name each table that a file of a step writes to', () => {
    const untold = [...toldOf].flatMap(([path, told]) =>
      tablesWritten(path)
        .filter((table) => !told.includes(`\`${table}\``))
        .map((table) => `${path}: ${table}`),
    );
    expect(untold).toEqual([]);
  });

  it('say where an audit row is written', () => {
    const writers = [...toldOf].filter(
      ([path]) =>
        !path.startsWith('src/audit/') &&
        /AuditLogger\.log\w*\(/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(writers.filter(([, told]) => !told.includes('audit row')).map(([path]) => path)).toEqual([]);
    expect(writers.length).toBeGreaterThan(20);
  });
});
