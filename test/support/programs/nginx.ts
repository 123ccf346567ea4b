import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilListening, type RunningProxy } from './proxy-sample.ts';

/** The path of nginx, or null with a line that says why its tests are skipped. */
export function findNginx(): string | null {
  const found = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? null;
  if (found === null)
    console.log(
      'skipped: no nginx on this machine (on Debian: apt-get install nginx), so no test behind one',
    );
  return found;
}

/** Starts nginx with one site, whose ports and paths `fillSample` has changed, and waits until it listens. */
export async function startNginx(
  program: string,
  { site, port }: { site: string; port: number },
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'youarecoder-nginx-'));
  const file = join(folder, 'nginx.conf');
  await writeFile(file, inWholeFile(site, folder));
  const nginx = spawn(program, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')]);
  const explain = (): Promise<string> => readFile(join(folder, 'error.log'), 'utf8');
  return untilListening(nginx, { port, folder, explain });
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
