import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { startSshServer } from '../../../src/workspace/ssh/ssh-server.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { askProgram, probeProgram } from '../../support/probe.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';
import { buildCast, buildSshKey, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { freePort } from '../../support/postgres/replica.ts';
import { endOf, hasOpenssh, SshClient, startSshd, type Sshd } from '../../support/programs/sshd.ts';
import { signIn } from '../../support/sign-in.ts';

const runFile = promisify(execFile);

const isRoot = process.getuid?.() === 0;

/** scp, sftp and git refuse to serve a user without a name. */
const NOBODY = 65_534;

const fault = findSandboxFault({ uid: isRoot ? NOBODY : null, gid: null, readable: [], deniedNetworks: [] });
if (fault !== null) console.log(`skipped: no test of SSH into a sandbox, since ${fault}`);
const canRun = fault === null && hasOpenssh();

const SECONDS_30 = { timeout: 30_000, interval: 100 };

describe.skipIf(!canRun)('OpenSSH into a workspace in a sandbox', { timeout: 60_000 }, () => {
  const stops: (() => unknown)[] = [];
  let root: string;
  let site: TestApp;
  let runtime: WorkspaceRuntime;
  let sshd: Sshd;
  let client: SshClient;
  let cast: Cast;
  let place: { id: number; name: string };
  let label: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'yac-'));
    stops.push(() => {
      rmSync(root, { recursive: true, force: true });
    });
    chmodSync(root, 0o711);
    const config = {
      ...plainRuntime,
      command: [process.execPath, '-e', probeProgram, '{socket}'],
      dataDir: join(root, 'data'),
      uid: isRoot ? 1 : null,
      sandbox: 'bubblewrap' as const,
      network: 'own' as 'own' | 'shared',
      memoryMb: 4096,
    };
    mkdirSync(config.dataDir, { mode: 0o711 });
    site = await createTestApp({
      env: {
        DATA_DIR: config.dataDir,
        SSH_SOCKETS: join(root, 'sockets'),
        SSH_SESSION_COMMAND: `${process.execPath} ${join(process.cwd(), 'scripts/ssh/dist/ssh-session.mjs')}`,
      },
    });
    stops.push(site.close);
    cast = await buildCast(site.db);
    place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    label = `${place.name}-${cast.acme.subdomain}`;
    if (isRoot) config.uid = NOBODY - place.id;
    Object.assign(site.config, { workspaceRuntime: config });
    runtime = createWorkspaceRuntime({ config, log: site.deps.log });
    site.deps.runtime = runtime;
    stops.push(() => runtime.close());
    const ssh = await startSshServer(site.deps, site.config.ssh!);
    stops.push(() => ssh.close());
    sshd = await startSshd({ port: await freePort(), keysSocket: join(root, 'sockets/keys/socket') });
    stops.push(sshd.stop);
    client = new SshClient(sshd.port);
    stops.push(() => {
      client.remove();
    });
    await buildSshKey(site.db, cast.bob, { line: client.publicKey });
    await start();
  }, 60_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  async function start(): Promise<void> {
    await site.db('workspaces').where({ id: place.id }).update({ wanted_running_since: new Date() });
    expect(await runtime.start({ ...place, port: 21_000, plan_now: 'trial' })).toEqual({ ok: true });
  }

  const run = async (script: string, input = ''): Promise<string> => {
    const { stdout, stderr, code } = await client.run(
      label,
      [`exec 2>&1; export LC_ALL=C; ${script}`],
      input,
    );
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return stdout;
  };

  it('gives a shell that is where the program is: its processes, its /tmp, its files and no others', async () => {
    const [id, pwd, program, processes, groups, folders] = (
      await run(
        'id -u; pwd; tr "\\0" " " </proc/2/cmdline | tail -c 40; echo; ls /proc | grep -c "^[0-9]"; id -G; ls -A .. ../.sockets',
      )
    ).split('\n');
    expect(Number(id)).toBe(isRoot ? NOBODY : process.getuid?.());
    expect(pwd).toBe(join(root, 'data/workspaces', String(place.id)));
    expect(program).toContain(`.sockets/${String(place.id)}/s`);
    // Two of bwrap and the program, and what this line itself has started.
    expect(Number(processes)).toBeLessThan(9);
    expect(groups?.split(' ')).toHaveLength(1);
    expect(folders).toBe('..:');
    await run('echo from a shell >/tmp/note');
    expect(await askProgram(runtime, place.id, '/read?path=/tmp/note')).toBe('from a shell\n');
    expect(existsSync('/tmp/note')).toBe(false);
  });

  it('gives it nothing that the program lacks: no capability, no new one, no other user namespace', async () => {
    const status = await run(
      'grep -E "^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs)" /proc/self/status; ulimit -d',
    );
    expect(status).toBe(
      `${['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map((name) => `${name}:\t${'0'.repeat(16)}\n`).join('')}NoNewPrivs:\t1\n4194304\n`,
    );
    expect(await run('unshare --user true; touch /usr/x /etc/x /x /dev/x; true')).toMatch(
      /unshare failed.*(Read-only file system.*){4}/s,
    );
  });

  it('opens a login shell with a terminal of its own, in which tmux runs too', async () => {
    const child = client.start(label, ['-tt']);
    const ended = endOf(child);
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => (shown += String(chunk)));
    await expect.poll(() => shown, SECONDS_30).toContain('$ ');
    child.stdin.write(
      'stty -echo; PS1=; echo "term=$TERM size=$(stty size) tty=$(tty) $(: <$(tty) && echo open)"\n',
    );
    await expect.poll(() => shown, SECONDS_30).toContain('open');
    if (existsSync('/usr/bin/tmux')) {
      child.stdin.write('tmux new "echo in tmux $(tty | wc -c) >~/tmux; exit"\n');
      await expect.poll(() => run('cat tmux 2>/dev/null; true'), SECONDS_30).toMatch(/^in tmux/);
    }
    child.stdin.write('echo begin; sleep 100\n');
    await expect.poll(() => shown, SECONDS_30).toMatch(/begin\r\n$/);
    child.stdin.write('\u0003echo after=$?\nexit 3\n');
    const { code, stdout } = await ended;
    expect(code).toBe(3);
    expect(stdout).toMatch(/term=xterm-256color size=\d+ \d+ tty=\/dev\/pts\/\d+ open/);
    expect(stdout).toContain('after=130');
  });

  it('carries scp, sftp and git', async () => {
    const file = join(client.folder, 'file');
    writeFileSync(file, 'there and back');
    const options = client.options(label);
    await runFile('scp', ['-q', ...options, file, '127.0.0.1:there']);
    writeFileSync(`${file}.batch`, `get there ${file}.back\n`);
    await runFile('sftp', ['-q', ...options, '-b', `${file}.batch`, '127.0.0.1']);
    expect(readFileSync(`${file}.back`, 'utf8')).toBe('there and back');
    await run('git init -q -b main --bare there.git');
    const env = {
      PATH: process.env.PATH,
      GIT_SSH_COMMAND: `ssh ${options.map((word) => `'${word}'`).join(' ')}`,
    };
    const copy = join(client.folder, 'copy');
    const git = (...args: string[]): Promise<unknown> => runFile('git', args, { env });
    await git('clone', '-q', '127.0.0.1:there.git', copy);
    await git(
      '-C',
      copy,
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    );
    await git('-C', copy, 'push', '-q', 'origin', 'HEAD:main');
    expect(await run('git -C there.git log --format=%s main')).toBe('x\n');
  });

  it.skipIf(!existsSync('/usr/bin/rsync'))('carries rsync', async () => {
    const folder = join(client.folder, 'tree/');
    mkdirSync(folder);
    writeFileSync(join(folder, 'leaf'), 'leaf');
    const ssh = `ssh ${client
      .options(label)
      .map((word) => `'${word}'`)
      .join(' ')}`;
    await runFile('rsync', ['-a', '-e', ssh, folder, '127.0.0.1:tree/']);
    expect(await run('cat tree/leaf')).toBe('leaf');
  });

  it('leaves nothing behind when its session command is killed, however it clings to life', async () => {
    for (const terminal of [[], ['-tt']]) {
      const child = client.start(label, [
        ...terminal,
        'trap "" HUP TERM; echo begun; while :; do sleep 1; done',
      ]);
      const ended = endOf(child);
      await new Promise((done) => child.stdout.once('data', done));
      for (const pid of sessionCommands()) process.kill(pid, 'SIGKILL');
      await ended;
      await expect.poll(() => run('ps -ef | grep -c "[d]o sleep"; true'), SECONDS_30).toBe('0\n');
    }
  });

  it('ends with the workspace, and says why; and nobody enters a workspace whose program is down', async () => {
    const child = client.start(label, ['trap "" HUP TERM; echo begun; while :; do sleep 1; done']);
    const ended = endOf(child);
    await new Promise((done) => child.stdout.once('data', done));
    const visitor = await signIn(site.app, cast.bob);
    expect((await visitor.post(`/workspace/${String(place.id)}/stop`)).status).toBe(303);
    expect(await ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This workspace is not running.') as string,
    });
    await site.db('workspaces').where({ id: place.id }).update({ wanted_running_since: new Date() });
    const refused = await client.run(label, ['true']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('the program of the workspace does not run');
    await start();
    expect(await run('echo again')).toBe('again\n');
  });
});

function sessionCommands(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return (
          words[0] === process.execPath &&
          words[1] === join(process.cwd(), 'scripts/ssh/dist/ssh-session.mjs')
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
