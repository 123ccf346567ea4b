import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { build } from 'esbuild';
import prettier from 'prettier';
import { PurgeCSS } from 'purgecss';
import subsetFont from 'subset-font';

const require = createRequire(import.meta.url);

const views = join(import.meta.dirname, '../../views');

/**
 * The folder of the generated files. They are committed, so that a server needs neither Tabler nor the tools
 * below.
 */
export const MADE_ASSETS = join(views, 'assets/made');

/**
 * The Turkish letters that Inter keeps in its file of 85 kB for all extended Latin, and the sign of the lira.
 * A page in Turkish then loads these few kilobytes instead. To be kept in step with `unicode-range` in
 * fonts.css.
 */
const TURKISH = 'ĞğİıŞş₺';

/** The content of every generated file, by its name in `MADE_ASSETS`. The same input gives the same bytes. */
export async function makeAssets(): Promise<Record<string, Buffer>> {
  return {
    'tabler.css': await makeTabler(),
    'inter-turkish.woff2': await makeTurkishFont(),
    'verify-worker.js': await makeVerifyWorker(),
  };
}

/** Tabler without the rules that none of our pages and stylesheets uses; 7 of 100 are left. */
async function makeTabler(): Promise<Buffer> {
  const path = join(dirname(require.resolve('@tabler/core/package.json')), 'dist/css/tabler.css');
  const [result] = await new PurgeCSS().purge({
    content: listSources().map((path) => ({
      raw: readFileSync(path, 'utf8'),
      extension: extname(path).slice(1),
    })),
    css: [{ raw: readFileSync(path, 'utf8') }],
    extractors: [
      { extensions: ['ejs'], extractor: namesInPage },
      { extensions: ['css'], extractor: namesInStylesheet },
    ],
    // Our own stylesheets may use what Tabler defines.
    safelist: { variables: readVariables() },
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const css = (result?.css ?? '')
    .replace(/\/\*# sourceMappingURL.*?\*\//, '')
    .replace(/@charset "UTF-8";\s*/, '');
  return Buffer.from(
    await prettier.format(`/* Made by npm run build:assets from what our pages use of Tabler. */\n${css}`, {
      parser: 'css',
      printWidth: 110,
      singleQuote: true,
    }),
  );
}

/** Elements, attributes and the words in `class`; for a class put together from pieces, each piece. */
function namesInPage(text: string): string[] {
  const page = text.replace(/<%#.*?-?%>/gs, '');
  const elements = page.match(/(?<=<)[a-z][\w-]*/g) ?? [];
  const attributes = page.match(/[\w-]+(?==")/g) ?? [];
  const values = [...page.matchAll(/\b(?:class|type|role)="([^"]*)"/g)].flatMap(
    ([, value = '']) => value.match(/[\w-]+/g) ?? [],
  );
  return [
    ...elements,
    ...attributes,
    ...values,
    'html',
    'body',
    'hidden',
    'disabled',
    'checked',
    'readonly',
    'open',
  ];
}

/** A class in our stylesheets is in use, also where a page puts its name together. */
function namesInStylesheet(text: string): string[] {
  return text.match(/(?<=\.)[a-z][\w-]*/g) ?? [];
}

function readVariables(): string[] {
  const sheets = listSources().filter((path) => path.endsWith('.css'));
  return sheets
    .flatMap((path) => readFileSync(path, 'utf8').match(/var\(--tblr-[\w-]+/g) ?? [])
    .map((use) => use.slice(4));
}

function listSources(): string[] {
  return readdirSync(views, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(views, name))
    .filter((path) => /\.(ejs|css)$/.test(path) && statSync(path).isFile())
    .filter((path) => relative(MADE_ASSETS, path).startsWith('..'));
}

async function makeTurkishFont(): Promise<Buffer> {
  const inter = dirname(require.resolve('@fontsource-variable/inter/package.json'));
  const whole = readFileSync(join(inter, 'files/inter-latin-ext-wght-normal.woff2'));
  return subsetFont(whole, TURKISH, { targetFormat: 'woff2' });
}

/** The verifier of evidence files for browsers: the program for Node with another `node:crypto`. */
async function makeVerifyWorker(): Promise<Buffer> {
  const folder = join(import.meta.dirname, 'verify-page');
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'worker.mjs')],
    alias: { 'node:crypto': join(folder, 'node-crypto.mjs') },
    // Only its command line reads files.
    external: ['node:fs'],
    bundle: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('Bug! esbuild made no file');
  const licence = readFileSync(join(dirname(require.resolve('@noble/curves/ed25519.js')), 'LICENSE'), 'utf8');
  const notice = `/* Made by npm run build:assets from src/transparency/verifier, with @noble/curves and @noble/hashes:\n\n${licence.trimEnd()} */`;
  return Buffer.from(`${notice}\n${file.text}`);
}
