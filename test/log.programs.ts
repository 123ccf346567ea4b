import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serverEnvironment } from './support/programs/app-process.ts';
import { compile } from './support/programs/compile.ts';
import { useTestDatabase } from './support/database.ts';
import { freePort } from './support/postgres/replica.ts';

const database = useTestDatabase();

/** Starts a program whose standard output is that file, or a pipe that is read only when the test does. */
function start(path: string, stdout: string, env: Record<string, string> = {}): ChildProcess {
  const output = stdout === 'pipe' ? stdout : openSync(stdout, 'a');
  const child = spawn(process.execPath, [path], { env, stdio: ['ignore', output, 'inherit'] });
  if (typeof output === 'number') closeSync(output);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => child.once('exit', done));

async function startServer(stdout: string): Promise<{ child: ChildProcess; url: string }> {
  const port = String(await freePort());
  const env = { ...serverEnvironment, DATABASE_URL: database.appUrl, PORT: port };
  const child = start(await compile({ file: 'src/server.ts' }), stdout, env);
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => statusOf(`${url}/healthz`), { timeout: 30_000 }).toBe(200);
  return { child, url };
}

const statusOf = (url: string): Promise<number | null> =>
  fetch(url).then(
    ({ status }) => status,
    () => null,
  );

async function lostLines(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^log_lines_lost_total (\d+)$/m.exec(text)?.[1]);
}

describe('a log that cannot be written', () => {
  it('stops nobody while its reader stands still: the server answers, counts, tells, and ends on SIGTERM', async () => {
    const { child, url } = await startServer('pipe');
    const long = `${url}/api/v1/none/${'x'.repeat(12_000)}`;
    for (let round = 0; round < 16; round += 1) {
      const statuses = await Promise.all(Array.from({ length: 10 }, () => statusOf(long)));
      expect(new Set(statuses)).toEqual(new Set([401]));
    }
    expect(await lostLines(url)).toBeGreaterThan(0);
    child.stdout?.setEncoding('utf8');
    let printed = '';
    child.stdout?.on('data', (text: string) => (printed += text));
    await expect.poll(() => printed, { timeout: 10_000 }).toMatch(/"lostLines":\d+.*log lines were lost/);
    child.stdout?.pause();
    await Promise.all(Array.from({ length: 20 }, () => statusOf(long)));
    const stoppedAt = Date.now();
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(25_000);
  }, 60_000);

  it('stops nobody while its disk is full', async () => {
    const { child, url } = await startServer('/dev/full');
    expect(await statusOf(`${url}/readyz`)).toBe(200);
    expect(await lostLines(url)).toBeGreaterThan(1);
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(0);
  }, 60_000);

  // prlimit makes the kernel refuse what goes beyond so many bytes, as a full disk does.
  it.skipIf(!existsSync('/usr/bin/prlimit'))(
    'goes on in whole lines once there is room again, and says how many were lost',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'log-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const text = `
        import { execFileSync } from 'node:child_process';
        import { createLog } from '${fileURLToPath(new URL('../src/log.ts', import.meta.url))}';
        const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + bytes + ':']);
        const log = createLog({ level: 'info' });
        log.info('before');
        limit(300);
        for (let n = 0; n < 10; n += 1) log.info('meanwhile');
        limit('unlimited');
        log.info('after');`;
      const file = join(folder, 'app.log');
      const { PATH = '' } = process.env;
      expect(await endOf(start(await compile({ text }), file, { PATH }))).toBe(0);
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const whole = lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as object] : []));
      expect(lines.length - whole.length).toBeLessThanOrEqual(1);
      expect(whole.at(-2)).toMatchObject({ msg: 'after' });
      const written = whole.filter((line) => 'msg' in line && line.msg === 'meanwhile').length;
      expect(whole.at(-1)).toMatchObject({ level: 40, lostLines: 10 - written });
    },
  );
});
