import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { endOfChild, startChild, type Child } from '../support/programs/child.ts';
import { useTestDatabase } from '../support/database.ts';
import { newSigningKey } from '../support/programs/signing-key.ts';

const database = useTestDatabase();

const production = (): Record<string, string> => ({
  NODE_ENV: 'production',
  WORKSPACE_RUNTIME: 'external',
  DATABASE_URL: database.appUrl,
  BASE_URL: 'https://app.invalid',
  SESSION_SECRET: 'Zk3vQ8wPq1LrT6yHn9XcB2mFs7GdJ4uA',
  PAYTR_MERCHANT_ID: '424242',
  PAYTR_MERCHANT_KEY: 'Gq7Lx2Pv9Rk4',
  PAYTR_MERCHANT_SALT: 'Wn5Ty8Mz3Hc6',
  SELLER_ADDRESS: 'Kordon 1, İzmir',
  LOG_SIGNING_KEYS: newSigningKey(),
  SELLER_PHONE: '+90 232 000 00 00',
  SELLER_EMAIL: 'billing@app.invalid',
  LOG_LEVEL: 'warn',
  PORT: '0',
});

const started: Child[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts it, and hands out what it prints line by line. */
async function startCluster(env: Record<string, string>): Promise<{
  child: Child;
  lines: AsyncIterator<string, undefined>;
}> {
  const child = await startChild('scripts/cluster.ts', { env });
  started.push(child);
  return { child, lines: linesOf(child) };
}

async function* linesOf(child: Child): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of child.stdout) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  return undefined;
}

/**
 * The process and the port of the next worker that listens; whatever else is printed until then goes to
 * `onLine`.
 */
async function nextListener(
  lines: AsyncIterator<string, undefined>,
  onLine: (line: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ pid: number; port: number }> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the cluster ended');
    const found = /^process (\d+) listens on port (\d+)$/.exec(value);
    if (found !== null) return { pid: Number(found[1]), port: Number(found[2]) };
    await onLine(value);
  }
}

/** The environment of a process, as its user can read it. */
const environmentOf = (pid: number): string => readFileSync(`/proc/${String(pid)}/environ`, 'utf8');

describe('the environment of the app’s processes', () => {
  it.skipIf(process.platform !== 'linux').each(['scripts/start.ts', 'scripts/cluster.ts'])(
    'holds no password of the tables’ owner when %s has it',
    { timeout: 60_000 },
    async (script) => {
      const ownerUrl = 'postgres://owner:secret-of-the-owner@127.0.0.1/db';
      const env = {
        ...production(),
        MIGRATION_DATABASE_URL: ownerUrl,
        WEB_CONCURRENCY: '1',
        LOG_LEVEL: 'info',
      };
      const child = await startChild(script, { env });
      started.push(child);
      for await (const chunk of child.stdout) if (String(chunk).includes('listen')) break;
      const path = `/proc/${String(child.pid)}/task/${String(child.pid)}/children`;
      const pids = readFileSync(path, 'utf8').trim().split(' ').map(Number);
      const texts = pids.map(environmentOf).filter((text) => text.includes('DATABASE_URL'));
      expect(texts).toHaveLength(1);
      expect(texts.join()).not.toContain('secret-of-the-owner');
    },
  );
});

describe('the app on every core', () => {
  it(
    'shares one port, replaces a process that dies of an error or is killed while the others serve, and drains all on SIGTERM',
    { timeout: 60_000 },
    async () => {
      // Into each process; the first one, which starts the others, gets no such signal.
      const fault = "process.on('SIGUSR2',()=>{setTimeout(()=>{throw new Error('nobody caught me')})})";
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
      const { child, lines } = await startCluster({ ...production(), WEB_CONCURRENCY: '2', NODE_OPTIONS });
      const exited = new Promise<number | null>((done) => child.once('exit', done));
      const first = await nextListener(lines);
      const second = await nextListener(lines);
      expect(second.port).toBe(first.port);
      expect(second.pid).not.toBe(first.pid);
      const isReady = async (): Promise<boolean> =>
        (await fetch(`http://127.0.0.1:${String(first.port)}/readyz`, { headers: { connection: 'close' } }))
          .ok;
      process.kill(first.pid, 'SIGUSR2');
      const told: string[] = [];
      const third = await nextListener(lines, async (line) => {
        told.push(line);
        if (line.startsWith(`process ${String(first.pid)} died`)) expect(await isReady()).toBe(true);
      });
      expect(third.port).toBe(first.port);
      expect(told.join('\n')).toMatch(/"level":60.*nobody caught me/);
      expect(told).toContain(`process ${String(first.pid)} died (exit code 1): another one in 250 ms`);
      process.kill(second.pid, 'SIGKILL');
      expect(await lines.next()).toMatchObject({
        value: `process ${String(second.pid)} died (SIGKILL): another one in 500 ms`,
      });
      expect(await isReady()).toBe(true);
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
      expect(() => process.kill(third.pid, 0)).toThrow('ESRCH');
    },
  );

  it('ends with the exit code of a process that refuses its configuration', { timeout: 60_000 }, async () => {
    const child = startChild('scripts/cluster.ts', {
      env: { ...production(), SESSION_SECRET: '', WEB_CONCURRENCY: '3' },
    });
    const ended = await endOfChild(child);
    expect(ended.code).toBe(1);
    expect(ended.stderr.match(/SESSION_SECRET: is not set/g)).toHaveLength(1);
    expect(ended.stdout).not.toContain('listens');
  });

  it('refuses to run workspaces in more than one process', { timeout: 60_000 }, async () => {
    const env = { ...production(), WORKSPACE_RUNTIME: 'process', WORKSPACE_COMMAND: 'program {socket}' };
    const child = startChild('scripts/cluster.ts', { env: { ...env, WEB_CONCURRENCY: '2' } });
    const ended = await endOfChild(child);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('WORKSPACE_RUNTIME: must be external');
    expect(ended.stdout).not.toContain('listens');
  });

  it('leaves no process behind when it is killed itself', { timeout: 60_000 }, async () => {
    const { child, lines } = await startCluster({ ...production(), WEB_CONCURRENCY: '1' });
    await nextListener(lines);
    child.kill('SIGKILL');
    // The pipe of its output ends with the last process that holds it.
    for (;;) if ((await lines.next()).done === true) break;
    expect(child.signalCode).toBe('SIGKILL');
  });
});
