import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import type {
  Confinement,
  RuntimeWorkspace,
  WorkspaceRuntime,
} from '../../../src/workspace/runtime-types.ts';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';
import { askProgram, probeProgram, type AboutProbe } from '../../support/probe.ts';

const roots: string[] = [];
const runtimes: WorkspaceRuntime[] = [];

/** Ends after each test of a file what `startRuntime` has started, and removes the folders of `newRoot`. */
export function endRuntimes(): void {
  afterEach(async () => {
    await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });
}

export function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'ya-'));
  chmodSync(root, 0o755);
  roots.push(root);
  return root;
}

export function startRuntime(dataDir: string, overrides: Partial<RuntimeConfig>): WorkspaceRuntime {
  const runtime = createWorkspaceRuntime({
    config: {
      ...plainRuntime,
      command: [process.execPath, '-e', probeProgram, '{socket}', '{name}'],
      dataDir,
      readable: ['/opt'],
      ...overrides,
    },
    log: pino({ level: 'silent' }),
    firstPauseMs: 20,
  });
  runtimes.push(runtime);
  return runtime;
}

export const workspace = (id: number, name = 'place'): RuntimeWorkspace => ({
  id,
  name,
  port: 21_000 + id,
  plan_now: 'trial',
});

export const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** The process that the app has started for a workspace. */
export function startedPid(root: string, id: number): number {
  const text = readFileSync(join(root, `workspaces/.run/${String(id)}.json`), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}

/** This process and all below it. */
function familyOf(root: number): number[] {
  const rows = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }));
  const family = [root];
  for (const pid of family) family.push(...rows.filter(({ parent }) => parent === pid).map((row) => row.pid));
  return family;
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

/** Tests the program of a workspace, however it is confined. `uid`: its user, with a network of its own. */
export function describeProgram(kinds: Confinement[], uid: number | null = null): void {
  describe.each(kinds)('a workspace’s program (sandbox: $sandbox, network: $network)', (kind) => {
    const runtimeIn = (dataDir: string, overrides: Partial<RuntimeConfig> = {}): WorkspaceRuntime =>
      startRuntime(dataDir, { ...kind, ...(kind.network === 'own' ? { uid } : {}), ...overrides });

    it('runs in a private folder, without a shell and without our environment', async () => {
      vi.stubEnv('DATABASE_URL', 'postgres://secret');
      const root = newRoot();
      const runtime = runtimeIn(root);
      expect(await runtime.start(workspace(1, '--$(id) "x"; ls'))).toEqual({ ok: true });
      expect(runtime.state(1)).toBe('running');
      const about = await askProgram<AboutProbe>(runtime, 1);
      expect(about.cwd).toBe(join(root, 'workspaces/1'));
      expect(about.args.at(-1)).toBe('$(id) "x"; ls');
      const names = Object.keys(about.env).filter((name) => name !== 'PWD');
      expect(names.sort()).toEqual(['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER']);
      for (const folder of ['1', '.sockets/1', '.run'])
        expect(statSync(join(root, 'workspaces', folder)).mode & 0o777, folder).toBe(0o700);
      expect(runtime.logTail(1)).toEqual(['ready']);
      vi.unstubAllEnvs();
    });

    it('ends with all that it has started', async () => {
      const root = newRoot();
      const runtime = runtimeIn(root);
      await runtime.start(workspace(1));
      const pid = startedPid(root, 1);
      await askProgram<number>(runtime, 1, '/child');
      const family = familyOf(pid);
      expect(family.length).toBeGreaterThanOrEqual(2);
      await runtime.stop(1);
      expect(runtime.state(1)).toBe('stopped');
      expect(runtime.addressOf(1)).toBeNull();
      await expect.poll(() => family.some(lives)).toBe(false);
    });

    it('is started again when it crashes', async () => {
      const root = newRoot();
      const runtime = runtimeIn(root);
      await runtime.start(workspace(1));
      const before = startedPid(root, 1);
      await expect(askProgram(runtime, 1, '/crash')).rejects.toThrow();
      await expect.poll(() => startedPid(root, 1), { timeout: 10_000 }).not.toBe(before);
      await expect.poll(() => runtime.state(1)).toBe('running');
      await askProgram<AboutProbe>(runtime, 1);
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
      const pid = startedPid(root, 1);
      expect(await before.close()).toEqual([]);
      expect(lives(pid)).toBe(true);
      const after = runtimeIn(root);
      expect(await after.start(workspace(1))).toEqual({ ok: true });
      expect(startedPid(root, 1)).toBe(pid);
      expect(after.confinement(1)).toEqual(kind);
      await askProgram<AboutProbe>(after, 1);
      await after.stop(1);
      expect(lives(pid)).toBe(false);
      writeFileSync(
        join(root, 'workspaces/.run/1.json'),
        JSON.stringify({ pid: process.pid, startedAt: '1' }),
      );
      await after.stop(1);
      expect(lives(process.pid)).toBe(true);
    });

    it('stops with the app where it does not outlive it, which then knows what has stopped', async () => {
      const root = newRoot();
      const runtime = runtimeIn(root);
      await runtime.start(workspace(1));
      await runtime.start(workspace(2));
      await runtime.stop(2);
      const pid = startedPid(root, 1);
      expect(await runtime.close()).toEqual([1]);
      expect(lives(pid)).toBe(false);
    });

    it('has the time to end well when it is stopped', async () => {
      const root = newRoot();
      const runtime = runtimeIn(root);
      await runtime.start(workspace(1));
      await askProgram(runtime, 1, '/slow-end');
      await runtime.stop(1);
      expect(readFileSync(join(root, 'workspaces/1/ended'), 'utf8')).toBe('well');
    });

    it('is killed when it does not end', async () => {
      const root = newRoot();
      const runtime = runtimeIn(root);
      await runtime.start(workspace(1));
      await askProgram(runtime, 1, '/deaf');
      const family = familyOf(startedPid(root, 1));
      const stopping = runtime.stop(1);
      await expect.poll(() => existsSync(join(root, 'workspaces/1/asked'))).toBe(true);
      expect(family.filter(lives)).not.toEqual([]);
      // The five seconds that it has go by on the clock only.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 });
      await stopping.finally(() => vi.useRealTimers());
      expect(family.filter(lives)).toEqual([]);
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
      const pid = startedPid(root, 1);
      const folder = join(root, 'workspaces/1');
      mkdirSync(join(folder, 'deep/er'), { recursive: true });
      symlinkSync(outside, join(folder, 'link'));
      await runtime.destroy(1);
      expect(lives(pid)).toBe(false);
      for (const path of ['1', '.sockets/1', '.tmp/1', '.run/1.json', '.run/1.log'])
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
      const limits = await askProgram<string>(runtime, 1, '/read?path=/proc/self/limits');
      expect(limits).toMatch(/Max data size +4294967296 +4294967296/);
      expect(limits).toMatch(/Max core file size +0 +0/);
    });

    it.skipIf(!existsSync('/usr/bin/prlimit'))(
      'tells the limits that its processes have, also after another plan, an adoption and a crash',
      async () => {
        const root = newRoot();
        const memoryMb = { others: 4096, plans: { team: 5000 } };
        const before = runtimeIn(root, { memoryMb, outlivesApp: true });
        await before.start(workspace(1));
        before.applyPlan({ ...workspace(1), plan_now: 'team' });
        expect(before.limits(1)).toMatchObject({ memory_mb: 4096, bound_by: 'prlimit' });
        await before.close();
        const after = runtimeIn(root, { memoryMb });
        await after.start({ ...workspace(1), plan_now: 'team' });
        expect(after.limits(1)).toMatchObject({ memory_mb: 4096 });
        after.applyPlan({ ...workspace(1), plan_now: 'team' });
        expect(after.limits(1)).toMatchObject({ memory_mb: 4096 });
        process.kill(startedPid(root, 1), 'SIGKILL');
        await expect.poll(() => after.limits(1)?.memory_mb, { timeout: 10_000 }).toBe(5000);
      },
    );
  });
}
