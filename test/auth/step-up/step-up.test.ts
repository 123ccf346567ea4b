import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildWorkspace, type BuiltUser, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor, codeAt, TRUSTED_DEVICE } from '../../support/programs/second-factor.ts';
import { newKeyLine } from '../../support/programs/ssh-keys.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(test.db);
});

/** Signed in, with a proof that is so many minutes old. */
async function afterMinutes(person: BuiltUser, minutes: number): Promise<Visitor> {
  const visitor = await signIn(test.app, person);
  const at = Date.now() - minutes * MINUTE_MS;
  await test
    .db('browser_sessions')
    .whereRaw("sess -> 'passport' ->> 'user' = ?", [String(person.id)])
    .update({ sess: test.db.raw("jsonb_set(sess, '{proof,at}', ?::jsonb)", [JSON.stringify(at)]) });
  return visitor;
}

const countTokens = async (): Promise<number> =>
  (await test.db('access_tokens').where('user_id', cast.bob.id).select('id')).length;

const token = { name: 'a name & more', days: '30', workspacesRead: 'on', sessionsRead: 'on' };

describe('a proof', () => {
  it('is the sign-in itself for ten minutes, and no longer', async () => {
    const fresh = await afterMinutes(cast.bob, 9.9);
    expect((await fresh.post('/auth/tokens', token)).status).toBe(200);
    const stale = await afterMinutes(cast.bob, 10);
    expect((await stale.post('/auth/tokens', token)).status).toBe(403);
    // From a clock that was wrong.
    const future = await afterMinutes(cast.bob, -1);
    expect((await future.post('/auth/tokens', token)).status).toBe(403);
    expect(await countTokens()).toBe(1);
  });

  it('is asked for by a form that carries what was typed, and goes on with it', async () => {
    const bob = await afterMinutes(cast.bob, 11);
    const asked = await bob.post('/auth/tokens', token, { referer: 'http://127.0.0.1/elsewhere' });
    expect(asked.text).toContain('Please confirm that it is you');
    expect(asked.text).toContain('action="/auth/tokens"');
    expect(asked.text).toContain('<input type="hidden" name="name" value="a name &amp; more">');
    const carried = fieldsOf(asked.text);
    expect(carried).toMatchObject(token);
    const wrong = await bob.post('/auth/tokens', { ...carried, stepUpPassword: 'wrong' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('This is not your password.');
    expect(fieldsOf(wrong.text)).toMatchObject(token);
    const empty = await bob.post('/auth/tokens', { ...carried, stepUpPassword: '' });
    expect([empty.status, empty.text.includes('id="stepUpPassword-error"')]).toEqual([422, true]);
    expect(await countTokens()).toBe(0);
    const done = await bob.post('/auth/tokens', { ...carried, stepUpPassword: PASSWORD });
    expect(done.status).toBe(200);
    expect(done.text).toContain('a name &amp; more');
    expect(await countTokens()).toBe(1);
    // The proof holds for the next one.
    expect((await bob.post('/auth/tokens', token)).status).toBe(200);
    const rows = await rowsOf(test.db, 'identity_confirmed');
    expect(rows.map((row) => [row.success, row.error_message, row.user_id, row.details])).toEqual([
      [false, 'wrong-password', cast.bob.id, { method: 'password', before: '/auth/tokens' }],
      [true, null, cast.bob.id, { method: 'password', before: '/auth/tokens' }],
    ]);
  });

  it('is not a sign-in in a browser that is spared the second factor, however new', async () => {
    await buildSecondFactor(test.db, cast.bob);
    const bob = new Visitor(test.app);
    bob.setDevice(TRUSTED_DEVICE);
    expect((await bob.post('/auth/login', { email: cast.bob.email, password: PASSWORD })).status).toBe(303);
    const asked = await bob.post('/auth/tokens', token);
    expect([asked.status, await countTokens()]).toEqual([403, 0]);
    expect((await bob.post('/auth/tokens', { ...token, stepUpPassword: PASSWORD })).status).toBe(422);
    const given = { ...token, stepUpCode: codeAt() };
    expect((await bob.post('/auth/tokens', given)).status).toBe(200);
  });

  it('of another browser session, or of another person, counts for nothing', async () => {
    const [here, there] = [await afterMinutes(cast.bob, 11), await signIn(test.app, cast.bob)];
    expect((await there.post('/auth/tokens', token)).status).toBe(200);
    expect((await here.post('/auth/tokens', { ...token, stepUpPassword: 'of alice' })).status).toBe(422);
  });

  it('is refused after five wrong passwords, with the lock of the sign-in, also across both', async () => {
    const bob = await afterMinutes(cast.bob, 11);
    for (let n = 0; n < 3; n += 1)
      await bob.post('/auth/step-up', { stepUpPassword: 'wrong', returnTo: '/' });
    for (let n = 0; n < 2; n += 1)
      await bob.post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    const locked = await bob.post('/auth/tokens', { ...token, stepUpPassword: PASSWORD });
    expect(locked.status).toBe(429);
    expect(locked.text).toContain('Too many attempts');
    expect(fieldsOf(locked.text)).toMatchObject(token);
    await test.writeCounted();
    const rows = await rowsOf(test.db, 'identity_confirmed');
    expect(rows.filter(({ user_id }) => user_id === cast.bob.id).map((row) => row.error_message)).toEqual([
      'wrong-password',
      'wrong-password',
      'wrong-password',
      'locked',
    ]);
  });

  it('is refused after five wrong codes: told in the trail and by mail, and opened by an admin', async () => {
    const bob = await signIn(test.app, cast.bob);
    await buildSecondFactor(test.db, cast.bob);
    await test.forgetMails();
    const right = [-30_000, 0, 30_000].map((shift) => codeAt(new Date(Date.now() + shift)));
    const code = ['111111', '222222', '333333', '444444'].find((one) => !right.includes(one));
    for (let n = 0; n < 5; n += 1)
      expect((await bob.post('/auth/tokens', { ...token, stepUpCode: code })).status).toBe(422);
    const late = await bob.post('/auth/tokens', { ...token, stepUpCode: codeAt() });
    expect([late.status, late.headers['retry-after']]).toEqual([429, '1800']);
    const locks = (await rowsOf(test.db, 'account_locked')).filter(({ user_id }) => user_id === cast.bob.id);
    expect(locks.map(({ details }) => details['step'])).toEqual(['second-factor']);
    expect((await test.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [cast.bob.email, 'Somebody has your YouAreCoder password'],
    ]);
    const alice = await signIn(test.app, cast.alice);
    const page = `/admin/users/${String(cast.bob.id)}`;
    expect((await alice.get(page)).text).toContain('Sign-in is locked until');
    await alice.post(`${page}/unlock`);
    expect((await alice.get(page)).text).not.toContain('Sign-in is locked until');
    expect((await bob.post('/auth/tokens', { ...token, stepUpCode: codeAt() })).status).toBe(200);
  });

  it('leads back to the page that asked for it, and never to another site', async () => {
    const alice = await afterMinutes(cast.alice, 11);
    const page = await alice.get('/auth/step-up?returnTo=%2Fadmin%2Fusers');
    expect(page.text).toContain('name="returnTo" value="/admin/users"');
    const back = await alice.post('/auth/step-up', { stepUpPassword: PASSWORD, returnTo: '/admin/users' });
    expect(back.headers.location).toBe('/admin/users');
    const evil = { stepUpPassword: PASSWORD, returnTo: '//evil.example.com' };
    expect((await alice.post('/auth/step-up', evil)).headers.location).toBe('/');
    expect((await alice.get('/auth/step-up?returnTo=//evil.example.com')).headers.location).toBe('/');
  });

  it('sends nobody’s password to the route, nor a private key back to the page', async () => {
    const bob = await afterMinutes(cast.bob, 11);
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----';
    const refused = await bob.post('/auth/ssh-keys', { label: 'laptop', key });
    expect(refused.text).not.toContain('AAAA');
    expect(refused.text).not.toContain('Please confirm that it is you');
    const asked = await bob.post('/auth/ssh-keys', {
      label: 'laptop',
      key: newKeyLine(),
      password: 'a lamp',
    });
    expect(asked.status).toBe(403);
    expect(asked.text).not.toContain('a lamp');
  });
});

describe('before a download', () => {
  it('the proof leads to a page that fetches the file', async () => {
    const path = `/admin/users/${String(cast.bob.id)}/export-logs?format=csv&progress=`;
    const alice = await afterMinutes(cast.alice, 11);
    const asked = await alice.get(path);
    expect([asked.status, asked.headers.location]).toEqual([
      303,
      `/auth/step-up?${new URLSearchParams({ returnTo: path, download: '1' }).toString()}`,
    ]);
    const form = fieldsOf((await alice.follow(asked)).text);
    const page = await alice.post('/auth/step-up', { ...form, stepUpPassword: PASSWORD });
    expect(page.text).toContain(`content="0; url=${path.replaceAll('&', '&amp;')}"`);
    expect(page.text).toContain(`href="/admin/users/${String(cast.bob.id)}"`);
    expect((await alice.get(path)).headers['content-disposition']).toContain('attachment');
  });
});

describe('these', () => {
  it('all ask for it: evidence, the trail or the use as a file, a role, a hold’s release, locking an account, a token, a key', async () => {
    const alice = await afterMinutes(cast.alice, 11);
    const olivia = await afterMinutes(cast.olivia, 11);
    const [hold] = await test
      .db('legal_holds')
      .insert({
        company_id: cast.acme.id,
        kind: 'dispute',
        reference: 'a case',
        reason: 'the bank asks',
        placed_at: new Date(),
        placed_by: cast.olivia.id,
      })
      .returning<{ id: number }[]>('id');
    const [incident] = await test
      .db('incidents')
      .insert({ company_id: cast.acme.id, user_id: cast.bob.id, opened_at: new Date() })
      .returning<{ id: number }[]>('id');
    await test.db('incident_steps').insert({ incident_id: incident!.id, at: new Date(), kind: 'opened' });
    const lock = `/admin/alerts/incidents/${String(incident!.id)}/secure`;
    const bobs = `/admin/users/${String(cast.bob.id)}`;
    const ofAcme = `?company=${String(cast.acme.id)}`;
    const gets = [`${bobs}/export-logs`, '/admin/audit.csv', '/admin/audit?format=csv', '/admin/usage.csv'];
    gets.push('/account/data/download.json', '/account/data/download.pdf');
    for (const path of gets)
      expect((await alice.get(path)).headers.location, path).toMatch(/^\/auth\/step-up\?returnTo=/);
    const release = `/admin/holds/${String(hold!.id)}/release${ofAcme}`;
    const posts: [Visitor, string][] = [
      [alice, `${bobs}/role`],
      [olivia, release],
      [alice, lock],
      [alice, '/auth/tokens'],
      [alice, '/auth/ssh-keys'],
    ];
    for (const [visitor, path] of posts) {
      const response = await visitor.post(path, { role: 'admin', note: 'over', confirm: 'on' });
      expect([response.status, /name="stepUp(Password|Code)"/.test(response.text)], path).toEqual([
        403,
        true,
      ]);
    }
    expect(await test.db('legal_holds').where('id', hold!.id).first('released_at')).toEqual({
      released_at: null,
    });
    expect(await test.db('users').where('id', cast.bob.id).first('role', 'password_blocked_at')).toEqual({
      role: 'member',
      password_blocked_at: null,
    });
    // Without the tick nobody is asked: the form is shown again.
    const unticked = await alice.post(lock);
    expect([unticked.status, unticked.text.includes('Tick this first.')]).toEqual([422, true]);
  });

  it('do not: what is not sensitive', async () => {
    const bob = await afterMinutes(cast.bob, 60);
    const workspace = await buildWorkspace(test.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    expect((await bob.get(`/workspace/${String(workspace.id)}`)).status).toBe(200);
    expect((await bob.post('/workspace', { name: 'another' })).status).toBe(303);
  });
});

/** The hidden fields of the form that asks, its token apart. */
function fieldsOf(html: string): Record<string, string> {
  const form = html.split('<form').find((part) => part.includes('name="stepUpPassword"')) ?? '';
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  const plain = (text: string): string =>
    text
      .replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
      .replaceAll('&amp;', '&');
  return Object.fromEntries(
    fields.filter(([, name]) => name !== '_csrf').map(([, name = '', value = '']) => [name, plain(value)]),
  );
}
