import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSshServer, type SshServer } from '../../../src/workspace/ssh/ssh-server.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import {
  allowManyWorkspaces,
  buildCast,
  buildSshKey,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { freePort } from '../../support/postgres/replica.ts';
import { endOf, hasOpenssh, SshClient, startSshd, type Sshd } from '../../support/programs/sshd.ts';
import { signIn } from '../../support/sign-in.ts';

const runFile = promisify(execFile);

const canRun = hasOpenssh();

/** Each workspace has a user of its own when the tests run as root, as in production. */
const isRoot = process.getuid?.() === 0;
const FIRST_UID = 400_000;
const NOBODY = 65_534;

/** sshd, the two commands and the shell are five processes that start one after the other. */
const SECONDS_30 = { timeout: 30_000, interval: 100 };

interface Row {
  id: number;
  access_method: string;
  ip_address: string | null;
  started_at: Date;
  ended_at: Date | null;
  last_activity_at: Date;
  end_reason: string | null;
  active_minutes: number;
  connected_minutes: number;
}

describe.skipIf(!canRun)('OpenSSH in front of a workspace', { timeout: 60_000 }, () => {
  const stops: (() => Promise<void> | void)[] = [];
  let root: string;
  let site: TestApp;
  let sshServer: SshServer;
  let sshd: Sshd;
  let client: SshClient;
  let cast: Cast;
  let person: BuiltUser;
  let keyId: number;
  let place: { id: number; name: string; label: string };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'yac-ssh-'));
    stops.push(() => {
      rmSync(root, { recursive: true, force: true });
    });
    chmodSync(root, 0o711);
    site = await createTestApp({
      env: {
        DATA_DIR: join(root, 'data'),
        SSH_SOCKETS: join(root, 'sockets'),
        WORKSPACE_COMMAND: 'true {port}',
        ...(isRoot ? { WORKSPACE_UID: String(FIRST_UID) } : {}),
        SSH_SESSION_COMMAND: `${process.execPath} ${join(process.cwd(), 'scripts/ssh/dist/ssh-session.mjs')}`,
      },
    });
    stops.push(site.close);
    // As in production, where a deploy leaves them alone.
    Object.assign(site.config.workspaceRuntime, { outlivesApp: true });
    mkdirSync(join(root, 'data/workspaces'), { recursive: true });
    for (const path of ['data', 'data/workspaces']) chmodSync(join(root, path), 0o711);
    cast = await buildCast(site.db);
    await allowManyWorkspaces(site.db);
    sshServer = await startSshServer(site.deps, site.config.ssh!);
    stops.push(() => sshServer.close());
    sshd = await startSshd({ port: await freePort(), keysSocket: join(root, 'sockets/keys/socket') });
    stops.push(sshd.stop);
    client = new SshClient(sshd.port);
    stops.push(() => {
      client.remove();
    });
  }, 60_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  beforeEach(async () => {
    if (isRoot) Object.assign(site.config.workspaceRuntime, { uid: FIRST_UID });
    await site.db('ssh_keys').whereNull('removed_at').update({ removed_at: new Date() });
    person = await buildUser(site.db, { company_id: cast.acme.id });
    keyId = (await buildSshKey(site.db, person, { line: client.publicKey })).id;
    place = await runningWorkspace(person);
  });

  async function runningWorkspace(owner: BuiltUser): Promise<typeof place> {
    const built = await buildWorkspace(site.db, { company_id: owner.company_id!, owner_user_id: owner.id });
    await site.db('workspaces').where({ id: built.id }).update({ wanted_running_since: new Date() });
    const folder = folderOf(built.id);
    mkdirSync(folder, { mode: 0o700 });
    if (isRoot) chownSync(folder, FIRST_UID + built.id, FIRST_UID + built.id);
    const { subdomain } = owner.company_id === cast.globex.id ? cast.globex : cast.acme;
    return { ...built, label: `${built.name}-${subdomain}` };
  }

  /** scp and sftp refuse to serve a user without a name. */
  function becomeNobody(id: number): void {
    Object.assign(site.config.workspaceRuntime, { uid: NOBODY - id });
    chownSync(folderOf(id), NOBODY, NOBODY);
  }

  const folderOf = (id: number): string => join(root, 'data/workspaces', String(id));

  async function sessions(): Promise<Row[]> {
    await site.sessions.flush();
    return site.db('workspace_sessions').where({ user_id: person.id }).orderBy('id').select<Row[]>();
  }

  const evidence = (action_type: string): Promise<Record<string, unknown>[]> =>
    site.db('audit_logs').where({ action_type, user_id: person.id }).orderBy('id').select();

  /** Starts a command that says that it has begun, and waits for it. */
  async function begin(command = 'echo begun $$; sleep 1000'): Promise<Begun> {
    const child = client.start(place.label, [command]);
    const ended = endOf(child);
    const pid = await new Promise<number>((done, fail) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += String(chunk);
        const found = /begun (\d+)/.exec(text);
        if (found !== null) done(Number(found[1]));
      });
      void ended.then(({ stderr }) => {
        fail(new Error(stderr));
      });
    });
    return { child, ended, pid };
  }

  it('runs a command as the workspace’s user in its folder, and passes its exit code on', async () => {
    const { code, stdout, stderr } = await client.run(place.label, ['pwd; id -u; env; exit 7']);
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
    const [pwd, uid, ...env] = stdout.trim().split('\n');
    expect(pwd).toBe(folderOf(place.id));
    expect(Number(uid)).toBe(isRoot ? FIRST_UID + place.id : process.getuid?.());
    const names = env
      .map((line) => line.split('=')[0])
      .filter((name) => !/^(_|SHLVL|PWD|OLDPWD)$/.test(name!));
    expect(names.sort()).toEqual(
      ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'SSH_CONNECTION', 'USER'].sort(),
    );
    expect(stdout).toContain(`HOME=${folderOf(place.id)}`);
    expect(stdout).toContain('LANG=tr_TR.UTF-8');
    const [session, ...others] = await sessions();
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      access_method: 'ssh',
      ip_address: '127.0.0.1',
      end_reason: 'closed',
      active_minutes: 1,
      connected_minutes: 1,
    });
    const [key] = await site.db('ssh_keys').where({ id: keyId });
    expect(key).toMatchObject({ last_used_ip: '127.0.0.1', last_used_at: expect.any(Date) as Date });
    expect(await evidence('workspace_access')).toMatchObject([
      {
        success: true,
        actor_type: 'user',
        ip_address: '127.0.0.1',
        resource_id: String(place.id),
        details: { access_method: 'ssh', ssh_key_id: keyId, ssh_key_fingerprint: key.fingerprint },
      },
    ]);
    expect(await evidence('workspace_closed')).toMatchObject([
      { actor_type: 'user', details: { workspace_session_id: session!.id, reason: 'closed' } },
    ]);
  });

  it('passes on what is piped into it, to the last byte, and counts it', async () => {
    const bytes = randomBytes(3_000_000);
    const { code, stdout } = await client.run(place.label, ['sha256sum; cat >/dev/null'], bytes);
    expect(code).toBe(0);
    expect(stdout).toContain(createHash('sha256').update(bytes).digest('hex'));
    const closed = await client.run(place.label, ['head -c 3; exec 0<&-; sleep 0.2; echo; echo done'], bytes);
    expect(closed.stdout.endsWith('\ndone\n')).toBe(true);
  });

  it('opens a login shell with a terminal, and counts what is typed into it', async () => {
    const notes: Date[] = [];
    const buffer = site.sessions;
    const note = buffer.note.bind(buffer);
    buffer.note = (session, at, sign) => {
      if (sign.isActive) notes.push(at);
      note(session, at, sign);
    };
    const child = client.start(null, ['-tt']);
    const ended = endOf(child);
    child.stdin.write(
      'stty -echo; PS1=; echo "term=$TERM $0 size=$(stty size) tty=$(tty) $(: <$(tty) && echo open)"\n',
    );
    await expect.poll(() => notes.length, SECONDS_30).toBe(1);
    const typing = setInterval(() => child.stdin.write('true\n'), 500);
    await expect.poll(() => notes.length, SECONDS_30).toBeGreaterThanOrEqual(2);
    clearInterval(typing);
    child.stdin.write('sleep 100\n\u0003\necho after=$?\nexit 3\n');
    const { code, stdout } = await ended;
    buffer.note = note;
    expect(code).toBe(3);
    expect(stdout).toMatch(/term=xterm-256color \S*bash size=\d+ \d+ tty=\/dev\/pts\/\d+ open/);
    expect(stdout).toContain('after=130');
    expect(await sessions()).toMatchObject([{ end_reason: 'closed' }]);
  });

  it('carries scp and sftp', async () => {
    const file = join(client.folder, 'file');
    writeFileSync(file, 'through scp');
    if (isRoot) becomeNobody(place.id);
    await runFile('scp', ['-q', ...client.options(place.label), file, '127.0.0.1:there']);
    await runFile('scp', ['-q', ...client.options(place.label), '127.0.0.1:there', `${file}.back`]);
    expect(readFileSync(`${file}.back`, 'utf8')).toBe('through scp');
    expect(existsSync(join(folderOf(place.id), 'there'))).toBe(true);
    expect(await sessions()).toHaveLength(2);
  });

  it('carries them where sshd is set to serve files itself (internal-sftp), as the workspace’s user all the same', async () => {
    const keysSocket = join(root, 'sockets/keys/socket');
    const internal = await startSshd({
      ...{ port: await freePort(), keysSocket, sftp: 'internal-sftp -u 0027' },
    });
    try {
      const file = join(client.folder, 'batch');
      writeFileSync(file, `put ${file} there\nget there ${file}.back\n`);
      if (isRoot) becomeNobody(place.id);
      const options = client.options(place.label, internal.port);
      await runFile('sftp', ['-q', ...options, '-b', file, '127.0.0.1']);
      expect(readFileSync(`${file}.back`, 'utf8')).toBe(readFileSync(file, 'utf8'));
      await runFile('scp', ['-q', ...options, file, '127.0.0.1:by-scp']);
      const { mode, uid } = statSync(join(folderOf(place.id), 'by-scp'));
      // The settings of the configuration reach the shell (-u, the umask).
      expect([mode & 0o027, uid]).toEqual([0, isRoot ? NOBODY : process.getuid?.()]);
      expect(await sessions()).toHaveLength(2);
    } finally {
      await internal.stop();
    }
  });

  it('hands on what clients say of language, colours and git, and nothing that a program would load', async () => {
    const said = { LC_TIME: 'tr_TR.UTF-8', COLORTERM: 'truecolor', NO_COLOR: '1', GIT_PROTOCOL: 'version=2' };
    const evil = { LC_ALL: '../../evil', BASH_ENV: '/evil.sh' };
    const { stdout } = await client.run(place.label, ['env'], '', { ...said, ...evil });
    for (const [name, value] of Object.entries(said)) expect(stdout).toContain(`${name}=${value}\n`);
    expect(stdout).not.toContain('evil');
  });

  it('carries git', async () => {
    const copy = join(client.folder, 'copy');
    const options = client.options(place.label).map((option) => `'${option}'`);
    const env = { PATH: process.env.PATH, GIT_SSH_COMMAND: `ssh ${options.join(' ')}` };
    const git = (...args: string[]): Promise<unknown> => runFile('git', args, { env });
    expect(await client.run(place.label, ['git init -q -b main --bare there.git'])).toMatchObject({
      code: 0,
    });
    await git('clone', '-q', '127.0.0.1:there.git', copy);
    // The server answers in the protocol that the client asked for by GIT_PROTOCOL.
    const traced = { env: { ...env, GIT_TRACE_PACKET: '1' } };
    const { stderr } = await runFile('git', ['ls-remote', '127.0.0.1:there.git'], traced);
    expect(stderr).toContain('< version 2');
    const asSomebody = ['-C', copy, '-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    await git(...asSomebody, 'commit', '-q', '--allow-empty', '-m', 'through git');
    await git('-C', copy, 'push', '-q', 'origin', 'HEAD:main');
    const { stdout } = await client.run(place.label, ['git -C there.git log --format=%s main']);
    expect(stdout).toBe('through git\n');
  });

  it('ends the session and what ran when the client is killed', async () => {
    const { child, pid } = await begin();
    const [open] = await sessions();
    expect(open).toMatchObject({ end_reason: null });
    child.kill('SIGKILL');
    await expect.poll(async () => (await sessions())[0]?.end_reason, SECONDS_30).toBe('closed');
    const [session] = await sessions();
    expect(session?.ended_at).toEqual(session?.last_activity_at);
    expect(await evidence('workspace_session_expired')).toMatchObject([
      { actor_type: 'system', details: { reason: 'closed', cause: 'connection-lost' } },
    ]);
    await expect.poll(() => lives(pid), SECONDS_30).toBe(false);
  });

  it('ends the session and the shell when the session command is killed', async () => {
    const { ended, pid } = await begin('trap "" HUP TERM; echo begun $$; while :; do sleep 1; done');
    for (const command of sessionCommands()) process.kill(command, 'SIGKILL');
    expect((await ended).code).not.toBe(0);
    await expect.poll(() => lives(pid), SECONDS_30).toBe(false);
    await expect.poll(async () => (await sessions())[0]?.end_reason, SECONDS_30).toBe('closed');
    expect(await evidence('workspace_session_expired')).toMatchObject([
      { details: { cause: 'connection-lost' } },
    ]);
  });

  it.each([
    {
      what: 'the key is removed',
      act: async () => (await signIn(site.app, person)).post(`/auth/ssh-keys/${String(keyId)}/remove`),
      text: 'This key was removed from your account.',
      end: { end_reason: 'revoked' },
      details: { cause: 'key-removed' },
    },
    {
      what: 'the workspace is stopped',
      act: async () => (await signIn(site.app, person)).post(`/workspace/${String(place.id)}/stop`),
      text: 'This workspace is not running.',
      end: { end_reason: 'stopped' },
      details: { reason: 'stopped' },
    },
  ])(
    'ends within seconds when $what, however the shell clings to life',
    async ({ act, text, end, details }) => {
      const { ended, pid } = await begin(
        'trap "" HUP TERM; (sleep 1000) & echo begun $$; while :; do sleep 1; done',
      );
      const children = childrenOf(pid);
      expect(children.length).toBeGreaterThan(0);
      expect((await act()).status).toBe(303);
      const { code, stderr } = await ended;
      expect(code).toBe(1);
      expect(stderr).toContain(text);
      for (const one of [pid, ...children]) expect(lives(one)).toBe(false);
      const [session] = await sessions();
      expect(session).toMatchObject({ ...end, ended_at: session?.last_activity_at });
      expect(await evidence('workspace_session_expired')).toMatchObject([{ details }]);
    },
  );

  it('lets nothing that has left the shell go on sending over a connection whose session has ended', async () => {
    const sender = 'setsid sh -c "while sleep 0.2; do echo more; done" & echo begun $$';
    const { code, stdout } = await client.run(place.label, [`${sender}; exit 6`]);
    expect({ code, stdout: stdout.replaceAll('more\n', '') }).toEqual({
      code: 6,
      stdout: expect.stringMatching(/^begun \d+\n$/) as string,
    });
    const whole = await client.run(place.label, [
      'head -c 5000000 /dev/zero; head -c 500000 /dev/zero >&2; yes 2>/dev/null & exit 4',
    ]);
    expect(whole.code).toBe(4);
    expect(whole.stdout.replaceAll(/[^\0]/g, '')).toHaveLength(5_000_000);
    expect(whole.stderr).toHaveLength(500_000);
    const { ended } = await begin(`${sender}; sleep 1000`);
    await (await signIn(site.app, person)).post(`/auth/ssh-keys/${String(keyId)}/remove`);
    expect((await ended).code).toBe(1);
  });

  it('sends away also whoever has stopped their terminal, or does not read what they asked for', async () => {
    const [stopped, deaf] = [client.start(place.label, ['-tt']), client.start(place.label, ['yes'])];
    const ended = endOf(stopped);
    deaf.stdout.pause();
    stopped.stdin.write('\u0013');
    await expect.poll(async () => (await sessions()).length, SECONDS_30).toBe(2);
    stopped.stdin.write('\u0013');
    await expect.poll(() => sessionCommands().flatMap(childrenOf).length, SECONDS_30).toBe(2);
    await (await signIn(site.app, person)).post(`/auth/ssh-keys/${String(keyId)}/remove`);
    await expect.poll(() => sessionCommands(), { timeout: 15_000 }).toEqual([]);
    for (const child of [stopped, deaf]) child.kill();
    await ended;
    expect(await sessions()).toMatchObject([{ end_reason: 'revoked' }, { end_reason: 'revoked' }]);
  });

  it('asks which workspace is meant, and says when there is no such one', async () => {
    const other = await runningWorkspace(person);
    const several = await client.run(null, ['true']);
    expect(several.code).toBe(1);
    expect(several.stderr).toContain('Say which workspace you mean');
    expect(
      several.stderr
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    ).toEqual([place.label, other.label]);
    expect(await sessions()).toEqual([]);
    const odd = await client.run(`${place.label}\u001b]0;$(id);\`id\`\u0007`, ['true']);
    expect(odd).toEqual({
      code: 1,
      stdout: '',
      stderr: 'You have no such workspace. Check SetEnv WORKSPACE in your ssh configuration.\n',
    });
    expect((await evidence('workspace_access')).at(-1)).toMatchObject({
      success: false,
      resource_id: null,
      error_message: 'unknown-host',
      details: { access_method: 'ssh', ssh_key_id: keyId },
    });
  });

  it('lets nobody in with another key, and no key go further than its workspace', async () => {
    const stranger = new SshClient(sshd.port);
    expect((await stranger.run(place.label, ['true'])).code).toBe(255);
    stranger.remove();
    const forwarded = await client.run(place.label, ['-W', `127.0.0.1:${String(sshd.port)}`]);
    expect(forwarded.code).not.toBe(0);
    expect(forwarded.stdout).not.toContain('SSH-2.0');
    expect(await evidence('workspace_access')).toEqual([]);
  });

  it.runIf(isRoot)(
    'keeps its shell from the app’s sockets, from neighbours and from other shells',
    async () => {
      const neighbour = await runningWorkspace(cast.alice);
      const { ended, child } = await begin();
      const other = new SshClient(sshd.port);
      await buildSshKey(site.db, cast.alice, { line: other.publicKey });
      const sessionsSocket = join(root, 'sockets/sessions/socket');
      const script = [
        // The client sends LANG=tr_TR.UTF-8, and where that is installed the shell would refuse in Turkish.
        'export LC_ALL=C',
        `ls ${join(root, 'sockets/keys')}`,
        `ls ${folderOf(place.id)}`,
        `${process.execPath} -e 'require("net").connect("${sessionsSocket}").on("error",e=>{console.log(e.code);process.exit(9)})'`,
        'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep -c "^DATABASE_URL\\|^SESSION_SECRET"',
        `for p in ${sessionCommands().join(' ')}; do kill -9 $p && echo killed; done`,
      ].join('; ');
      const attack = await other.run(neighbour.label, [script]);
      other.remove();
      expect(attack.stdout).toBe('EACCES\n0\n');
      expect(attack.stderr.match(/Permission denied/g)!.length).toBeGreaterThanOrEqual(2);
      expect(attack.stderr.match(/Operation not permitted/g)!.length).toBeGreaterThanOrEqual(1);
      child.kill();
      await ended;
    },
  );

  it('goes on when the app is restarted, in the same session, and says so when it may not', async () => {
    const { ended, child } = await begin('echo begun $$; read line; echo "still $line"; read line');
    await sshServer.close();
    sshServer = await startSshServer(site.deps, site.config.ssh!);
    await expect.poll(() => sshServer.sshSessions.connections.size, SECONDS_30).toBe(1);
    const [open, ...others] = await sessions();
    expect(others).toEqual([]);
    expect(open).toMatchObject({ end_reason: null });
    child.stdin.write('here\n');
    await sshServer.close();
    await (await signIn(site.app, person)).post(`/auth/ssh-keys/${String(keyId)}/remove`);
    sshServer = await startSshServer(site.deps, site.config.ssh!);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(1);
    expect(stdout).toContain('still here');
    expect(stderr).toContain('This key was removed');
    expect(await sessions()).toMatchObject([
      { id: open!.id, end_reason: 'revoked', ip_address: '127.0.0.1' },
    ]);
  });

  it('notes the end of a shell that ended while the app was restarted', async () => {
    const { ended, child } = await begin('echo begun $$; read line; exit 5');
    await sshServer.close();
    child.stdin.write('now\n');
    await expect.poll(() => sessionCommands().flatMap(childrenOf), SECONDS_30).toEqual([]);
    sshServer = await startSshServer(site.deps, site.config.ssh!);
    expect((await ended).code).toBe(5);
    expect(await sessions()).toMatchObject([{ end_reason: 'closed' }]);
    expect(await evidence('workspace_closed')).toHaveLength(1);
  });

  interface Begun {
    child: ReturnType<SshClient['start']>;
    ended: ReturnType<typeof endOf>;
    /** The process of the shell. */
    pid: number;
  }
});

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The session commands of this machine that came from this folder. */
function sessionCommands(): number[] {
  return pids().filter((pid) => {
    const command = readText(`/proc/${String(pid)}/cmdline`);
    return (
      command.startsWith(process.execPath) &&
      command.includes(join(process.cwd(), 'scripts/ssh/dist/ssh-session.mjs'))
    );
  });
}

function childrenOf(parent: number): number[] {
  return pids().filter((pid) =>
    readText(`/proc/${String(pid)}/status`).includes(`PPid:\t${String(parent)}\n`),
  );
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
