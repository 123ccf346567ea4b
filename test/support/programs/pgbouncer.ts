import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../postgres/replica.ts';
import { untilListening, type RunningProxy } from './proxy-sample.ts';

/** The path of PgBouncer, or null with a line that says why its tests are skipped. */
export function findPgBouncer(): string | null {
  const found = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync) ?? null;
  if (found === null)
    console.log(
      'skipped: no PgBouncer on this machine (on Debian: apt-get install pgbouncer), so no test behind one',
    );
  return found;
}

/**
 * Starts PgBouncer in transaction mode before the server of `url`, with as few settings as possible. The
 * returned `url` leads through it.
 */
export async function startPgBouncer(
  program: string,
  url: string,
): Promise<{ url: string; bouncer: RunningProxy }> {
  const folder = await mkdtemp(join(tmpdir(), 'youarecoder-pgbouncer-'));
  chmodSync(folder, 0o755);
  const server = new URL(url);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${server.username}" "${server.password}"\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${String(port)}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 4
`,
  );
  // PgBouncer refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const bouncer = spawn(program, [join(folder, 'pgbouncer.ini')], nobody);
  let said = '';
  bouncer.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const through = Object.assign(new URL(url), { host: `127.0.0.1:${String(port)}` });
  const explain = (): Promise<string> => Promise.resolve(said);
  return { url: through.href, bouncer: await untilListening(bouncer, { port, folder, explain }) };
}
