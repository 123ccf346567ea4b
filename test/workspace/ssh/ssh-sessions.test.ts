import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readLines, sendLine } from '../../../src/workspace/ssh/json-lines.ts';
import { sshSocketPaths } from '../../../src/config/data-folders.ts';
import { startSshServer, type SshServer } from '../../../src/workspace/ssh/ssh-server.ts';
import { WorkspaceSessionTracker } from '../../../src/workspace/sessions/workspace-session-tracker.ts';
import { useTestApp } from '../../support/app.ts';
import {
  allowManyWorkspaces,
  buildCast,
  buildSshKey,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../../support/programs/build.ts';
import { createFakeRuntime } from '../../support/fake-runtime.ts';
import { newKeyLine } from '../../support/programs/ssh-keys.ts';
import { signIn } from '../../support/sign-in.ts';
import { sweeperContext } from '../scene.ts';

const root = mkdtempSync(join(tmpdir(), 'yac-ssh-'));
const runtime = createFakeRuntime();
runtime.held.limits = {
  ...{ memory_mb: 64, processes: null, cpu_percent: null, disk_mb: null, bound_by: 'prlimit' },
  ...{ disk_files: null, disk_bound_by: 'none' },
};
const site = useTestApp({
  deps: { runtime },
  env: {
    SSH_SOCKETS: join(root, 'sockets'),
    DATA_DIR: root,
    WORKSPACE_UID: '300000',
  },
});
const paths = sshSocketPaths(join(root, 'sockets'));

let server: SshServer;
let cast: Cast;
let bob: BuiltUser;
let key: { id: number; type: string; blob: string; fingerprint: string };
let place: { id: number; name: string; label: string };
const commands: Command[] = [];

beforeAll(async () => {
  cast = await buildCast(site.db);
  await allowManyWorkspaces(site.db);
  server = await startSshServer(site.deps, site.config.ssh!);
});

afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(async () => {
  bob = await buildUser(site.db, { company_id: cast.acme.id });
  key = await buildSshKey(site.db, bob);
  place = await runningWorkspace(bob);
});

afterEach(() => {
  for (const command of commands.splice(0)) command.socket.destroy();
});

async function runningWorkspace(owner: BuiltUser): Promise<typeof place> {
  const built = await buildWorkspace(site.db, { company_id: owner.company_id!, owner_user_id: owner.id });
  await site.db('workspaces').where({ id: built.id }).update({ wanted_running_since: new Date() });
  const { subdomain } = owner.company_id === cast.globex.id ? cast.globex : cast.acme;
  return { ...built, label: `${built.name}-${subdomain}` };
}

/** A process at the other end of a socket. */
class Command {
  readonly socket: Socket;
  readonly heard: Record<string, unknown>[] = [];
  readonly closed: Promise<unknown>;

  constructor(path: string) {
    this.socket = createConnection({ path });
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close');
    readLines(this.socket, (message) => this.heard.push(message as Record<string, unknown>));
    commands.push(this);
  }

  say(message: object): this {
    sendLine(this.socket, message);
    return this;
  }

  /** The first message of the app; null when it hangs up instead. */
  async answer(): Promise<Record<string, unknown> | null> {
    await Promise.race([
      this.closed,
      expect.poll(() => this.heard.length, { timeout: 5000 }).toBeGreaterThan(0),
    ]);
    return this.heard[0] ?? null;
  }
}

async function lineFor({ type, blob }: { type: string; blob: string }): Promise<string> {
  return String((await new Command(paths.keys).say({ type, blob }).answer())?.line);
}

async function secretFor(of = key): Promise<string> {
  return /([\w-]{43})" /.exec(await lineFor(of))?.[1] ?? '';
}

async function open(
  options: { workspace?: string | null; secret?: string; ip?: string } = {},
): Promise<Command> {
  const { workspace = place.label, ip = '198.51.100.7' } = options;
  const secret = options.secret ?? (await secretFor());
  const command = new Command(paths.sessions).say({ open: { pass: secret, workspace, ip } });
  await command.answer();
  return command;
}

async function refusalOf(options: Parameters<typeof open>[0] = {}): Promise<unknown> {
  const command = await open(options);
  await command.closed;
  return command.heard;
}

async function sessions(): Promise<Record<string, unknown>[]> {
  await site.sessions.flush();
  return site.db('workspace_sessions').where({ user_id: bob.id }).orderBy('id').select();
}

/** Until the returned function is called the database changes no session. */
async function refuseSessions(): Promise<() => Promise<void>> {
  const { ownerDb } = site.database;
  await ownerDb.raw(`create function refuse_for_now() returns trigger language plpgsql
    as $$ begin raise exception 'not now'; end $$`);
  await ownerDb.raw(`create trigger refuse_for_now before update on workspace_sessions
    for each row execute function refuse_for_now()`);
  return async () => {
    await ownerDb.raw('drop function refuse_for_now() cascade');
  };
}

const refusals = (): Promise<Record<string, unknown>[]> =>
  site
    .db('audit_logs')
    .where({ action_type: 'workspace_access', user_id: bob.id, success: false })
    .orderBy('id')
    .select('error_message', 'resource_id', 'ip_address', 'details');

/** Details of the row that stands for so many attempts; what each of them asked for is in none. */
const countedOf = (of: { id: number; fingerprint: string }, attempts: number): object => ({
  access_method: 'ssh',
  ssh_key_id: of.id,
  ssh_key_fingerprint: of.fingerprint,
  attempts,
  first_attempt_at: expect.any(String) as string,
  last_attempt_at: expect.any(String) as string,
});

describe('a key that a client offers', () => {
  it('is answered with the session command and a secret of its own, and nothing else is allowed', async () => {
    const [first, second] = [await lineFor(key), await lineFor(key)];
    expect(first).toMatch(
      /^restrict,pty,command="sudo -n [^" ]+ [^" ]+\/scripts\/ssh\/dist\/ssh-session\.mjs [^" ]+\/sessions\/socket [\w-]{43}" ssh-ed25519 \S+$/,
    );
    expect(first).toContain(` ${key.type} ${key.blob}`);
    expect(first).not.toBe(second);
    expect(await site.db('audit_logs').where({ user_id: bob.id })).toEqual([]);
    expect(await site.db('ssh_keys').where({ id: key.id }).first()).toMatchObject({ last_used_at: null });
  });

  it('is answered with nothing when it opens nothing', async () => {
    const removed = await buildSshKey(site.db, bob, { removed_at: new Date() });
    const gone = await buildUser(site.db, { company_id: cast.acme.id });
    const ofGone = await buildSshKey(site.db, gone);
    await site.db('users').where({ id: gone.id }).update({ deactivated_at: new Date() });
    const [type = '', blob = ''] = newKeyLine('').split(' ');
    for (const one of [removed, ofGone, { type, blob }, { type: 'ssh-rsa', blob: key.blob }])
      expect(await lineFor(one)).toBe('');
  });
});

describe('a connection', () => {
  it('may enter with a secret, once, and gets a session of its own', async () => {
    const secret = await secretFor();
    const command = await open({ secret, ip: '::ffff:198.51.100.7' });
    expect(command.heard).toEqual([
      {
        run: {
          resume: expect.stringMatching(/^[\w-]{43}$/) as string,
          folder: join(root, 'workspaces', String(place.id)),
          owner: { uid: 300_000 + place.id, gid: 300_000 + place.id },
          limits: expect.arrayContaining(['--data=67108864']) as string[],
          group: null,
          entrance: { sandbox: 'none' },
        },
      },
    ]);
    expect(await refusalOf({ secret })).toEqual([
      { refused: expect.stringContaining('too long to begin') as string },
    ]);
    const [session, ...others] = await sessions();
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      workspace_id: place.id,
      access_method: 'ssh',
      ip_address: '198.51.100.7',
      ended_at: null,
      active_minutes: 1,
    });
    const security = await site
      .db('security_events')
      .where({ kind: 'access-refused' })
      .orderBy('at', 'desc')
      .first();
    expect(security).toMatchObject({ details: { by: 'ssh-pass' } });
    expect(
      JSON.stringify([await site.db('ssh_connections'), await site.db('workspace_sessions')]),
    ).not.toContain(secret);
  });

  it('ends with the shell, and counts until then', async () => {
    const command = await open();
    command.say({ active: true }).say({ ended: 'exit' });
    await command.closed;
    const [session] = await sessions();
    expect(session).toMatchObject({ end_reason: 'closed' });
    const [end] = await site.db('audit_logs').where({ action_type: 'workspace_closed', user_id: bob.id });
    expect(end).toMatchObject({ actor_type: 'user', ip_address: '198.51.100.7' });
  });

  it.each(['exit', 'lost'])('whose end (%s) the database does not take is recorded later', async (how) => {
    const command = await open();
    await sessions();
    const takeAgain = await refuseSessions();
    const before = Date.now();
    command.say({ ended: how });
    await command.closed;
    const after = Date.now();
    expect(await sessions()).toMatchObject([{ ended_at: null, disconnected_at: null }]);
    await takeAgain();
    await WorkspaceSessionTracker.endIdleSessions(site.db, sweeperContext(new Date(after + 40 * 60_000)));
    const [session] = await sessions();
    // The moment in which it was there for the last time, and no time-out.
    expect(session).toMatchObject({ end_reason: 'closed', ended_at: session?.last_activity_at });
    expect((session?.ended_at as Date).getTime()).toBeGreaterThanOrEqual(before);
    expect((session?.ended_at as Date).getTime()).toBeLessThanOrEqual(after);
    const ends = site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', user_id: bob.id })
      .select('actor_type', 'details');
    expect(await ends).toMatchObject([{ actor_type: 'system', details: { reason: 'closed' } }]);
  });

  it.each(['says that it is lost', 'hangs up without a word'])('is lost when its command %s', async (how) => {
    const command = await open();
    if (how.startsWith('says')) command.say({ ended: 'lost' });
    else command.socket.destroy();
    await expect.poll(async () => (await sessions())[0]?.end_reason).toBe('closed');
    const [session] = await sessions();
    expect(session?.ended_at).toEqual(session?.last_activity_at);
    const [end] = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', user_id: bob.id });
    expect(end).toMatchObject({ actor_type: 'system', details: { cause: 'connection-lost' } });
  });

  it.each([
    { what: 'the wrong company', wanted: async () => (await runningWorkspace(cast.charlie)).label },
    { what: 'a colleague', wanted: async () => (await runningWorkspace(cast.alice)).label },
    { what: 'nobody', wanted: () => Promise.resolve('x"; $(id) \u001b[2J\0\ud800') },
  ])('is refused the workspace of $what, which is in its person’s evidence', async ({ wanted }) => {
    const workspace = await wanted();
    const heard = JSON.stringify(await refusalOf({ workspace }));
    expect(heard).toContain('You have no such workspace.');
    expect(heard).not.toContain(JSON.stringify(workspace).slice(1, -1));
    expect(await refusals()).toMatchObject([
      { error_message: 'unknown-host', resource_id: null, ip_address: '198.51.100.7' },
    ]);
    expect(await sessions()).toEqual([]);
  });

  it.each([
    {
      reason: 'stopped',
      text: 'is not running',
      act: () => site.db('workspaces').where({ id: place.id }).update({ wanted_running_since: null }),
    },
    {
      reason: 'unknown-host',
      text: 'no such workspace',
      act: () =>
        site.db('workspaces').where({ id: place.id }).update({ deleted_at: new Date(), deleted_by: bob.id }),
    },
    {
      reason: 'signed-out',
      text: 'was removed',
      act: () => site.db('ssh_keys').where({ id: key.id }).update({ removed_at: new Date() }),
    },
    {
      reason: 'deactivated',
      text: 'Your access was ended',
      act: () => site.db('users').where({ id: bob.id }).update({ deactivated_at: new Date() }),
    },
  ])('is refused when it comes too late: $reason', async ({ reason, text, act }) => {
    const secret = await secretFor();
    await act();
    expect(JSON.stringify(await refusalOf({ secret }))).toContain(text);
    expect(await refusals()).toMatchObject([{ error_message: reason }]);
    expect(await sessions()).toEqual([]);
  });

  it('is refused, and what is open ends, while the subscription has lapsed', async () => {
    const person = await buildUser(site.db, { role: 'admin' });
    const own = await buildSshKey(site.db, person);
    const built = await buildWorkspace(site.db, { company_id: person.company_id!, owner_user_id: person.id });
    await site.db('workspaces').where({ id: built.id }).update({ wanted_running_since: new Date() });
    const command = await open({ secret: await secretFor(own), workspace: null });
    expect(command.heard[0]).toHaveProperty('run');
    await site
      .db('subscriptions')
      .where({ company_id: person.company_id })
      .update({ trial_ends_at: new Date(0) });
    await server.sshSessions.connections.look();
    await command.closed;
    expect(command.heard[1]).toEqual({ end: expect.stringContaining('subscription') as string });
    const refused = await open({ secret: await secretFor(own), workspace: null });
    expect(refused.heard).toEqual([{ refused: expect.stringContaining('subscription') as string }]);
    const [session] = await site.db('workspace_sessions').where({ user_id: person.id });
    expect(session).toMatchObject({ end_reason: 'revoked', ended_at: session.last_activity_at });
  });

  it('is refused, and what is open ends, once the company’s rule asks for a second factor', async () => {
    const person = await buildUser(site.db, { role: 'admin' });
    const own = await buildSshKey(site.db, person);
    await runningWorkspace(person);
    const command = await open({ secret: await secretFor(own), workspace: null });
    expect(command.heard[0]).toHaveProperty('run');
    await site.db('second_factor_policies').insert({
      company_id: person.company_id,
      required_from: new Date(Date.now() - 1000),
      set_by: person.id,
      set_at: new Date(),
    });
    await server.sshSessions.connections.look();
    await command.closed;
    const kind = expect.stringContaining('set up a second factor') as string;
    expect(command.heard[1]).toEqual({ end: kind });
    const refused = await open({ secret: await secretFor(own), workspace: null });
    expect(refused.heard).toEqual([{ refused: kind }]);
    const rows = site.db('audit_logs').where({ user_id: person.id }).orderBy('id');
    expect(await rows.clone().where({ success: false })).toMatchObject([
      { action_type: 'workspace_access', error_message: 'no-second-factor' },
    ]);
    expect(await rows.clone().where({ action_type: 'workspace_session_expired' })).toMatchObject([
      { details: { reason: 'revoked', cause: 'no-second-factor' } },
    ]);
  });

  it('is refused while its person has not accepted the current terms', async () => {
    bob = await buildUser(site.db, { company_id: cast.acme.id, accepts: false });
    await runningWorkspace(bob);
    const secret = await secretFor(await buildSshKey(site.db, bob));
    expect(JSON.stringify(await refusalOf({ secret, workspace: null }))).toContain(
      'accept the current terms',
    );
    expect(await refusals()).toMatchObject([{ error_message: 'not-accepted' }]);
  });

  it('is written in the language of its person', async () => {
    await site.db('users').where({ id: bob.id }).update({ locale: 'tr' });
    expect(JSON.stringify(await refusalOf({ workspace: 'yok' }))).toContain(
      'Böyle bir çalışma alanınız yok.',
    );
  });

  it('needs no name for the only workspace, and learns the names of its own when there are several', async () => {
    expect((await open({ workspace: null })).heard[0]).toHaveProperty('run');
    const other = await runningWorkspace(bob);
    expect(await refusalOf({ workspace: null })).toEqual([
      { refused: expect.stringMatching(new RegExp(`:\n  ${place.label}\n  ${other.label}$`)) as string },
    ]);
    expect((await open({ workspace: ` ${other.label.toUpperCase()}` })).heard[0]).toHaveProperty('run');
    const idle = await buildUser(site.db, { company_id: cast.acme.id });
    const secret = await secretFor(await buildSshKey(site.db, idle));
    expect(await refusalOf({ workspace: null, secret })).toEqual([
      { refused: expect.stringContaining('You have no workspace yet.') as string },
    ]);
  });

  it('is one of twenty of its person at most', async () => {
    const [first] = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(JSON.stringify(await refusalOf())).toContain('too many connections');
    expect(await refusals()).toMatchObject([{ error_message: 'too-many' }]);
    first!.say({ ended: 'exit' });
    await first!.closed;
    expect((await open()).heard[0]).toHaveProperty('run');
  });

  it('is one of twenty also when all of them come at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 25 }, () => secretFor()));
    const all = await Promise.all(secrets.map((secret) => open({ secret })));
    expect(all.filter(({ heard }) => 'run' in heard[0]!)).toHaveLength(20);
    await site.writeCounted();
    expect(await refusals()).toMatchObject([
      { error_message: 'too-many' },
      { error_message: 'too-many', details: { attempts: 4 } },
    ]);
    expect(await sessions()).toHaveLength(20);
  });

  it('is refused after sixty of its person in a minute, and leaves a row and a count of each refusal and key', async () => {
    await site.writeCounted();
    for (let count = 0; count < 60; count += 1) await refusalOf({ workspace: `nowhere${String(count)}` });
    const second = await buildSshKey(site.db, bob);
    for (const of of [key, key, second])
      expect(await refusalOf({ secret: await secretFor(of) })).toEqual([
        { refused: expect.stringContaining('too many connections within a minute') as string },
      ]);
    expect(await refusals()).toHaveLength(1);
    await site.writeCounted();
    const unknown = { error_message: 'unknown-host', ip_address: '198.51.100.7' };
    const tooOften = { error_message: 'too-often', ip_address: '198.51.100.7' };
    const [first, ...counted] = await refusals();
    expect(first).toMatchObject({ ...unknown, details: { ssh_key_id: key.id, asked_for: 'nowhere0' } });
    expect(first?.details).not.toHaveProperty('attempts');
    expect(counted).toHaveLength(3);
    expect(counted).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ ...unknown, details: countedOf(key, 59) }),
        expect.objectContaining({ ...tooOften, details: countedOf(key, 2) }),
        expect.objectContaining({ ...tooOften, details: countedOf(second, 1) }),
      ]) as object,
    );
    expect(await sessions()).toEqual([]);
    expect(await site.db('ssh_connections').where({ user_id: bob.id })).toEqual([]);
    const events = site.db('security_events').whereRaw("(details ->> 'user_id')::bigint = ?", [bob.id]);
    expect(await events.distinct('kind').pluck('kind')).toEqual(['access-refused']);
    const other = await buildUser(site.db, { company_id: cast.acme.id });
    await runningWorkspace(other);
    const secret = await secretFor(await buildSshKey(site.db, other));
    expect((await open({ secret, workspace: null })).heard[0]).toHaveProperty('run');
    await site
      .db('rate_limits')
      .where('key', `ssh-open:${String(bob.id)}`)
      .update({ expire: Date.now() - 1 });
    expect((await open()).heard[0]).toHaveProperty('run');
  });

  it('may enter with an admin’s key, which is recorded as such', async () => {
    const secret = await secretFor(await buildSshKey(site.db, cast.alice));
    expect((await open({ secret })).heard[0]).toHaveProperty('run');
    const [row] = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_access', user_id: cast.alice.id, resource_id: place.id });
    expect(row).toMatchObject({
      success: true,
      details: { on_behalf: true, owner_user_id: bob.id, access_method: 'ssh' },
    });
  });

  it.each([
    {
      what: 'its person is deactivated',
      act: async () => (await signIn(site.app, cast.alice)).post(`/admin/users/${String(bob.id)}/deactivate`),
      text: 'Your access was ended',
      reason: 'revoked',
    },
    {
      what: 'its key is removed',
      act: async () => (await signIn(site.app, bob)).post(`/auth/ssh-keys/${String(key.id)}/remove`),
      text: 'was removed',
      reason: 'revoked',
    },
    {
      what: 'the workspace is stopped',
      act: async () => (await signIn(site.app, bob)).post(`/workspace/${String(place.id)}/stop`),
      text: 'is not running',
      reason: 'stopped',
    },
    {
      what: 'the workspace is deleted',
      act: async () => (await signIn(site.app, bob)).post(`/workspace/${String(place.id)}/delete`),
      text: 'was deleted',
      reason: 'deleted',
    },
  ])('is sent away when $what', async ({ act, text, reason }) => {
    const command = await open();
    await act();
    await server.sshSessions.connections.look();
    await command.closed;
    expect(command.heard[1]).toEqual({ end: expect.stringContaining(text) as string });
    expect(await sessions()).toMatchObject([{ end_reason: reason }]);
  });

  it('is sent away when an admin becomes a member, from the workspaces of others', async () => {
    const second = await buildUser(site.db, { company_id: cast.acme.id, role: 'admin' });
    const command = await open({ secret: await secretFor(await buildSshKey(site.db, second)) });
    await (
      await signIn(site.app, cast.alice)
    ).post(`/admin/users/${String(second.id)}/role`, { role: 'member' });
    await server.sshSessions.connections.look();
    await command.closed;
    expect(command.heard[1]).toEqual({ end: expect.stringContaining('may no longer use') as string });
  });

  it('that stays is proof of life, and activity only what is reported', async () => {
    await open();
    await server.sshSessions.connections.look();
    const [before] = await sessions();
    await server.sshSessions.connections.look();
    const [after] = await sessions();
    expect(Number(after?.last_activity_at)).toBeGreaterThan(Number(before?.last_activity_at));
    expect(after).toMatchObject({ active_minutes: 1, ended_at: null });
  });
});

describe('a connection that comes back', () => {
  it('replaces the one that it was, in the same session', async () => {
    const command = await open();
    const { resume } = command.heard[0]!.run as { resume: string };
    const again = new Command(paths.sessions).say({ resume });
    expect(await again.answer()).toMatchObject({ run: { resume } });
    await command.closed;
    expect(await sessions()).toMatchObject([{ ended_at: null, ip_address: '198.51.100.7' }]);
    again.say({ ended: 'exit' });
    await again.closed;
    expect(await sessions()).toMatchObject([{ end_reason: 'closed' }]);
  });

  it('has done nothing by that: a restart of the app makes no active minute', async () => {
    const command = await open();
    const { resume } = command.heard[0]!.run as { resume: string };
    const note = vi.spyOn(site.sessions, 'note');
    await new Command(paths.sessions).say({ resume }).answer();
    await command.closed;
    await server.sshSessions.connections.look();
    // The server's own look may come in between and note another sign.
    expect(new Set(note.mock.calls.map(([, , sign]) => sign.isActive))).toEqual(new Set([false]));
    note.mockRestore();
  });

  it('goes on in a new session when the old one has ended, and not at all when it is unknown', async () => {
    const command = await open();
    const { resume } = command.heard[0]!.run as { resume: string };
    command.say({ ended: 'lost' });
    await command.closed;
    const again = new Command(paths.sessions).say({ resume });
    expect(await again.answer()).toMatchObject({ run: { resume } });
    expect(await sessions()).toMatchObject([{ end_reason: 'closed' }, { ended_at: null }]);
    const unknown = new Command(paths.sessions).say({ resume: 'x'.repeat(43) });
    expect(await unknown.answer()).toEqual({ refused: expect.stringContaining('no longer knows') as string });
  });
});

describe('the page of a workspace', () => {
  it('shows how it is reached, to whoever may enter it', async () => {
    const page = await (await signIn(site.app, bob)).get(`/workspace/${String(place.id)}`);
    expect(page.text).toContain(`Host ${place.label}`);
    expect(page.text).toContain(`SetEnv WORKSPACE=${place.label}`);
    expect(page.text).toContain('HostName localhost');
    // A secret is good once, and so is a connection: one that the client keeps for the next command opens
    // nothing.
    expect(page.text).toContain('ControlPath none');
  });
});

describe('the sockets', () => {
  it.each([
    ['no JSON', 'hello\n'],
    ['a line without end', 'x'.repeat(20_000)],
    ['something else', '{"close":true}\n'],
    ['activity before anything', '{"active":true}\n'],
    ['a secret of another shape', '{"open":{"pass":"x","workspace":null,"ip":null}}\n'],
    ['zero bytes', '\0\0\0\n'],
  ])('hang up on %s', async (_what, bytes) => {
    for (const path of [paths.sessions, paths.keys]) {
      const command = new Command(path);
      command.socket.write(bytes);
      await command.closed;
      expect(command.heard).toEqual([]);
    }
  });

  it('hang up on who asks twice', async () => {
    const command = await open();
    command.say({ open: { pass: await secretFor(), workspace: null, ip: null } });
    await command.closed;
    await expect.poll(async () => (await sessions())[0]?.end_reason).toBe('closed');
  });

  it('lie in folders of their own that nobody else may enter, or there are none', async () => {
    for (const name of ['keys', 'sessions'])
      expect(statSync(join(root, 'sockets', name)).mode & 0o777).toBe(0o700);
    const open = join(root, 'open');
    mkdirSync(join(open, 'keys'), { recursive: true });
    chmodSync(join(open, 'keys'), 0o755);
    const config = { ...site.config.ssh!, sockets: open };
    await expect(startSshServer(site.deps, config)).rejects.toThrow('is open to others');
    await expect(startSshServer(site.deps, site.config.ssh!)).rejects.toThrow('another process listens');
  });

  it('take the place of what a killed process left behind', async () => {
    const folder = join(root, 'stale');
    mkdirSync(join(folder, 'keys'), { recursive: true, mode: 0o700 });
    const path = join(folder, 'keys/socket');
    const stale = createServer().listen(path);
    await once(stale, 'listening');
    stale.close();
    const next = await startSshServer(site.deps, { ...site.config.ssh!, sockets: folder });
    await next.close();
  });
});

// The last one: from here on nobody in this database has accepted the current terms.
describe('when new terms are in force', () => {
  it('a connection is sent away and its session is over, though nobody stopped it', async () => {
    const command = await open();
    await site.database
      .ownerDb('legal_documents')
      .insert({ kind: 'terms', version: '2099-01-01', locale: 'en', title: 'Terms of use', body: 'New.' });
    await server.sshSessions.connections.look();
    await command.closed;
    expect(command.heard[1]).toEqual({ end: expect.stringContaining('accept the current terms') as string });
    const [session, ...others] = await sessions();
    expect(others).toEqual([]);
    expect(session).toMatchObject({ end_reason: 'revoked', ended_at: session?.last_activity_at });
    const [end] = await site
      .db('audit_logs')
      .where({ action_type: 'workspace_session_expired', user_id: bob.id });
    expect(end).toMatchObject({ details: { reason: 'revoked', cause: 'not-accepted' } });
  });
});
