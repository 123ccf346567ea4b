import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { mailLocks } from '../../../src/auth/lock/mail-locks.ts';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';
import { sendDueRecoveries } from '../../../src/people/recovery/send-due-recoveries.ts';
import { rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, type Cast } from '../../support/programs/build.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
const NEW = 'a lamp that whispers';

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** The number of mails that a job wrote, and of those it did not. */
type Mailed = Record<'mailed' | 'notMailed', number>;

function run(
  job: (db: typeof test.db, context: ReturnType<typeof systemContext>, parts: never) => Promise<Mailed>,
  at = new Date(),
): Promise<Mailed> {
  const context = systemContext({ name: 'test', at, log: test.deps.log });
  return job(test.db, context, { config: test.config } as never);
}

async function linkTo(email: string, path: string): Promise<string> {
  const mail = (await test.mails()).findLast(({ to }) => to === email);
  return new RegExp(`/auth/${path}/[\\w-]{43}`).exec(mail?.text ?? '')?.[0] ?? '';
}

async function attempt(visitor: Visitor, password: string): Promise<number> {
  return (await visitor.post('/auth/login', { email: cast.bob.email, password })).status;
}

async function lockBob(visitor = new Visitor(test.app)): Promise<Visitor> {
  for (let n = 0; n < 5; n += 1) await attempt(visitor, 'wrong');
  expect(await attempt(visitor, PASSWORD)).toBe(429);
  return visitor;
}

const personPage = (person: { id: number }): string => `/admin/users/${String(person.id)}`;

describe('a lock after wrong passwords', () => {
  it('is mailed to its person, and the link opens it for the browser that holds it alone', async () => {
    const thief = await lockBob();
    await run(mailLocks);
    const link = await linkTo(cast.bob.email, 'unlock');
    const bob = new Visitor(test.app);
    expect((await bob.get(link)).text).toContain('Open the lock for this browser');
    expect(await attempt(bob, PASSWORD)).toBe(429);
    const response = await bob.post(link);
    expect(response.headers.location).toBe('/auth/login');
    expect(await rowsOf(test.db, 'account_unlocked', response)).toMatchObject([
      { user_id: cast.bob.id, company_id: cast.acme.id, details: { how: 'mail' } },
    ]);
    expect(await attempt(thief, PASSWORD)).toBe(429);
    expect(await attempt(new Visitor(test.app), PASSWORD)).toBe(429);
    expect(await attempt(bob, PASSWORD)).toBe(303);
    expect((await new Visitor(test.app).post(link)).status).toBe(410);
  });

  it('opens five guesses for that browser and no more', async () => {
    await lockBob();
    await run(mailLocks);
    const bob = new Visitor(test.app);
    await bob.post(await linkTo(cast.bob.email, 'unlock'));
    await lockBob(bob);
  });

  it('opens for a known browser, too, which has a count of its own', async () => {
    const bob = await signIn(test.app, cast.bob);
    await bob.post('/auth/logout');
    await lockBob(bob);
    await run(mailLocks);
    await bob.post(await linkTo(cast.bob.email, 'unlock'));
    expect(await attempt(bob, PASSWORD)).toBe(303);
  });

  it('is mailed once an hour at most, and never for an address that nobody has', async () => {
    await lockBob();
    expect(await run(mailLocks)).toEqual({ mailed: 1, notMailed: 0 });
    await test.db('login_locks').delete();
    await lockBob();
    expect(await run(mailLocks)).toEqual({ mailed: 0, notMailed: 1 });
    for (let n = 0; n < 6; n += 1)
      await new Visitor(test.app).post('/auth/login', { email: 'nobody@example.com', password: 'wrong' });
    expect(await run(mailLocks)).toEqual({ mailed: 0, notMailed: 0 });
    expect(await test.mails()).toHaveLength(1);
  });

  it('has a link that is good for an hour', async () => {
    await lockBob();
    await run(mailLocks, new Date(Date.now() - HOUR_MS));
    const link = await linkTo(cast.bob.email, 'unlock');
    expect((await new Visitor(test.app).get(link)).status).toBe(410);
    expect((await new Visitor(test.app).post(link)).status).toBe(410);
  });

  it('is opened for every browser by an admin on the page of the person', async () => {
    const thief = await lockBob();
    const alice = await signIn(test.app, cast.alice);
    expect((await alice.get(personPage(cast.bob))).text).toContain('Sign-in is locked until');
    const response = await alice.post(`${personPage(cast.bob)}/unlock`);
    expect(await rowsOf(test.db, 'account_unlocked', response)).toMatchObject([
      { user_id: cast.alice.id, resource_id: String(cast.bob.id), details: { how: 'admin' } },
    ]);
    expect(await attempt(thief, PASSWORD)).toBe(303);
    expect((await alice.get(personPage(cast.bob))).text).not.toContain('Sign-in is locked until');
  });

  it('stands in the trail as well when the wrong passwords were given where it is changed', async () => {
    const bob = await signIn(test.app, cast.bob);
    for (let n = 0; n < 5; n += 1) await bob.post('/auth/password', { oldPassword: 'wrong', password: NEW });
    const locked = await rowsOf(test.db, 'account_locked');
    expect(locked.filter(({ user_id }) => user_id === cast.bob.id)).toMatchObject([
      { actor_type: 'system', company_id: cast.acme.id, details: { email: cast.bob.email, failures: 5 } },
    ]);
    await run(mailLocks);
    expect(await linkTo(cast.bob.email, 'unlock')).not.toBe('');
  });
});

describe('an admin who signs a person out', () => {
  it('ends every browser of the person, with a row for each, and nobody else’s', async () => {
    const [bob, phone] = [await signIn(test.app, cast.bob), await signIn(test.app, cast.bob)];
    const alice = await signIn(test.app, cast.alice);
    const response = await alice.post(`${personPage(cast.bob)}/sign-out`);
    expect(response.status).toBe(303);
    const rows = await rowsOf(test.db, 'browser_session_revoked', response);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(
      new Set(rows.map(({ user_id, resource_id }) => `${String(user_id)} ${String(resource_id)}`)),
    ).toEqual(new Set([`${String(cast.alice.id)} ${String(cast.bob.id)}`]));
    for (const browser of [bob, phone]) expect((await browser.get('/workspace')).status).toBe(303);
    expect((await alice.get('/workspace')).status).toBe(200);
    await alice.post(`${personPage(cast.bob)}/sign-out`);
    expect((await alice.get(personPage(cast.bob))).text).toContain('not signed in anywhere');
  });
});

describe('a link for a new password that an admin sends', () => {
  it('goes to the mailbox of the person alone, and is in the trail', async () => {
    const alice = await signIn(test.app, cast.alice);
    const response = await alice.post(`${personPage(cast.bob)}/reset-link`);
    const page = await alice.follow(response);
    const link = await linkTo(cast.bob.email, 'reset');
    expect(page.text).toContain('The link is on its way');
    expect(page.text).not.toContain(link.slice('/auth/reset/'.length));
    expect(await rowsOf(test.db, 'password_reset_sent', response)).toMatchObject([
      { user_id: cast.alice.id, resource_id: String(cast.bob.id), details: { email: cast.bob.email } },
    ]);
    expect((await new Visitor(test.app).post(link, { password: NEW })).status).toBe(303);
    expect(await attempt(new Visitor(test.app), NEW)).toBe(303);
  });

  it('is not sent to somebody whose access has ended, nor more often than three times an hour', async () => {
    const alice = await signIn(test.app, cast.alice);
    for (let n = 0; n < 5; n += 1) await alice.post(`${personPage(cast.bob)}/reset-link`);
    expect(await test.mails()).toHaveLength(3);
    const left = await buildUser(test.db, { company_id: cast.acme.id });
    await test.db('users').where('id', left.id).update({ deactivated_at: new Date() });
    const response = await alice.post(`${personPage(left)}/reset-link`);
    expect((await alice.follow(response)).text).toContain('This person cannot sign in');
  });
});

describe('a link for a new password that an operator sends', () => {
  const path = (action = ''): string =>
    `${personPage(cast.alice)}/recovery${action}?company=${String(cast.acme.id)}`;
  const soon = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

  it('goes to the only admin when the waiting time is over, and the person hears of it at once', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const response = await olivia.post(path(), { reason: 'Called back, showed an invoice' });
    expect(await rowsOf(test.db, 'recovery_requested', response)).toMatchObject([
      { actor_type: 'operator', company_id: cast.acme.id, details: { email: cast.alice.email } },
    ]);
    expect((await test.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [cast.alice.email, 'Somebody wants a new password for your YouAreCoder account'],
    ]);
    expect((await olivia.follow(response)).text).toContain('A link for a new password goes out on');
    expect(await run(sendDueRecoveries, soon(23))).toEqual({ mailed: 0, notMailed: 0 });
    expect(await run(sendDueRecoveries, soon(25))).toEqual({ mailed: 1, notMailed: 0 });
    expect(await run(sendDueRecoveries, soon(26))).toEqual({ mailed: 0, notMailed: 0 });
    const link = await linkTo(cast.alice.email, 'reset');
    expect((await new Visitor(test.app).post(link, { password: NEW })).status).toBe(303);
  });

  it('goes to the only admin also where nobody has confirmed the address', async () => {
    await test.db('users').where('id', cast.alice.id).update({ email_confirmed_at: null });
    const olivia = await signIn(test.app, cast.olivia);
    await olivia.post(path(), { reason: 'Called back, showed an invoice' });
    expect(await run(sendDueRecoveries, soon(25))).toEqual({ mailed: 1, notMailed: 0 });
  });

  it('is not sent when the person objects by the link of the mail: a look is no objection', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    await olivia.post(path(), { reason: 'asked by phone' });
    const link = await linkTo(cast.alice.email, 'object');
    const alice = new Visitor(test.app);
    expect((await alice.get(link)).text).toContain('I did not ask for it');
    const response = await alice.post(link);
    expect(response.text).toContain('No link will be sent');
    expect(await rowsOf(test.db, 'recovery_objected', response)).toMatchObject([
      { company_id: cast.acme.id, resource_id: String(cast.alice.id) },
    ]);
    expect(await run(sendDueRecoveries, soon(25))).toEqual({ mailed: 0, notMailed: 0 });
    expect((await alice.post(link)).status).toBe(410);
  });

  it('is not sent when the operator withdraws it, or when another admin is there by then', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    await olivia.post(path(), { reason: 'asked by phone' });
    const response = await olivia.post(path('/cancel'));
    expect(await rowsOf(test.db, 'recovery_cancelled', response)).toHaveLength(1);
    expect(await run(sendDueRecoveries, soon(25))).toEqual({ mailed: 0, notMailed: 0 });
    await olivia.post(path(), { reason: 'asked by phone' });
    await buildUser(test.db, { company_id: cast.acme.id, role: 'admin' });
    expect(await run(sendDueRecoveries, soon(25))).toEqual({ mailed: 0, notMailed: 1 });
    expect(await run(sendDueRecoveries, soon(26))).toEqual({ mailed: 0, notMailed: 0 });
  });

  it('is asked for with a reason, once at a time, and for nobody who has an admin', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    await olivia.post(path(), { reason: ' ' });
    expect(await test.db('recovery_requests').where('user_id', cast.alice.id)).toEqual([]);
    await olivia.post(path(), { reason: 'one' });
    const again = await olivia.follow(await olivia.post(path(), { reason: 'two' }));
    expect(again.text).toContain('A link is waiting already');
    const bobs = `${personPage(cast.bob)}/recovery?company=${String(cast.acme.id)}`;
    const refused = await olivia.follow(await olivia.post(bobs, { reason: 'three' }));
    expect(refused.text).toContain('Only the sole administrator of a company');
    expect(await test.db('recovery_requests').whereIn('user_id', [cast.alice.id, cast.bob.id])).toHaveLength(
      1,
    );
  });
});

describe('an invitation whose mail did not arrive', () => {
  it('is sent again with a new link; the old one is dead, and its unsent mail stays here', async () => {
    const alice = await signIn(test.app, cast.alice);
    const email = 'far-away@example.com';
    await alice.post('/admin/users', { email, role: 'member' });
    const old = await linkTo(email, 'accept-invite');
    const { id } = await test.db('invitations').where({ email }).first<{ id: number }>('id');
    const response = await alice.post(`/admin/invitations/${String(id)}/resend`);
    expect(await rowsOf(test.db, 'invitation_renewed', response)).toMatchObject([
      { resource_id: String(id), details: { email, handed_over_by: 'mail' } },
    ]);
    const fresh = await linkTo(email, 'accept-invite');
    expect(fresh).not.toBe(old);
    expect((await new Visitor(test.app).get(old)).status).toBe(404);
    expect((await new Visitor(test.app).get(fresh)).status).toBe(200);
    expect((await test.mails()).map(({ state }) => state)).toEqual(['failed', 'queued']);
  });

  it('that has run out takes a place of the plan again, or says that there is none', async () => {
    const alice = await signIn(test.app, cast.alice);
    const email = 'too-late@example.com';
    await alice.post('/admin/users', { email, role: 'member' });
    const { id } = await test.db('invitations').where({ email }).first<{ id: number }>('id');
    await test
      .db('invitations')
      .where({ id })
      .update({ expires_at: new Date(Date.now() - DAY_MS) });
    for (let n = 0; n < 3; n += 1) await buildUser(test.db, { company_id: cast.acme.id });
    const path = `/admin/invitations/${String(id)}/resend`;
    expect((await alice.follow(await alice.post(path))).text).toContain('Every seat in the plan is taken');
    await test.db('users').where('id', cast.bob.id).update({ deactivated_at: new Date() });
    await alice.post(path);
    expect((await new Visitor(test.app).get(await linkTo(email, 'accept-invite'))).status).toBe(200);
  });

  it('is stopped with its unsent mail when it is withdrawn, and is not sent again after that', async () => {
    const alice = await signIn(test.app, cast.alice);
    const email = 'not-wanted@example.com';
    await alice.post('/admin/users', { email, role: 'member' });
    const { id } = await test.db('invitations').where({ email }).first<{ id: number }>('id');
    await alice.post(`/admin/invitations/${String(id)}/revoke`);
    const mail = await test.db('mails').where('recipient', email).first<Record<string, unknown>>('*');
    expect(mail).toMatchObject({ state: 'failed', with_secret: null, next_try_at: null });
    const events = await test.db('mail_events').where('mail_id', mail.id as number);
    expect(events).toMatchObject([{ state: 'failed', answer: 'stopped: its link opens nothing any more' }]);
    await alice.post(`/admin/invitations/${String(id)}/resend`);
    expect(await test.db('mails').where('recipient', email)).toHaveLength(1);
  });
});
