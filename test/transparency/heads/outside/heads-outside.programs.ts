import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepLogsGuarded } from '../../../../src/transparency/heads/outside/keep-logs-guarded.ts';
import { readCheckpoint } from '../../../../src/transparency/notes/checkpoint.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { contextAt } from '../../../billing/scene.ts';
import { useTestApp } from '../../../support/app.ts';
import { startAppProcess } from '../../../support/programs/app-process.ts';
import { endOfChild, startChild } from '../../../support/programs/child.ts';
import { happen, newestHead } from '../log-scene.ts';

const app = useTestApp();
const folder = mkdtempSync(join(tmpdir(), 'heads-'));
const headsFile = join(folder, 'heads');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const keysOfApp = (): string =>
  app.config.transparency.signingKeys
    .map((key) => key.export({ format: 'der', type: 'pkcs8' }).toString('base64'))
    .join(',');

describe('a server that starts', () => {
  it('compares its log with the file before anything else, and says what does not fit', async () => {
    await happen(app);
    const context = { ...contextAt(new Date()), log: app.deps.log };
    await keepLogsGuarded(app.db, context, { config: app.config });
    const { note, size } = await newestHead(app);
    const checkpoint = readCheckpoint(note);
    if (checkpoint === null) throw new Error('no checkpoint');
    const lie = logSigner(app.config).sign({ ...checkpoint, size: size + 5000 });
    writeFileSync(headsFile, `${JSON.stringify(lie)}\n`);
    const server = await startAppProcess({
      ...{ DATABASE_URL: app.database.appUrl, BASE_URL: 'http://localhost:3000' },
      ...{ LOG_HEADS_FILE: headsFile, LOG_SIGNING_KEYS: keysOfApp() },
    });
    const response = await fetch(`http://127.0.0.1:${String(server.port)}/readyz`);
    const { log } = (await response.json()) as { log: { publishing: string } };
    await server.kill();
    expect([response.status, log.publishing]).toEqual([
      200,
      expect.stringContaining(`checkpoint of ${String(size + 5000)} records in LOG_HEADS_FILE`),
    ]);
  }, 60_000);
});

describe('npm run log', () => {
  let env: Record<string, string> = {};
  beforeAll(() => {
    env = {
      ...{ NODE_ENV: 'production', BASE_URL: 'http://localhost:3000', DATABASE_URL: app.database.appUrl },
      LOG_SIGNING_KEYS: keysOfApp(),
    };
  });
  const command = (...args: string[]): ReturnType<typeof endOfChild> =>
    endOfChild(startChild('scripts/log.ts', { args, env }));

  it('says how it is called, what is wrong with a call, and what stops the publishing, until a decision', async () => {
    expect(await command('help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('npm run log -- compare'),
    });
    expect(await command('burn')).toMatchObject({ code: 2 });
    expect(await command('resume')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('records in LOG_HEADS_FILE: nothing is published any more'),
    });
    expect(await command('resume', '--reason', 'only a test of the command')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('published again'),
    });
    expect(await command('resume')).toMatchObject({ code: 0, stdout: 'Nothing stops the publishing.\n' });
    expect(await command('compare')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no signed checkpoint'),
    });
  }, 60_000);
});
