import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express } from 'express';

/** Serves our files and those of the font, under a path that changes with their content. */
export interface Assets {
  /** The address of a file: `asset('app.css')`, `asset('vendor/inter.css')`. */
  url(name: string): string;
  mount(app: Express): void;
}

const require = createRequire(import.meta.url);

/**
 * Reads the files once at start to compute the version of the path. Browsers may then keep them for a year.
 */
export function createAssets(folder: string): Assets {
  const inter = dirname(require.resolve('@fontsource-variable/inter/package.json'));
  const version = hashOf([...listFiles(folder), join(inter, 'index.css')]);
  const prefix = `/assets/${version}`;
  const forever = { immutable: true, maxAge: '1y', index: false } as const;
  return {
    url: (name) => `${prefix}/${name}`,
    mount: (app) => {
      app.get(`${prefix}/vendor/inter.css`, (_req, res) => {
        res.sendFile(join(inter, 'index.css'), { immutable: true, maxAge: '1y' });
      });
      app.use(`${prefix}/vendor/files`, express.static(join(inter, 'files'), forever));
      app.use(prefix, express.static(folder, forever));
    },
  };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
