import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilListening, type RunningProxy } from './proxy-sample.ts';

/** The path of Caddy, or null with a line that says why its tests are skipped. */
export function findCaddy(): string | null {
  const found = ['/usr/bin/caddy', '/usr/local/bin/caddy'].find(existsSync) ?? null;
  if (found === null)
    console.log(
      'skipped: no Caddy on this machine (on Debian: apt-get install caddy), so no test behind one',
    );
  return found;
}

/** Starts Caddy with one site, whose ports and paths `fillSample` has changed, and waits until it listens. */
export async function startCaddy(
  program: string,
  { site, port }: { site: string; port: number },
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'youarecoder-caddy-'));
  const file = join(folder, 'Caddyfile');
  const options = ['admin off', 'auto_https disable_redirects', `https_port ${String(port)}`];
  await writeFile(file, `{\n${options.join('\n')}\ndefault_bind 127.0.0.1\n}\n${site}`);
  const caddy = spawn(program, ['run', '--config', file, '--adapter', 'caddyfile'], {
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  caddy.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  return untilListening(caddy, { port, folder, explain: () => Promise.resolve(said) });
}
