import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { UnusableFilesError } from '../../scripts/embedded-postgres/binaries.ts';
import { openTestServer, type TestServer } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

const EMBEDDED_DIR = fileURLToPath(new URL('../../.data/test', import.meta.url));

let close: () => Promise<void> = () => Promise.resolve();

/**
 * Before the first test: a server (TEST_DATABASE_URL, or an embedded one, which runs at the same time share) with a
 * migrated template database. Vitest calls `teardown` also when tests have failed.
 */
export async function setup(project: TestProject): Promise<void> {
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
  await close();
}

/** Without fsync, so a power cut may ruin the files: then they are made anew, since they hold nothing worth keeping. */
async function startThrowAwayPostgres(): ReturnType<typeof startEmbeddedPostgres> {
  const start = (): ReturnType<typeof startEmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDir: EMBEDDED_DIR,
      fsync: false,
      ownerMayCreate: true,
      log: (line) => {
        console.log(line);
      },
    });
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof UnusableFilesError)) throw error;
    rmSync(EMBEDDED_DIR, { recursive: true, force: true });
    return start();
  }
}
