import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

const sample = new URL('../../scripts/nginx/youarecoder.conf', import.meta.url);

/** Where nginx is, or null with a line that says why its tests are skipped. */
export function findNginx(): string | null {
  const found = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? null;
  if (found === null)
    console.log(
      'skipped: no nginx on this machine (on Debian: apt-get install nginx), so no test behind one',
    );
  return found;
}

/** Starts nginx with the sample configuration, of which only the ports and the certificate are other ones. */
export async function startNginx(
  program: string,
  { port, upstreams }: { port: number; upstreams: number[] },
): Promise<{ stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'youarecoder-nginx-'));
  const site = toTestSite(await readFile(sample, 'utf8'), port, upstreams);
  await writeFile(join(folder, 'nginx.conf'), inWholeFile(site, folder));
  const nginx = spawn(program, [
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
    '-e',
    join(folder, 'error.log'),
  ]);
  const ended = new Promise<string>((done) => {
    nginx.once('exit', () => {
      done(readFile(join(folder, 'error.log'), 'utf8'));
    });
  });
  while (!(await isAnswered(port))) {
    if (nginx.exitCode !== null) throw new Error(`nginx did not start: ${await ended}`);
    await nextTurn();
  }
  return {
    stop: async () => {
      nginx.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function toTestSite(text: string, port: number, upstreams: number[]): string {
  const replaced: [RegExp, string][] = [
    [/listen 443 ssl;/, `listen 127.0.0.1:${String(port)};`],
    [/ssl_certificate .*;/, ''],
    [/ssl_certificate_key .*;/, ''],
    [/127\.0\.0\.1:3000/, `127.0.0.1:${String(upstreams[0])}`],
    [/127\.0\.0\.1:3001/, `127.0.0.1:${String(upstreams[1])}`],
  ];
  return replaced.reduce((site, [wanted, replacement]) => {
    if (!wanted.test(site)) throw new Error(`the sample has no ${wanted.source}`);
    return site.replace(wanted, replacement);
  }, text);
}

function inWholeFile(site: string, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    `pid ${join(folder, 'nginx.pid')};`,
    'events {}',
    `http { access_log off; ${temporary.join(' ')}`,
    site,
    '}',
  ].join('\n');
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}
