import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../src/workspace/runtime/command-template.ts';
import type { RuntimeConfig, RuntimeWorkspace } from '../../src/workspace/runtime/runtime-types.ts';
import { createWorkspaceRuntime, type WorkspaceRuntime } from '../../src/workspace/runtime.ts';

/** Answers with its pid and environment, runs what it is asked to read, and ends on /crash. */
const program = `
const { createServer } = require('node:http');
const { readFileSync, readdirSync } = require('node:fs');
const { spawn } = require('node:child_process');
const { connect } = require('node:net');
const tryIt = (act) => { try { return String(act()); } catch (error) { return error.code; } };
createServer((req, res) => {
  const url = new URL(req.url, 'http://workspace');
  const path = url.searchParams.get('path');
  const say = (value) => res.end(JSON.stringify(value));
  if (url.pathname === '/crash') process.exit(1);
  else if (url.pathname === '/child') say(spawn('sleep', ['600']).pid);
  else if (url.pathname === '/read') say(tryIt(() => readFileSync(path)));
  else if (url.pathname === '/list') say(tryIt(() => readdirSync(path)));
  else if (url.pathname === '/connect')
    connect(path).on('connect', () => say('connected')).on('error', (error) => say(error.code));
  else say({ pid: process.pid, uid: process.getuid(), cwd: process.cwd(), env: process.env, args: process.argv.slice(1) });
}).listen(process.argv[1], () => console.log('\\u001b[31mready\\u001b[0m'));
`;

const isRoot = process.getuid?.() === 0;
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
      command: [process.execPath, '-e', program, '{socket}', '{name}'],
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

interface About {
  pid: number;
  uid: number;
  cwd: string;
  env: Record<string, string>;
  args: string[];
}

function ask<Answer>(runtime: WorkspaceRuntime, id: number, path = '/'): Promise<Answer> {
  const address = runtime.addressOf(id);
  if (address === null || !('socketPath' in address)) throw new Error('it has no socket');
  return new Promise((done, fail) => {
    request({ socketPath: address.socketPath, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => {
        done(JSON.parse(text) as Answer);
      });
    })
      .once('error', fail)
      .end();
  });
}

const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a workspace’s program', () => {
  it('runs in a private folder, without a shell and without our environment', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://secret');
    const root = newRoot();
    const runtime = runtimeIn(root);
    expect(await runtime.start(workspace(1, '--$(id) "x"; ls'))).toEqual({ ok: true });
    expect(runtime.state(1)).toBe('running');
    const about = await ask<About>(runtime, 1);
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
    const { pid } = await ask<About>(runtime, 1);
    const child = await ask<number>(runtime, 1, '/child');
    await runtime.stop(1);
    expect(runtime.state(1)).toBe('stopped');
    expect(runtime.addressOf(1)).toBeNull();
    await expect.poll(() => [pid, child].some(lives)).toBe(false);
  });

  it('is started again when it crashes', async () => {
    const runtime = runtimeIn(newRoot());
    await runtime.start(workspace(1));
    const before = await ask<About>(runtime, 1);
    await expect(ask(runtime, 1, '/crash')).rejects.toThrow();
    const pidNow = (): Promise<number> =>
      Promise.resolve()
        .then(() => ask<About>(runtime, 1))
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
    const { pid } = await ask<About>(before, 1);
    expect(await before.close()).toEqual([]);
    expect(lives(pid)).toBe(true);
    const after = runtimeIn(root);
    expect(await after.start(workspace(1))).toEqual({ ok: true });
    expect((await ask<About>(after, 1)).pid).toBe(pid);
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
    const { pid } = await ask<About>(runtime, 1);
    expect(await runtime.close()).toEqual([1]);
    expect(lives(pid)).toBe(false);
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
    const limits = await ask<string>(runtime, 1, '/read?path=/proc/self/limits');
    expect(limits).toMatch(/Max data size +4294967296 +4294967296/);
    expect(limits).toMatch(/Max core file size +0 +0/);
  });
});

describe.skipIf(!isRoot)('from inside a workspace (needs root, to give each a user of its own)', () => {
  it('neither the folder nor the socket of another, our files nor our environment can be reached', async () => {
    const root = newRoot();
    const runtime = runtimeIn(root, { uid: 200_000 });
    await runtime.start(workspace(1));
    await runtime.start(workspace(2));
    expect((await ask<About>(runtime, 1)).uid).toBe(200_001);
    const other = join(root, 'workspaces/2');
    const own = join(root, 'workspaces/1');
    const tell = (act: string, path: string): Promise<string> =>
      ask(runtime, 1, `/${act}?path=${encodeURIComponent(path)}`);
    expect(await tell('list', own)).toBe('');
    expect(await tell('list', other)).toBe('EACCES');
    expect(await tell('list', join(root, 'workspaces/.run'))).toBe('EACCES');
    expect(await tell('connect', join(root, 'workspaces/.sockets/1/s'))).toBe('connected');
    expect(await tell('connect', join(root, 'workspaces/.sockets/2/s'))).toBe('EACCES');
    expect(await tell('read', `/proc/${process.pid}/environ`)).toBe('EACCES');
    const { pid } = await ask<About>(runtime, 2);
    expect(await tell('read', `/proc/${pid}/environ`)).toBe('EACCES');
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
