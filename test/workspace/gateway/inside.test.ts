import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadDevelopmentSecrets } from '../../../scripts/setup/development-secrets.ts';
import { readSettings } from '../../../scripts/embedded-postgres/cluster.ts';
import { prepareHome } from '../../../scripts/embedded-postgres/home.ts';
import { createAuditSpool } from '../../../src/audit/audit-spool.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { type WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { endOfChild, startChild } from '../../support/programs/child.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';
import { askProgram, probeProgram, type AboutProbe } from '../../support/probe.ts';

const isRoot = process.getuid?.() === 0;
const hasOwnServer = (process.env['TEST_DATABASE_URL'] ?? '') === '';

let dataDir: string;
let runtime: WorkspaceRuntime;

/** A data folder as the app's own code fills it, and two workspaces in it. */
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'ya-'));
  chmodSync(dataDir, 0o755);
  await loadDevelopmentSecrets(dataDir);
  await makeEnvFile();
  await spoolAnEvent();
  readSettings(prepareHome(join(dataDir, 'postgres'), () => undefined));
  runtime = createWorkspaceRuntime({
    config: {
      ...plainRuntime,
      command: [process.execPath, '-e', probeProgram, '{socket}'],
      dataDir,
      uid: isRoot ? 200_000 : null,
      readable: ['/opt'],
    },
    log: pino({ level: 'silent' }),
  });
  for (const id of [1, 2])
    expect(await runtime.start({ id, name: 'place', port: 21_000 + id, plan_now: 'trial' })).toEqual({
      ok: true,
    });
});

afterAll(async () => {
  await runtime.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** As an editor leaves it, and then read by the app at its start. */
async function makeEnvFile(): Promise<void> {
  writeFileSync(join(dataDir, '.env'), 'SESSION_SECRET=not for workspaces\n', { mode: 0o644 });
  const text = `import { readEnvFile } from './scripts/setup/read-env-file.ts'; readEnvFile();`;
  const child = startChild({ text }, { cwd: dataDir });
  expect(await endOfChild(child)).toMatchObject({ code: 0, stderr: '' });
}

async function spoolAnEvent(): Promise<void> {
  const ignore = (): void => undefined;
  const directory = join(dataDir, 'audit-spool');
  const spool = createAuditSpool({ directory, maxBytes: 1_000_000, onTorn: ignore, onBroken: ignore });
  await spool.append('an event');
  await spool.settle();
}

const tell = (act: string, path: string): Promise<string> =>
  askProgram(runtime, 1, `/${act}?path=${encodeURIComponent(path)}`);

describe.skipIf(!isRoot)('from inside a workspace (needs root, to give each a user of its own)', () => {
  it('its own folder and socket can be reached, and neither those of another nor its process', async () => {
    const about = await askProgram<AboutProbe>(runtime, 1);
    const other = await askProgram<AboutProbe>(runtime, 2);
    expect([about.uid, other.uid]).toEqual([200_001, 200_002]);
    expect(await tell('list', about.cwd)).toBe('');
    expect(await tell('list', other.cwd)).toBe('EACCES');
    expect(await tell('connect', join(dataDir, 'workspaces/.sockets/1/s'))).toBe('connected');
    expect(await tell('connect', join(dataDir, 'workspaces/.sockets/2/s'))).toBe('EACCES');
    expect(await tell('signal', String(other.pid))).toBe('EPERM');
    expect(await tell('read', `/proc/${String(other.pid)}/environ`)).toBe('EACCES');
  });

  it('nothing of the app’s process can be read, and it cannot be ended', async () => {
    for (const file of ['environ', 'maps', 'mem'])
      expect(await tell('read', `/proc/${String(process.pid)}/${file}`), file).toBe('EACCES');
    expect(await tell('list', `/proc/${String(process.pid)}/fd`)).toBe('EACCES');
    expect(await tell('signal', String(process.pid))).toBe('EPERM');
  });

  it('no file of the data folder can be read: secrets, settings, what waits in the spool, logs of programs', async () => {
    const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(dataDir, name))
      .filter((path) => statSync(path).isFile());
    expect(files.map((path) => path.slice(dataDir.length + 1)).sort()).toEqual(
      expect.arrayContaining([
        '.env',
        'development-secrets.json',
        'postgres/settings.json',
        'workspaces/.run/1.json',
        'workspaces/.run/1.log',
        'workspaces/.run/2.log',
      ]),
    );
    for (const path of files) expect(await tell('read', path), path).toBe('EACCES');
  });
});

describe('from inside a workspace, whoever it runs as', () => {
  it.skipIf(!hasOwnServer)('the database answers no role without its password', async () => {
    const { port, username } = new URL(inject('testServer').adminUrl);
    for (const user of ['postgres', username, inject('testServer').appRole, 'nobody', '']) {
      const path = `/postgres?path=${port}&user=${user}`;
      // Postgres asks for a password by SCRAM (R10) or refuses (E); R0 would mean that it lets the user in.
      expect(await askProgram<string>(runtime, 1, path), user).toMatch(/^(R10|E)$/);
    }
    for (const folder of ['/tmp', '/var/run/postgresql'])
      expect(await tell('connect', `${folder}/.s.PGSQL.${port}`)).toBe('ENOENT');
  });

  it('the environment is that of a workspace', async () => {
    const { env } = await askProgram<AboutProbe>(runtime, 1);
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER']);
    expect(existsSync(env['HOME'] ?? '')).toBe(true);
  });
});
