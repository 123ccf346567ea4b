import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readOperatorCall, runOperatorCommand } from '../../scripts/operator/operator-command.ts';
import { CommandError } from '../../scripts/command-error.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildUser } from '../support/programs/build.ts';
import { compile } from '../support/programs/compile.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';
import { rowsOf } from './rows.ts';

const testApp = useTestApp();

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command in this process: everything but its two ends, which `spawned` tries. */
async function operator(args: string[], stdin = ''): Promise<Ended> {
  const ended: Ended = { code: 0, out: '', err: '' };
  const terminal = {
    say: (line: string): void => {
      ended.out += `${line}\n`;
    },
    readInput: () => Promise.resolve(stdin),
    baseUrl: 'https://app.example.com',
  };
  const { log } = testApp.deps;
  const context = systemContext({ name: 'operator-command', at: new Date(), log });
  try {
    await runOperatorCommand(testApp.db, context, readOperatorCall(args), terminal);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    Object.assign(ended, { code: error.exitCode, err: `${error.message}\n` });
  }
  return ended;
}

/** The command in a process of its own. */
async function spawned(
  args: string[],
  options: { stdin?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const program = await compile({ file: 'scripts/operator.ts' });
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, DATABASE_URL: testApp.database.appUrl, ...options.env },
  });
  child.stdin.end(options.stdin ?? '');
  const code = new Promise<number | null>((done) => child.once('exit', done));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

describe('npm run operator -- create', () => {
  let created: Ended;
  let password: string;

  beforeAll(async () => {
    created = await spawned(['create', 'Olga@Example.com', '--name', 'Olga Operator', '--locale', 'tr']);
    password = /Password \(shown only now\): (\S+)/.exec(created.out)?.[1] ?? '';
  });

  it('makes an operator of no company, and prints a random password once', async () => {
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(password.length).toBeGreaterThanOrEqual(20);
    const user = await testApp.db('users').where({ email: 'olga@example.com' }).first();
    expect(user).toMatchObject({
      company_id: null,
      role: 'operator',
      full_name: 'Olga Operator',
      locale: 'tr',
      deactivated_at: null,
    });
    expect(user.password_hash).toMatch(/^\$argon2id\$/);
  });

  it('leaves a row by the system, without the password', async () => {
    const rows = await rowsOf(testApp.db, 'operator_created');
    expect(rows).toMatchObject([
      {
        actor_type: 'system',
        success: true,
        user_id: null,
        company_id: null,
        details: { email: 'olga@example.com' },
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain(password);
  });

  it('makes somebody who can sign in, and who is gone at once when deactivated', async () => {
    const olga = await signIn(testApp.app, { email: 'olga@example.com', password });
    // Until a second factor is set up, nothing else opens; the command says so.
    expect(created.out).toContain('The first sign-in leads to setting up a second factor');
    expect((await olga.get('/admin')).headers.location).toBe('/account/second-factor');
    expect((await olga.get('/account/second-factor')).status).toBe(200);
    const ended = await operator(['deactivate', 'OLGA@example.com']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect((await olga.get('/account/second-factor')).headers.location).toMatch(/^\/auth\/login/);
    const again = await new Visitor(testApp.app).post('/auth/login', { email: 'olga@example.com', password });
    expect(again.status).toBe(422);
    expect(await rowsOf(testApp.db, 'operator_deactivated')).toMatchObject([
      { actor_type: 'system', details: { email: 'olga@example.com' } },
    ]);
    const [list, twice] = await Promise.all([
      operator(['list']),
      operator(['deactivate', 'olga@example.com']),
    ]);
    expect(list.out).toMatch(/^deactivated {2}olga@example\.com {2}Olga Operator {2}\d{4}-.*Z$/m);
    expect(twice).toMatchObject({ code: 1, err: 'olga@example.com is deactivated already\n' });
  });

  it('takes a password from standard input, by the rules that hold for everybody', async () => {
    const [good, weak] = await Promise.all([
      operator(['create', 'oz@example.com', '--password-stdin'], 'a chair that sings\n'),
      operator(['create', 'oy@example.com', '--password-stdin'], 'password123\n'),
    ]);
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).not.toContain('chair');
    await signIn(testApp.app, { email: 'oz@example.com', password: 'a chair that sings' });
    expect(weak).toMatchObject({ code: 2, out: '' });
    expect(weak.err).toContain('first to be guessed');
    expect(await testApp.db('users').where({ email: 'oy@example.com' })).toEqual([]);
  });

  it('refuses with one clear line and an exit code', async () => {
    const member = await buildUser(testApp.db);
    const [taken, bad, unknown, none, odd, unreachable] = await Promise.all([
      operator(['create', member.email]),
      operator(['create', 'not-an-address']),
      operator(['deactivate', member.email]),
      operator([]),
      operator(['constructor']),
      spawned(['list'], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' } }),
    ]);
    expect(taken).toMatchObject({ code: 1, out: '', err: `${member.email} has an account already\n` });
    expect(bad).toMatchObject({ code: 2, out: '' });
    expect(bad.err).toContain('Enter an email address such as');
    expect(unknown).toMatchObject({ code: 1, err: `no operator has the address ${member.email}\n` });
    expect(none.code).toBe(2);
    expect(none.err).toContain('npm run operator -- create <email>');
    expect(odd.err).toContain('unknown command "constructor"');
    expect(unreachable.code).toBe(1);
    expect(unreachable.err).toContain('ECONNREFUSED');
    for (const { err } of [taken, bad, unknown, odd, unreachable]) expect(err).not.toContain('    at ');
    expect(await testApp.db('users').where({ id: member.id }).first()).toMatchObject({ role: 'member' });
  });
});

describe('npm run operator -- new-password', () => {
  const NEW = 'a lamp that whispers';
  const linkIn = ({ out }: Ended): string =>
    /https:\/\/app\.example\.com(\/auth\/reset\/[\w-]{43})\n$/.exec(out)?.[1] ?? '';

  it('prints a link for an operator whose account was locked: once, audited, and past no second factor', async () => {
    const { olivia } = await buildCast(testApp.db);
    const locked = { password_blocked_at: new Date() };
    await testApp.db('users').where('id', olivia.id).update(locked);
    const [first, made] = [
      await operator(['new-password', olivia.email]),
      await operator(['new-password', olivia.email.toUpperCase()]),
    ];
    expect(made).toMatchObject({ code: 0, err: '' });
    const visitor = new Visitor(testApp.app);
    expect((await visitor.get(linkIn(first))).status).toBe(410);
    expect((await visitor.post(linkIn(made), { password: NEW })).headers.location).toBe('/auth/login');
    expect((await visitor.get(linkIn(made))).status).toBe(410);
    const answer = await visitor.post('/auth/login', { email: olivia.email, password: NEW });
    expect(answer.headers.location).toBe('/auth/second-factor');
    const rows = await rowsOf(testApp.db, 'operator_reset_made');
    expect(rows).toMatchObject([
      { actor_type: 'system', resource_id: String(olivia.id), details: { email: olivia.email } },
      { actor_type: 'system', resource_id: String(olivia.id), details: { email: olivia.email } },
    ]);
    expect(JSON.stringify(rows)).not.toContain(linkIn(made).slice(-43));
  });

  it('refuses people of companies, strangers, and operators whose access has ended', async () => {
    const { bob, olivia } = await buildCast(testApp.db);
    await testApp.db('users').where('id', olivia.id).update({ deactivated_at: new Date() });
    const [member, ended, none] = await Promise.all([
      operator(['new-password', bob.email]),
      operator(['new-password', olivia.email]),
      operator(['new-password']),
    ]);
    expect(member).toMatchObject({ code: 1, out: '', err: `no operator has the address ${bob.email}\n` });
    expect(ended).toMatchObject({ code: 1, out: '', err: `${olivia.email} is deactivated\n` });
    expect(none.code).toBe(2);
    expect(await testApp.db('password_resets').whereIn('user_id', [bob.id, olivia.id])).toEqual([]);
  });
});
