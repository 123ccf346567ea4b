import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../../src/config/command-template.ts';
import type { RuntimeWorkspace, WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { askProbe, probeProgram, type AboutProbe } from '../../support/probe.ts';

const roots: string[] = [];
const runtimes: WorkspaceRuntime[] = [];

afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'ya-'));
  chmodSync(root, 0o755);
  roots.push(root);
  return root;
}

function runtimeIn(dataDir: string, overrides: Partial<RuntimeConfig> = {}): WorkspaceRuntime {
  const runtime = createWorkspaceRuntime({
    config: {
      isManaged: true,
      command: [process.execPath, '-e', probeProgram, '{socket}', '{name}'],
      usesSocket: true,
      dataDir,
      uid: null,
      gid: null,
      memoryMb: null,
      processesMax: null,
      outlivesApp: false,
      startTimeoutMs: 20_000,
      ...overrides,
    },
    log: pino({ level: 'silent' }),
    firstPauseMs: 20,
  });
  runtimes.push(runtime);
  return runtime;
}

const workspace = (id: number, name = 'place'): RuntimeWorkspace => ({
  id,
  name,
  port: 21_000 + id,
});

const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a workspace’s program', () => {
  it('runs in a private folder, without a shell and without our environment', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://secret');
    const root = newRoot();
    const runtime = runtimeIn(root);
    expect(await runtime.start(workspace(1, '--$(id) "x"; ls'))).toEqual({ ok: true });
    expect(runtime.state(1)).toBe('running');
    const about = await askProbe<AboutProbe>(runtime, 1);
    expect(about.cwd).toBe(join(root, 'workspaces/1'));
    expect(about.args.at(-1)).toBe('$(id) "x"; ls');
    expect(Object.keys(about.env).sort()).toEqual(['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER']);
    for (const folder of ['1', '.sockets/1', '.run'])
      expect(statSync(join(root, 'workspaces', folder)).mode & 0o777, folder).toBe(0o700);
    expect(runtime.logTail(1)).toEqual(['ready']);
    vi.unstubAllEnvs();
  });

  it('ends with all that it has started', async () => {
    const runtime = runtimeIn(newRoot());
    await runtime.start(workspace(1));
    const { pid } = await askProbe<AboutProbe>(runtime, 1);
    const child = await askProbe<number>(runtime, 1, '/child');
    await runtime.stop(1);
    expect(runtime.state(1)).toBe('stopped');
    expect(runtime.addressOf(1)).toBeNull();
    await expect.poll(() => [pid, child].some(lives)).toBe(false);
  });

  it('is started again when it crashes', async () => {
    const runtime = runtimeIn(newRoot());
    await runtime.start(workspace(1));
    const before = await askProbe<AboutProbe>(runtime, 1);
    await expect(askProbe(runtime, 1, '/crash')).rejects.toThrow();
    const pidNow = (): Promise<number> =>
      Promise.resolve()
        .then(() => askProbe<AboutProbe>(runtime, 1))
        .then(({ pid }) => pid)
        .catch(() => before.pid);
    await expect.poll(pidNow, { timeout: 10_000 }).not.toBe(before.pid);
  });

  it('says when it does not come up', async () => {
    const ended = runtimeIn(newRoot(), { command: [process.execPath, '-e', 'process.exit(3)'] });
    expect(await ended.start(workspace(1))).toEqual({ ok: false, reason: 'ended' });
    expect(ended.state(1)).toBe('crashed');
    const missing = runtimeIn(newRoot(), { command: ['/nowhere/program'] });
    const { ok } = await missing.start(workspace(1));
    expect(ok).toBe(false);
    const deaf = runtimeIn(newRoot(), {
      command: [process.execPath, '-e', 'setTimeout(() => {}, 1e6)'],
      startTimeoutMs: 300,
    });
    expect(await deaf.start(workspace(1))).toEqual({ ok: false, reason: 'not-listening' });
  });

  it('is adopted after a restart of the app, and a recycled process id never is', async () => {
    const root = newRoot();
    const before = runtimeIn(root, { outlivesApp: true });
    await before.start(workspace(1));
    const { pid } = await askProbe<AboutProbe>(before, 1);
    expect(await before.close()).toEqual([]);
    expect(lives(pid)).toBe(true);
    const after = runtimeIn(root);
    expect(await after.start(workspace(1))).toEqual({ ok: true });
    expect((await askProbe<AboutProbe>(after, 1)).pid).toBe(pid);
    await after.stop(1);
    expect(lives(pid)).toBe(false);
    writeFileSync(join(root, 'workspaces/.run/1.json'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    await after.stop(1);
    expect(lives(process.pid)).toBe(true);
  });

  it('stops with the app where it does not outlive it, which then knows what has stopped', async () => {
    const runtime = runtimeIn(newRoot());
    await runtime.start(workspace(1));
    await runtime.start(workspace(2));
    await runtime.stop(2);
    const { pid } = await askProbe<AboutProbe>(runtime, 1);
    expect(await runtime.close()).toEqual([1]);
    expect(lives(pid)).toBe(false);
  });

  it('stays stopped when it is stopped in the middle of a restart', async () => {
    const runtime = runtimeIn(newRoot());
    await runtime.start(workspace(1));
    const restarting = runtime.restart(workspace(1));
    await runtime.stop(1);
    expect(await restarting).toEqual({ ok: false, reason: 'stopped' });
    expect(runtime.state(1)).toBe('stopped');
    expect(runtime.listRecorded()).toEqual([]);
  });

  it('is destroyed with all its files, and what a link in its folder points at is not', async () => {
    const root = newRoot();
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept'), '');
    const runtime = runtimeIn(root);
    await runtime.start(workspace(1));
    await runtime.start(workspace(2));
    const { pid } = await askProbe<AboutProbe>(runtime, 1);
    const folder = join(root, 'workspaces/1');
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    symlinkSync(outside, join(folder, 'link'));
    await runtime.destroy(1);
    expect(lives(pid)).toBe(false);
    for (const path of ['1', '.sockets/1', '.run/1.json', '.run/1.log'])
      expect(existsSync(join(root, 'workspaces', path))).toBe(false);
    expect(existsSync(join(outside, 'kept'))).toBe(true);
    expect(existsSync(join(root, 'workspaces/2'))).toBe(true);
    expect(runtime.state(1)).toBe('stopped');
    expect(runtime.listRecorded()).toEqual([2]);
    await runtime.destroy(1);
  });

  it('does not start where its socket would have too long a path, and can still be looked at', async () => {
    const runtime = runtimeIn(join(newRoot(), 'x'.repeat(100)));
    expect(await runtime.start(workspace(1))).toEqual({ ok: false, reason: 'cannot-start' });
    expect(runtime.logTail(1)).toEqual([]);
    await runtime.stop(1);
    expect(runtime.state(1)).toBe('stopped');
  });

  it.skipIf(!existsSync('/usr/bin/prlimit'))('has the limits that are configured', async () => {
    const runtime = runtimeIn(newRoot(), { memoryMb: 4096 });
    await runtime.start(workspace(1));
    const limits = await askProbe<string>(runtime, 1, '/read?path=/proc/self/limits');
    expect(limits).toMatch(/Max data size +4294967296 +4294967296/);
    expect(limits).toMatch(/Max core file size +0 +0/);
  });
});

describe('a command template', () => {
  it('is split by blanks and quotes only', () => {
    expect(parseCommand(`"/a b/node" --x='c d' {socket} $HOME;`)).toEqual([
      '/a b/node',
      '--x=c d',
      '{socket}',
      '$HOME;',
    ]);
  });

  it.each(['', 'prog', 'prog {port} {socket}', 'prog {home} {port}', 'prog "{port}'])(
    '%j is refused',
    (template) => {
      expect(() => parseCommand(template)).toThrow();
    },
  );
});
