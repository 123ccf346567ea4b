import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres/embedded-postgres.ts';
import { UnusableFilesError } from '../../scripts/embedded-postgres/binaries.ts';
import { makeProgramFolder } from './programs/compile.ts';
import { makeRunFolder } from './run-folder.ts';
import { openTestServer, type TestServer } from './programs/test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer;
    /** The folder in which workers put the programs that they compile. */
    programFolder: string;
  }
}

/** The most memory that the server of a whole run may need, in bytes. */
const MEMORY_BYTES = 1_000_000_000;

let close: () => Promise<void> = () => Promise.resolve();
let removePrograms: () => void = () => undefined;

/**
 * Provides, before the first test, a server with a migrated template database: TEST_DATABASE_URL, or an
 * embedded server, which runs at the same time share. Vitest calls `teardown` also when tests have failed.
 */
export async function setup(project: TestProject): Promise<void> {
  const runFolder = makeRunFolder(tmpdir());
  // For the workers, which start after this, and their children.
  process.env['TMPDIR'] = runFolder;
  const programFolder = makeProgramFolder();
  project.provide('programFolder', programFolder);
  removePrograms = () => {
    rmSync(programFolder, { recursive: true, force: true });
    rmSync(runFolder, { recursive: true, force: true });
  };
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    const server = await openTestServer(given);
    close = server.close;
    project.provide('testServer', server.shared);
    return;
  }
  const postgres = await startThrowAwayPostgres();
  close = postgres.stop;
  const server = await openTestServer(postgres.ownerUrl);
  close = async () => {
    await server.close();
    await postgres.stop();
  };
  project.provide('testServer', server.shared);
}

export async function teardown(): Promise<void> {
  removePrograms();
  await close();
}

/** A power cut may ruin the files. They are then made anew, since they hold nothing valuable. */
async function startThrowAwayPostgres(): ReturnType<typeof startEmbeddedPostgres> {
  const dataDir = chooseFolder();
  const start = (): ReturnType<typeof startEmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir, forTests: true, log: () => undefined });
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof UnusableFilesError)) throw error;
    rmSync(dataDir, { recursive: true, force: true });
    return start();
  }
}

/**
 * The folder of the server, one for each checkout and user. A database is 300 files, which some file systems
 * need a second to create; memory needs 30 ms. Without a roomy /dev/shm it is in the checkout.
 */
function chooseFolder(): string {
  const checkout = fileURLToPath(new URL('../..', import.meta.url));
  const user = String(process.getuid?.() ?? '');
  const hash = createHash('sha256').update(checkout).digest('hex').slice(0, 8);
  const inMemory = `/dev/shm/youarecoder-test-${user}-${hash}`;
  return hasRoom('/dev/shm') && isOurs(inMemory) ? inMemory : join(checkout, '.data/test');
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    accessSync(folder, constants.W_OK);
    return bavail * bsize > MEMORY_BYTES;
  } catch {
    return false;
  }
}

/** Everybody may write into /dev/shm, so somebody else may have taken the name. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && stat.uid === process.getuid?.());
}
