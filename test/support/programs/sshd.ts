import { spawn, type ChildProcessWithoutNullStreams, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fillSample, untilListening } from './proxy-sample.ts';

const SSHD = '/usr/sbin/sshd';
const SFTP_SERVER = '/usr/lib/openssh/sftp-server';

/** Whether OpenSSH can be tested here. If not, prints why. */
export function hasOpenssh(): boolean {
  const missing = [SSHD, SFTP_SERVER, '/usr/bin/ssh', '/usr/bin/ssh-keygen', '/usr/bin/setpriv'].filter(
    (path) => !existsSync(path),
  );
  if (missing.length > 0) {
    console.log(
      `skipped: no ${missing.join(', ')} here (on Debian: apt-get install openssh-server), so no test with OpenSSH`,
    );
    return false;
  }
  // sshd runs commands only from folders where nobody but root can write.
  if (isRoots(process.execPath) && isRoots('/usr/bin/env')) return true;
  console.log(`skipped: ${process.execPath} is not root's, and sshd would not run it`);
  return false;
}

function isRoots(path: string): boolean {
  const { uid, mode } = statSync(path);
  return uid === 0 && (mode & 0o022) === 0 && (path === '/' || isRoots(dirname(path)));
}

export interface Sshd {
  port: number;
  stop(): Promise<void>;
}

/** Starts sshd with the sample of its configuration that operators copy. */
export async function startSshd(input: {
  port: number;
  keysSocket: string;
  /** The value of `Subsystem sftp` in the configuration. */
  sftp?: string;
}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'youarecoder-sshd-'));
  const hostKey = join(folder, 'host_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const { username, uid } = userInfo();
  // Debian's unit does this. Without it sshd does not start as root.
  if (uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const app = resolve(import.meta.dirname, '../../..');
  const sample = fillSample('ssh/workspaces.sshd_config', [
    ['Match User workspace', `Match User ${username}`],
    ['/usr/bin/node', process.execPath],
    ['/opt/youarecoder/scripts', `${app}/scripts`],
    ['/run/youarecoder-ssh/keys/socket', input.keysSocket],
    ['AuthorizedKeysCommandUser workspace-keys', `AuthorizedKeysCommandUser ${username}`],
  ]);
  const config = join(folder, 'sshd_config');
  const server = [
    `ListenAddress 127.0.0.1:${String(input.port)}`,
    `HostKey ${hostKey}`,
    'PidFile none',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    `Subsystem sftp ${input.sftp ?? SFTP_SERVER}`,
  ];
  writeFileSync(config, `${server.join('\n')}\n${sample}`);
  const sshd = spawn(SSHD, ['-D', '-e', '-f', config]);
  let printed = '';
  sshd.stderr.on('data', (chunk: Buffer) => (printed += String(chunk)));
  const running = await untilListening(sshd, {
    port: input.port,
    folder,
    explain: () => Promise.resolve(printed),
  });
  return { port: input.port, stop: running.stop };
}

interface EndedSsh {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A machine with a key, from which somebody connects. */
export class SshClient {
  readonly folder = mkdtempSync(join(tmpdir(), 'youarecoder-ssh-'));
  readonly publicKey: string;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    chmodSync(this.folder, 0o700);
    const file = join(this.folder, 'id');
    this.publicKey = execFileSync('sh', [
      '-c',
      `ssh-keygen -q -t ed25519 -N '' -C test -f ${file} && cat ${file}.pub`,
    ])
      .toString()
      .trim();
  }

  /** The first arguments of every call of ssh, scp and sftp. */
  options(workspace: string | null, port = this.#port): string[] {
    const options = [
      `Port=${String(port)}`,
      `IdentityFile=${join(this.folder, 'id')}`,
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'StrictHostKeyChecking=no',
      `UserKnownHostsFile=${join(this.folder, 'known_hosts')}`,
      'BatchMode=yes',
      'LogLevel=ERROR',
      'SendEnv=LANG LC_* COLORTERM NO_COLOR GIT_PROTOCOL BASH_ENV',
      ...(workspace === null ? [] : [`SetEnv=WORKSPACE=${workspace}`]),
    ];
    return ['-F', 'none', ...options.flatMap((option) => ['-o', option])];
  }

  /** Starts ssh. */
  start(
    workspace: string | null,
    args: string[],
    variables: Record<string, string> = {},
  ): ChildProcessWithoutNullStreams {
    const { PATH = '' } = process.env;
    return spawn('ssh', [...this.options(workspace), '127.0.0.1', ...args], {
      env: { PATH, TERM: 'xterm-256color', LANG: 'tr_TR.UTF-8', ...variables },
    });
  }

  /** Runs ssh to its end with this input. */
  async run(
    workspace: string | null,
    args: string[],
    input: string | Buffer = '',
    variables: Record<string, string> = {},
  ): Promise<EndedSsh> {
    const child = this.start(workspace, args, variables);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return endOf(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for the end of a program and returns its output. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<EndedSsh> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr] = [Buffer.concat(chunks.stdout), Buffer.concat(chunks.stderr)];
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}
