import { Secret } from 'otpauth';
import { beforeEach, describe, expect, it } from 'vitest';
import { totpCode } from '../../../src/auth/factors/totp.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildUser, type BuiltUser, type Cast } from '../../support/programs/build.ts';
import { codeAt } from '../../support/programs/second-factor.ts';
import { SoftwarePasskey } from '../../support/programs/software-passkey.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;
const PAGE = '/account/second-factor';

beforeEach(async () => {
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** Sets up an app as a person does, and returns its secret and the recovery codes shown. */
async function setUpApp(visitor: Visitor): Promise<{ secret: Buffer; codes: string[] }> {
  await visitor.post(`${PAGE}/totp`);
  const page = await visitor.get(`${PAGE}/totp`);
  const key = /id="totp-key">([A-Z2-7 ]+)</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? '';
  const secret = Buffer.from(Secret.fromBase32(key).bytes);
  const done = await visitor.post(`${PAGE}/totp/confirm`, { code: totpCode(secret, new Date()) });
  const codes = /<pre id="recovery-codes">([^<]*)</.exec(done.text)?.[1]?.trim().split('\n') ?? [];
  return { secret, codes };
}

const since = async ({ id }: BuiltUser): Promise<Date | null> =>
  (await test.db('users').where({ id }).first<{ second_factor_at: Date | null }>('second_factor_at'))
    .second_factor_at;

const actionsOf = async ({ id }: BuiltUser): Promise<string[]> =>
  (
    await test
      .db('audit_logs')
      .where('user_id', id)
      .where((query) =>
        query.whereLike('action_type', 'second_factor%').orWhereLike('action_type', 'recovery%'),
      )
      .orderBy('id')
      .select<{ action_type: string }[]>('action_type')
  ).map(({ action_type }) => action_type);

describe('an authenticator app', () => {
  it('counts once a code of it was given; then ten recovery codes are shown, once', async () => {
    const bob = await signIn(test.app, cast.bob);
    await bob.post(`${PAGE}/totp`);
    expect(await since(cast.bob)).toBeNull();
    const page = await bob.get(`${PAGE}/totp`);
    expect(page.headers['content-security-policy']).toContain("img-src 'self' data:");
    expect(page.text).toContain('src="data:image/svg+xml;base64,');
    const wrong = await bob.post(`${PAGE}/totp/confirm`, { code: '000000' });
    expect([wrong.status, wrong.text.includes('id="code-error"')]).toEqual([422, true]);
    const { codes } = await setUpApp(bob);
    expect(new Set(codes).size).toBe(10);
    expect(await since(cast.bob)).not.toBeNull();
    expect((await bob.get(PAGE)).text).toContain('10 codes are left');
    expect((await bob.get(PAGE)).text).not.toContain(codes[0]);
    expect(await actionsOf(cast.bob)).toEqual(['second_factor_added', 'recovery_codes_made']);
    const told = await test.mails();
    expect(told.map(({ to, subject }) => [to, subject])).toEqual([
      [cast.bob.email, 'An authenticator app was added to your YouAreCoder account'],
    ]);
    for (const table of ['audit_logs', 'recovery_codes', 'mails', 'totp_secrets', 'browser_sessions']) {
      const { rows } = await test.db.raw<{ rows: { text: string }[] }>(
        `select t::text as text from ${table} t`,
      );
      const leaked = rows.filter(({ text }) => codes.some((code) => text.includes(code)));
      expect(leaked, table).toEqual([]);
    }
  });

  it('does not sign in with the code that confirmed it', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { secret } = await setUpApp(bob);
    const other = new Visitor(test.app);
    await other.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    const used = await other.post('/auth/second-factor', { code: totpCode(secret, new Date()) });
    expect(used.status).toBe(422);
  });

  it('takes the place of another when it is confirmed, not before', async () => {
    const bob = await signIn(test.app, cast.bob);
    const first = await setUpApp(bob);
    await bob.post(`${PAGE}/totp`);
    expect(
      await test.db('totp_secrets').where('user_id', cast.bob.id).whereNotNull('confirmed_at'),
    ).toHaveLength(1);
    const second = await setUpApp(bob);
    expect([first.codes.length, second.codes.length]).toEqual([10, 0]);
    expect(await test.db('totp_secrets').where('user_id', cast.bob.id)).toHaveLength(1);
  });

  it('is asked for by a step-up, instead of the password, and goes with a step-up', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    await test
      .db('browser_sessions')
      .whereRaw("sess -> 'passport' ->> 'user' = ?", [String(cast.olivia.id)])
      .update({ sess: test.db.raw("sess #- '{proof}'") });
    const asked = await olivia.post(`${PAGE}/recovery-codes`);
    expect([asked.status, asked.text.includes('name="stepUpCode"')]).toEqual([403, true]);
    const byPassword = await olivia.post(`${PAGE}/recovery-codes`, { stepUpPassword: PASSWORD });
    expect(byPassword.status).toBe(422);
    const done = await olivia.post(`${PAGE}/recovery-codes`, { stepUpCode: codeAt() });
    expect(done.text).toContain('<pre id="recovery-codes">');
    const [row] = (await rowsOf(test.db, 'identity_confirmed')).filter(
      ({ user_id }) => user_id === cast.olivia.id,
    );
    expect(row?.details['method']).toBe('totp');
  });

  it('that was the last factor ends the recovery codes and the trust in browsers, after a page that says so', async () => {
    const bob = await signIn(test.app, cast.bob);
    await setUpApp(bob);
    await test
      .db('known_devices')
      .where('user_id', cast.bob.id)
      .update({ trusted_until: new Date(Date.now() + 1e9) });
    expect((await bob.get(`${PAGE}/totp/remove`)).text).toContain('It is the last one');
    await test.forgetMails();
    expect((await bob.post(`${PAGE}/totp/remove`)).headers.location).toBe(PAGE);
    expect(await since(cast.bob)).toBeNull();
    expect(await test.db('recovery_codes').where('user_id', cast.bob.id)).toEqual([]);
    expect(
      await test.db('known_devices').where('user_id', cast.bob.id).whereNotNull('trusted_until'),
    ).toEqual([]);
    expect((await test.mails()).map(({ subject }) => subject)).toEqual([
      'The authenticator app of your YouAreCoder account was removed',
    ]);
    expect((await bob.post(`${PAGE}/totp/remove`)).status).toBe(404);
    // The password alone signs in again.
    await signIn(test.app, cast.bob);
  });

  it('signs nobody in before a code of it was given', async () => {
    const bob = await signIn(test.app, cast.bob);
    await setUpApp(bob);
    await test
      .db('totp_secrets')
      .where('user_id', cast.bob.id)
      .update({ confirmed_at: null, last_step: null });
    const waiting = await bob.get(`${PAGE}/totp`);
    const key = /id="totp-key">([A-Z2-7 ]+)</.exec(waiting.text)?.[1]?.replaceAll(' ', '') ?? '';
    const other = new Visitor(test.app);
    await other.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    const code = totpCode(Buffer.from(Secret.fromBase32(key).bytes), new Date());
    expect((await other.post('/auth/second-factor', { code })).status).toBe(422);
  });

  it('stops taking codes after five wrong ones while it is set up', async () => {
    const bob = await signIn(test.app, cast.bob);
    await bob.post(`${PAGE}/totp`);
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1)
      statuses.push((await bob.post(`${PAGE}/totp/confirm`, { code: '000000' })).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });
});

describe('a change of one’s second factors', () => {
  it('asks for a fresh proof, whatever it is', async () => {
    const bob = await signIn(test.app, cast.bob);
    await setUpApp(bob);
    await new SoftwarePasskey().giveTo(test.db, cast.bob.id);
    const [key] = await test.db('passkeys').where('user_id', cast.bob.id).pluck<number[]>('id');
    await test
      .db('browser_sessions')
      .where('user_id', cast.bob.id)
      .update({ sess: test.db.raw("sess #- '{proof}'") });
    const changes = ['totp', 'totp/confirm', 'totp/remove', 'passkey', 'passkey/challenge', 'recovery-codes'];
    for (const path of [...changes, `passkeys/${String(key)}/remove`]) {
      const asked = await bob.post(`${PAGE}/${path}`);
      expect([asked.status, asked.text.includes('name="stepUpCode"')], path).toEqual([403, true]);
    }
    for (const path of ['totp', 'passkey'])
      expect((await bob.get(`${PAGE}/${path}`)).headers.location, path).toContain('/auth/step-up');
    expect(await actionsOf(cast.bob)).toEqual(['second_factor_added', 'recovery_codes_made']);
  });

  it('makes new recovery codes, and those before are good no longer', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { codes } = await setUpApp(bob);
    await bob.post(`${PAGE}/recovery-codes`);
    expect(await test.db('recovery_codes').where('user_id', cast.bob.id)).toHaveLength(10);
    const other = new Visitor(test.app);
    await other.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    expect((await other.post('/auth/second-factor', { code: codes[0] })).status).toBe(422);
  });
});

describe('the platform’s staff', () => {
  it('reach nothing without a second factor but setting one up, and then everything', async () => {
    const nina = await buildUser(test.db, { role: 'operator', hasFactor: false });
    const visitor = new Visitor(test.app);
    await visitor.post('/auth/login', { email: nina.email, password: PASSWORD });
    for (const path of ['/', '/admin', '/admin/security', '/account', '/auth/password'])
      expect((await visitor.get(path)).headers.location, path).toBe(PAGE);
    expect((await visitor.post('/admin/holds')).status).toBe(403);
    const profile = { fullName: 'Nina Newname', locale: 'en', timeZone: 'Europe/Istanbul' };
    expect((await visitor.post('/account/profile', profile)).status).toBe(403);
    expect(await test.db('users').where('id', nina.id).pluck('full_name')).toEqual([nina.full_name]);
    expect((await visitor.get(PAGE)).text).toContain('Please set up a second factor');
    expect((await visitor.get('/legal/terms')).status).toBe(200);
    await setUpApp(visitor);
    expect((await visitor.get('/admin')).status).toBe(200);
    expect((await visitor.post(`${PAGE}/totp/remove`)).status).toBe(422);
    expect(await since(nina)).not.toBeNull();
  });
});
