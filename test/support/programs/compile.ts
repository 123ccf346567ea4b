import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { inject } from 'vitest';
import { findIdentity } from '../../../src/workspace/sandbox/process-identity.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const compiled = new Map<string, Promise<string>>();

/** A program: a TypeScript file, or the text of a module that imports from the project's root. */
type Program = { file: string } | { text: string };

/**
 * A folder in the checkout, from where Node finds node_modules, for the programs compiled in one run. Removes
 * the folders of killed runs. The caller removes this one.
 */
export function makeProgramFolder(): string {
  const home = join(root, '.data/test-programs');
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home))
    if (findIdentity(Number(name)) === undefined) rmSync(join(home, name), { recursive: true, force: true });
  return join(home, String(process.pid));
}

/**
 * Compiles a program with its imports from the project, and returns its path. tsx would compile file by file,
 * two seconds for the server, and tests start processes fifty times. A module still finds its files beside
 * its source.
 */
export function compile(program: Program): Promise<string> {
  const key = JSON.stringify(program);
  const made =
    compiled.get(key) ?? make(program, createHash('sha256').update(key).digest('hex').slice(0, 12));
  compiled.set(key, made);
  return made;
}

/** Where another worker has compiled the program of a file already, that is taken. */
async function make(program: Program, name: string): Promise<string> {
  const outdir = join(inject('programFolder'), name);
  const path = join(outdir, 'program.mjs');
  if (existsSync(path)) return path;
  const unfinished = `${outdir}-${String(process.pid)}`;
  const packages = 'file' in program && STARTED_OFTEN.includes(program.file) ? BUNDLED : EXTERNAL;
  await build({
    ...{ ...inputOf(program), ...OUTPUT, ...packages },
    ...{ outdir: unfinished, absWorkingDir: root, plugins: [placed] },
  });
  try {
    renameSync(unfinished, outdir);
  } catch (error) {
    // Meanwhile another worker was done.
    if (!existsSync(path)) throw error;
  }
  return path;
}

const OUTPUT = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Modules that are imported only when needed stay separate.
  splitting: true,
  outExtension: { '.js': '.mjs' },
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** With their packages these start in two thirds of the time; compiling them takes as long as four starts. */
const STARTED_OFTEN = ['src/server.ts'];

const EXTERNAL = { packages: 'external' } as const satisfies BuildOptions;

/** Packages of CommonJS want `require`. Knex asks for databases that are not installed. */
const BUNDLED = {
  banner: {
    js: `import { createRequire as makeRequire_ } from 'node:module'; const require = makeRequire_(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;`,
  },
  external: [
    ...['@node-rs/argon2', 'better-sqlite3', 'mariadb/callback', 'mysql', 'mysql2', 'oracledb'],
    ...['pg-native', 'pg-query-stream', 'sqlite3', 'tedious'],
  ],
} satisfies BuildOptions;

function inputOf(program: Program): BuildOptions {
  if ('file' in program) return { entryPoints: { program: program.file } };
  return {
    stdin: { contents: program.text, resolveDir: root, loader: 'ts' },
    entryNames: 'program',
  };
}

/** A module finds its files by its own place. */
const placed: Plugin = {
  name: 'placed',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const started = path.endsWith('/run-workers.ts') ? await withCompiledServer(text) : text;
      return {
        loader: 'ts',
        contents: started
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      };
    });
  },
};

/** The cluster starts each of its processes by tsx, file by file; here it starts what is compiled. */
async function withCompiledServer(text: string): Promise<string> {
  const server = JSON.stringify(await compile({ file: 'src/server.ts' }));
  const changed = text
    .replace(/join\(import\.meta\.dirname, '[./]*src\/server\.ts'\)/, () => server)
    .replace("execArgv: ['--import', 'tsx']", 'execArgv: []');
  if (!changed.includes(server) || changed.includes("'tsx'"))
    throw new Error('run-workers.ts starts the server otherwise');
  return changed;
}
