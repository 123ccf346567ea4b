import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startShell } from '../../../scripts/ssh/shell.ts';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { findControlGroupFault } from '../../../src/workspace/sandbox/control-group.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { askProgram } from '../../support/probe.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';

/** A group of the test's own; the system's manager leaves alone what it has not made. */
const cgroup = `/sys/fs/cgroup/youarecoder-test-${String(process.pid)}`;
const asked = { uid: 200_000, gid: null, readable: [], deniedNetworks: [] };
const fault = findFault();
if (fault !== null) console.log(`skipped: no test of control groups, since ${fault}`);

function findFault(): string | null {
  if (process.getuid?.() !== 0) return 'only root can make one here';
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'this machine has none of version 2';
  // A system's manager hands down only what one of its units has asked for.
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory +pids +cpu');
  mkdirSync(cgroup);
  const found = findControlGroupFault(cgroup) ?? findSandboxFault(asked);
  if (found !== null) rmdirSync(cgroup);
  return found;
}

/** Does what it is asked for, as somebody's program would, and tells how much of it was possible. */
const PROGRAM = `
const { spawn, spawnSync } = require('node:child_process');
const kept = [];
require('node:http').createServer((req, res) => {
  const say = (value) => res.end(JSON.stringify(value));
  const { pathname, searchParams } = new URL(req.url, 'http://workspace');
  const count = Number(searchParams.get('count'));
  if (pathname === '/eat') for (let mb = 0; mb < count; mb += 1) kept.push(Buffer.alloc(1048576, 1));
  else if (pathname === '/child-eats') {
    const child = spawn(process.execPath, ['-e', 'const kept = []; for (;;) kept.push(Buffer.alloc(1048576, 1));']);
    child.on('exit', (code, signal) => say(signal));
    return;
  } else if (pathname === '/fork') {
    const made = [];
    let failed = 0;
    for (let i = 0; i < count; i += 1) {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' });
      child.on('error', () => { failed += 1; });
      if (child.pid !== undefined) made.push(child);
    }
    for (const child of made) child.kill('SIGKILL');
    setImmediate(() => say({ made: made.length, failed }));
    return;
  } else if (pathname === '/spin') {
    spawnSync('timeout', [String(count), 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' });
  }
  say('done');
}).listen(process.argv[1]);
`;

describe.skipIf(fault !== null)('the control group of a workspace', { timeout: 120_000 }, () => {
  const roots: string[] = [];
  const runtimes: WorkspaceRuntime[] = [];

  afterEach(async () => {
    await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });

  afterAll(() => {
    rmdirSync(cgroup);
  });

  function newRoot(): string {
    const root = mkdtempSync(join(tmpdir(), 'yac-'));
    chmodSync(root, 0o755);
    roots.push(root);
    return root;
  }

  function runtimeOf(dataDir: string, overrides: Partial<RuntimeConfig> = {}): WorkspaceRuntime {
    const runtime = createWorkspaceRuntime({
      config: {
        ...{ ...plainRuntime, ...asked, dataDir, cgroup, startTimeoutMs: 60_000 },
        command: [process.execPath, '-e', PROGRAM, '{socket}'],
        ...{ sandbox: 'bubblewrap', network: 'none', memoryMb: 256, processesMax: 60, cpuPercent: 50 },
        ...overrides,
      },
      log: pino({ level: 'silent' }),
      firstPauseMs: 20,
    });
    runtimes.push(runtime);
    return runtime;
  }

  const place = (id: number, plan: 'trial' | 'team' = 'trial') =>
    ({ id, name: 'place', port: 21_000 + id, plan_now: plan }) as const;

  const groupOf = (id: number): string => join(cgroup, `workspace-${String(id)}`);

  const read = (id: number, file: string): string => readFileSync(join(groupOf(id), file), 'utf8').trim();

  it('has the limits of the plan, and those of the next plan as soon as it is applied', async () => {
    const memoryMb = { others: 256, plans: { team: 300 } };
    const runtime = runtimeOf(newRoot(), { memoryMb });
    expect(await runtime.start(place(1))).toEqual({ ok: true });
    expect(runtime.limits(1)).toEqual({
      ...{ memory_mb: 256, processes: 60, cpu_percent: 50, disk_mb: null, bound_by: 'cgroup' },
      ...{ disk_files: null, disk_bound_by: 'none' },
    });
    const files = () => ['memory.max', 'pids.max', 'cpu.max'].map((file) => read(1, file));
    expect(files()).toEqual([String(256 * 1_048_576), '60', '50000 100000']);
    runtime.applyPlan(place(1, 'team'));
    expect(files()).toEqual([String(300 * 1_048_576), '60', '50000 100000']);
    expect(runtime.limits(1)).toMatchObject({ memory_mb: 300 });
  });

  it('holds the program and all that it starts, and is gone with them', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    const use = runtime.resourceUse(1);
    expect(use?.memoryBytes).toBeGreaterThan(1_000_000);
    // The program's threads, and the two processes of bubblewrap.
    expect(use?.processes).toBeGreaterThan(3);
    await runtime.stop(1);
    expect(existsSync(groupOf(1))).toBe(false);
    expect(runtime.resourceUse(1)).toBeNull();
  });

  it('ends the program when its memory is used up; it is not started again, and the neighbour stays', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    await runtime.start(place(2));
    await expect(askProgram(runtime, 1, '/eat?count=400')).rejects.toThrow();
    await expect.poll(() => runtime.state(1), { timeout: 20_000 }).toBe('stopped');
    expect(runtime.memoryFullSince(1)).not.toBeNull();
    expect(runtime.state(2)).toBe('running');
    expect(await askProgram(runtime, 2, '/eat?count=50')).toBe('done');
    expect(runtime.memoryFullSince(2)).toBeNull();
    expect(await runtime.start(place(1))).toEqual({ ok: true });
    expect(runtime.memoryFullSince(1)).toBeNull();
    expect(runtime.resourceUse(1)?.endedForMemory).toBe(0);
  });

  it('counts a program of somebody that was ended for memory, while the workspace goes on', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    expect(await askProgram(runtime, 1, '/child-eats')).toBe('SIGKILL');
    expect(runtime.state(1)).toBe('running');
    await expect.poll(() => runtime.resourceUse(1)?.endedForMemory).toBe(1);
    expect(runtime.memoryFullSince(1)).toBeNull();
  });

  it('lets no more processes be made than it may have', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    await runtime.start(place(2));
    const { made, failed } = await askProgram<{ made: number; failed: number }>(
      runtime,
      1,
      '/fork?count=100',
    );
    expect(made).toBeLessThan(60);
    expect(failed).toBe(100 - made);
    expect(await askProgram(runtime, 2, '/fork?count=10')).toEqual({ made: 10, failed: 0 });
  });

  it('slows a workspace down that wants more of the processor than it may have', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    await askProgram(runtime, 1, '/spin?count=1');
    expect(Number(/^nr_throttled (\d+)$/m.exec(read(1, 'cpu.stat'))?.[1])).toBeGreaterThan(0);
  });

  it('is kept by an app that adopts the program, and replaced by one that has other settings', async () => {
    const root = newRoot();
    const before = runtimeOf(root, { outlivesApp: true });
    await before.start(place(1));
    const pids = read(1, 'cgroup.procs');
    await before.close();
    const after = runtimeOf(root, { outlivesApp: true, memoryMb: 200 });
    await after.start(place(1));
    expect(read(1, 'cgroup.procs')).toBe(pids);
    expect(read(1, 'memory.max')).toBe(String(200 * 1_048_576));
    await after.close();
    const without = runtimeOf(root, { cgroup: null });
    await without.start(place(1));
    expect(existsSync(groupOf(1))).toBe(false);
    expect(without.limits(1)).toMatchObject({ bound_by: 'prlimit', cpu_percent: null });
  });

  it('holds shells by SSH as well, and no shell starts that cannot join it', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    const owner = { uid: asked.uid + 1, gid: asked.uid + 1 };
    const run = async (group: string | null): Promise<{ text: string; code: number | null }> => {
      const entrance = runtime.entranceOf(1);
      const order = { resume: '', folder: '/', owner, limits: [], group, entrance };
      // Outside of its namespace, so that the path of the group is whole.
      const command = 'cat /proc/self/cgroup; ulimit -d';
      const shell = startShell(order, { command, hasTerminal: false, env: {} });
      let text = '';
      shell.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
      const [code] = (await once(shell, 'close')) as [number | null];
      return { text, code };
    };
    const before = runtime.groupOf(1);
    expect(before).toBe(groupOf(1));
    expect(await run(before)).toEqual({ text: '0::/\nunlimited\n', code: 0 });
    expect((await run(null)).text).not.toContain('0::/\n');
    expect((await run(`${cgroup}/gone`)).code).not.toBe(0);
  });

  it('has its limits also where the group above was made anew', async () => {
    const runtime = runtimeOf(newRoot());
    await runtime.start(place(1));
    await runtime.stop(1);
    rmdirSync(cgroup);
    mkdirSync(cgroup);
    expect(await runtime.start(place(1))).toEqual({ ok: true });
    expect(read(1, 'pids.max')).toBe('60');
  });

  it('starts although something is left over in its group, which is ended', async () => {
    const runtime = runtimeOf(newRoot());
    mkdirSync(groupOf(1));
    const left = spawn('sleep', ['600'], { stdio: 'ignore' });
    const gone = once(left, 'exit');
    writeFileSync(join(groupOf(1), 'cgroup.procs'), String(left.pid));
    expect(await runtime.start(place(1))).toEqual({ ok: true });
    await gone;
  });

  it('that cannot be made lets no program start', async () => {
    const runtime = runtimeOf(newRoot(), { cgroup: `${cgroup}-gone` });
    expect(await runtime.start(place(1))).toEqual({ ok: false, reason: 'cannot-start' });
  });
});
