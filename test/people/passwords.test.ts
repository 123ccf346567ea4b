import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/durations.ts';
import { contextOf } from '../auth/rows.ts';
import { recordSignIn } from '../../src/auth/record-sign-in.ts';
import { createTestApp, useTestApp } from '../support/app.ts';
import { buildAccessToken, buildSshKey, buildCast, type Cast } from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
const NEW = 'a lamp that whispers';

beforeEach(async () => {
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** Asks by the form, and has the schedule deal with it. */
async function ask(email: string): Promise<void> {
  const response = await new Visitor(test.app).post('/auth/forgot', { email });
  expect(response.status).toBe(200);
  await test.handleResets();
}

async function linkFor(email: string): Promise<string> {
  const mail = (await test.mails()).findLast(({ to }) => to === email);
  return /\/auth\/reset\/[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? '';
}

async function canSignIn(email: string, password: string): Promise<boolean> {
  const response = await new Visitor(test.app).post('/auth/login', { email, password });
  return response.status === 303;
}

async function actionsOf(userId: number): Promise<string[]> {
  const rows = await test
    .db('audit_logs')
    .where('user_id', userId)
    .whereLike('action_type', 'password%')
    .orderBy('timestamp')
    .select<{ action_type: string; success: boolean }[]>(['action_type', 'success']);
  return rows.map(({ action_type, success }) => `${action_type}${success ? '' : ' refused'}`);
}

describe('a forgotten password', () => {
  it('is set anew by the link of a mail: once, and every browser is signed out', async () => {
    const bob = await signIn(test.app, cast.bob);
    await ask(cast.bob.email.toUpperCase());
    const link = await linkFor(cast.bob.email);
    const visitor = new Visitor(test.app);
    expect((await visitor.get(link)).text).toContain('Choose a new password');
    const response = await visitor.post(link, { password: NEW });
    expect(response.headers.location).toBe('/auth/login');
    expect((await visitor.follow(response)).text).toContain('The new password is set');
    expect(await canSignIn(cast.bob.email, NEW)).toBe(true);
    expect(await canSignIn(cast.bob.email, PASSWORD)).toBe(false);
    expect((await bob.get('/workspace')).status).toBe(303);
    expect((await visitor.get(link)).status).toBe(410);
    expect((await visitor.post(link, { password: 'another lamp that shines' })).status).toBe(410);
    expect(await actionsOf(cast.bob.id)).toEqual(['password_reset_requested', 'password_reset_finished']);
    const told = (await test.mails()).at(-1);
    expect(told).toMatchObject({ to: cast.bob.email, subject: 'Your YouAreCoder password was changed' });
  });

  it('gets the same answer for every address, and nothing is looked up before the schedule does', async () => {
    const asked = async (email: string): Promise<{ text: string; statements: string[] }> => {
      const visitor = new Visitor(test.app);
      await visitor.get('/auth/forgot');
      const statements: string[] = [];
      const note = ({ sql }: { sql: string }): number => statements.push(sql);
      test.db.on('query', note);
      const { text } = await visitor.post('/auth/forgot', { email });
      await visitor.get('/auth/forgot');
      test.db.removeListener('query', note);
      return { text: text.replaceAll(email, 'X'), statements };
    };
    const unknown = await asked(cast.bob.email.replace('@', 'x@'));
    const known = await asked(cast.bob.email);
    expect(known.statements.some((sql) => sql.includes('"password_reset_requests"'))).toBe(true);
    expect(known.statements).toEqual(unknown.statements);
    const plain = (text: string): string => text.replace(/(nonce|value|datetime)="[^"]*"/g, '');
    expect(plain(unknown.text)).toBe(plain(known.text));
    expect(await test.mails()).toEqual([]);
    expect(await test.handleResets()).toEqual({ mailed: 1, dropped: 1, failed: 0 });
  });

  it.each(['nobody', 'a deactivated person', 'the platform’s staff'])('is not mailed to %s', async (whom) => {
    const email =
      whom === 'nobody' ? 'nobody@example.com' : whom.startsWith('the') ? cast.olivia.email : cast.bob.email;
    if (whom.startsWith('a '))
      await test.db('users').where('id', cast.bob.id).update({ deactivated_at: new Date() });
    await ask(email);
    expect(await test.mails()).toEqual([]);
  });

  it('is mailed three times an hour at most', async () => {
    for (let n = 0; n < 6; n += 1) await ask(cast.bob.email);
    expect(await test.mails()).toHaveLength(3);
  });

  it('is mailed eight times a day at most', async () => {
    const created = (hours: number): Date => new Date(Date.now() - hours * HOUR_MS);
    for (let n = 0; n < 8; n += 1)
      await test.db('password_resets').insert({
        user_id: cast.bob.id,
        token_hash: `${cast.bob.email}-${String(n)}`,
        created_at: created(2 + n),
        expires_at: created(1 + n),
      });
    await ask(cast.bob.email);
    expect(await test.mails()).toEqual([]);
  });

  it('is in the audit trail at the time of asking, with nothing of the request that dealt with it', async () => {
    const asked = new Date(Date.now() - 60_000);
    const request = {
      email: cast.bob.email,
      requested_at: asked,
      ip_address: '198.51.100.7',
      user_agent: 'A',
    };
    await test.db('password_reset_requests').insert(request);
    await test.handleResets();
    const row = await test
      .db('audit_logs')
      .where({ user_id: cast.bob.id, action_type: 'password_reset_requested' })
      .first<Record<string, unknown>>();
    expect(row).toMatchObject({
      timestamp: asked,
      ip_address: '198.51.100.7',
      user_agent: 'A',
      request_path: null,
    });
  });

  it.each(['reset', 'changed'])('is not %s to the address itself', async (how) => {
    const password = cast.bob.email.toUpperCase();
    await ask(cast.bob.email);
    const response =
      how === 'reset'
        ? await new Visitor(test.app).post(await linkFor(cast.bob.email), { password })
        : await (
            await signIn(test.app, cast.bob)
          ).post('/auth/password', { oldPassword: PASSWORD, password });
    expect(response.status).toBe(422);
    expect(response.text).toContain('not just your name, company or email address');
  });

  it('is not set by a link that is an hour old, or by one that another has replaced', async () => {
    await ask(cast.bob.email);
    const first = await linkFor(cast.bob.email);
    await test.db('password_resets').update({ expires_at: new Date() });
    expect((await new Visitor(test.app).get(first)).status).toBe(410);
    await ask(cast.bob.email);
    const second = await linkFor(cast.bob.email);
    await ask(cast.bob.email);
    const third = await linkFor(cast.bob.email);
    await new Visitor(test.app).post(third, { password: NEW });
    expect((await new Visitor(test.app).get(second)).status).toBe(410);
  });

  it('is set by one of two forms that come at once', async () => {
    await ask(cast.bob.email);
    const link = await linkFor(cast.bob.email);
    const visitors = [new Visitor(test.app), new Visitor(test.app)];
    for (const visitor of visitors) await visitor.get(link);
    const answers = await Promise.all(
      visitors.map((visitor, n) => visitor.post(link, { password: `${NEW} ${String(n)}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
  });

  it('opens a lock after wrong passwords, and withdraws tokens when asked to', async () => {
    const token = await buildAccessToken(test.db, cast.bob);
    for (let n = 0; n < 6; n += 1) await canSignIn(cast.bob.email, 'wrong');
    await ask(cast.bob.email);
    await new Visitor(test.app).post(await linkFor(cast.bob.email), { password: NEW, endsCredentials: 'on' });
    expect(await canSignIn(cast.bob.email, NEW)).toBe(true);
    const row = await test.db('access_tokens').where('id', token.id).first<{ revoked_at: Date | null }>();
    expect(row.revoked_at).not.toBeNull();
  });

  it('leaves tokens and keys alone when nobody asked to withdraw them', async () => {
    const token = await buildAccessToken(test.db, cast.bob);
    const key = await buildSshKey(test.db, cast.bob);
    await ask(cast.bob.email);
    await new Visitor(test.app).post(await linkFor(cast.bob.email), { password: NEW });
    expect(await canSignIn(cast.bob.email, NEW)).toBe(true);
    expect(await test.db('access_tokens').where('id', token.id).pluck('revoked_at')).toEqual([null]);
    expect(await test.db('ssh_keys').where('id', key.id).pluck('removed_at')).toEqual([null]);
  });

  it('shows the form again for a password that is too short', async () => {
    await ask(cast.bob.email);
    const response = await new Visitor(test.app).post(await linkFor(cast.bob.email), { password: 'short' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('id="password-error"');
  });

  it('leaves no secret in the log, the audit trail or the tables', async () => {
    await ask(cast.bob.email);
    const link = await linkFor(cast.bob.email);
    const secret = link.slice('/auth/reset/'.length);
    await new Visitor(test.app).post(link, { password: NEW });
    for (const table of ['mails', 'mail_events', 'audit_logs', 'password_resets']) {
      const rows = await test.db.raw<{ rows: { text: string }[] }>(`select t::text as text from ${table} t`);
      expect(
        rows.rows.filter(({ text }) => text.includes(secret)),
        table,
      ).toEqual([]);
    }
    expect(JSON.stringify(test.logLines)).not.toContain(secret);
  });

  it('is dealt with by the schedule, also when it was long away', async () => {
    await test.db('password_reset_requests').insert({ email: cast.bob.email, requested_at: new Date() });
    expect(await test.handleResets(new Date(Date.now() + HOUR_MS))).toEqual({
      mailed: 1,
      dropped: 0,
      failed: 0,
    });
    expect((await test.mails())[0]?.subject).toBe('A new password for YouAreCoder');
  });
});

describe('a request that always fails', () => {
  it('does not keep those behind it waiting, and is given up after a day', async () => {
    const { ownerDb } = test.database;
    await ownerDb.raw(
      `alter table password_resets add constraint broken check (user_id <> ${String(cast.alice.id)}) not valid`,
    );
    try {
      const hourAgo = new Date(Date.now() - HOUR_MS);
      for (const email of [cast.alice.email, cast.bob.email])
        await test.db('password_reset_requests').insert({ email, requested_at: hourAgo });
      expect(await test.handleResets()).toEqual({ mailed: 1, dropped: 0, failed: 1 });
      expect((await test.mails()).map(({ to }) => to)).toEqual([cast.bob.email]);
      expect(await test.db('password_reset_requests').pluck('email')).toEqual([cast.alice.email]);
      expect(await test.handleResets(new Date(Date.now() + 24 * HOUR_MS))).toEqual({
        mailed: 0,
        dropped: 0,
        failed: 1,
      });
      expect(await test.db('password_reset_requests').pluck('email')).toEqual([]);
    } finally {
      await ownerDb.raw('alter table password_resets drop constraint broken');
    }
  });
});

describe('without a mail server', () => {
  it('a developer’s page shows the link, and production says that nothing can be sent', async () => {
    const developer = await createTestApp({ database: test.database, mailIsConfigured: false });
    try {
      const page = await new Visitor(developer.app).post('/auth/forgot', { email: cast.bob.email });
      const link = /\/auth\/reset\/[\w-]{43}/.exec(page.text)?.[0] ?? '';
      expect(page.text).toContain('Development: no mail server is set up');
      expect((await new Visitor(developer.app).get(link)).status).toBe(200);
    } finally {
      await developer.close();
    }
  });
});

describe('a sign-in with the old password', () => {
  it('that was checked before a new one was set signs nobody in', async () => {
    const { password_hash } = await test
      .db('users')
      .where('id', cast.bob.id)
      .first<{ password_hash: string }>();
    await ask(cast.bob.email);
    await new Visitor(test.app).post(await linkFor(cast.bob.email), { password: NEW });
    const signedIn = await test.db.transaction((trx) =>
      recordSignIn(trx, contextOf(test, cast.bob), {
        userId: cast.bob.id,
        email: cast.bob.email,
        deviceToken: null,
        method: 'password',
        checkedHash: password_hash,
      }),
    );
    expect(signedIn).toBeUndefined();
  });
});

describe('changing the password', () => {
  it('needs the old one, keeps this browser signed in and signs out the others', async () => {
    const [here, there] = [await signIn(test.app, cast.bob), await signIn(test.app, cast.bob)];
    const wrong = await here.post('/auth/password', { oldPassword: 'wrong', password: NEW });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('This is not your password');
    const response = await here.post('/auth/password', { oldPassword: PASSWORD, password: NEW });
    expect((await here.follow(response)).text).toContain('The password was changed.');
    expect((await here.get('/workspace')).status).toBe(200);
    expect((await there.get('/workspace')).status).toBe(303);
    expect(await canSignIn(cast.bob.email, NEW)).toBe(true);
    expect(await actionsOf(cast.bob.id)).toEqual(['password_changed refused', 'password_changed']);
    const trail = (await (await signIn(test.app, cast.alice)).get('/admin/audit')).text.replace(
      /<[^>]+>/g,
      '',
    );
    expect(trail).toContain('tried to change the password: wrong password');
    expect((await test.mails()).map(({ to }) => to)).toEqual([cast.bob.email]);
  });

  it('is possible five times an hour, since each mails its person', async () => {
    const bob = await signIn(test.app, cast.bob);
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const oldPassword = n === 0 ? PASSWORD : `${NEW} ${String(n - 1)}`;
      statuses.push(
        (await bob.post('/auth/password', { oldPassword, password: `${NEW} ${String(n)}` })).status,
      );
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429]);
  });

  it('is locked after five wrong ones', async () => {
    const bob = await signIn(test.app, cast.bob);
    for (let n = 0; n < 5; n += 1) await bob.post('/auth/password', { oldPassword: 'wrong', password: NEW });
    // By the lock, and not by the number of changes in an hour.
    await test.db('rate_limits').delete();
    const response = await bob.post('/auth/password', { oldPassword: PASSWORD, password: NEW });
    expect(response.status).toBe(429);
    expect(await canSignIn(cast.charlie.email, PASSWORD)).toBe(true);
  });
});

describe('requests for a new password', () => {
  it('are taken thirty times an hour from one address, whoever they are for', async () => {
    await test.db('rate_limits').delete();
    const visitor = new Visitor(test.app);
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1)
      statuses.push(
        (await visitor.post('/auth/forgot', { email: `nobody-${String(n)}@example.com` })).status,
      );
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
  });
});
