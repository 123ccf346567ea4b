import { beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor, codeAt } from '../../support/programs/second-factor.ts';
import { PASSWORD } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { recoveryCodeHash } from '../../../src/auth/factors/recovery-code.ts';
import { rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;
const CODE = 'abcd-efgh-jkmn-pqrs-tuvw-xyz2';

beforeEach(async () => {
  cast = await buildCast(test.db);
  await buildSecondFactor(test.db, cast.bob);
  await test.db('known_devices').where('user_id', cast.bob.id).delete();
  await test.db('recovery_codes').insert({
    user_id: cast.bob.id,
    code_hash: recoveryCodeHash(test.config.sessionSecret, cast.bob.id, CODE),
    created_at: new Date(),
  });
  await test.forgetMails();
});

/** Bob's browser after the right password. */
async function afterPassword(app = test.app): Promise<Visitor> {
  const visitor = new Visitor(app);
  const response = await visitor.post('/auth/login', {
    email: cast.bob.email,
    password: PASSWORD,
    returnTo: '/workspace/sessions',
  });
  expect(response.headers.location).toBe('/auth/second-factor');
  return visitor;
}

const signInsOf = async (): Promise<unknown[]> =>
  (await rowsOf(test.db, 'login'))
    .filter(({ user_id }) => user_id === cast.bob.id)
    .map(({ success, error_message, details }) => [
      success,
      error_message,
      details['method'],
      details['factor'],
    ]);

/** A code that is none: the right one with another last digit. */
const wrongCode = (): string => {
  const right = [-30_000, 0, 30_000].map((shift) => codeAt(new Date(Date.now() + shift)));
  return ['111111', '222222', '333333', '444444'].find((code) => !right.includes(code)) ?? '';
};

describe('a sign-in with a second factor', () => {
  it('is none before the second step: the password alone opens no page', async () => {
    const visitor = await afterPassword();
    for (const path of ['/workspace', '/account', '/auth/tokens', '/auth/password', '/account/second-factor'])
      expect((await visitor.get(path)).headers.location, path).toContain('/auth/login');
    expect((await visitor.post('/workspace', { name: 'x' })).status).toBe(401);
    expect(await signInsOf()).toEqual([]);
    expect((await rowsOf(test.db, 'second_factor_asked')).map(({ user_id }) => user_id)).toContain(
      cast.bob.id,
    );
  });

  it('is finished by a code of the app, leads where the person wanted to go, and says by what', async () => {
    const visitor = await afterPassword();
    const done = await visitor.post('/auth/second-factor', { code: codeAt() });
    expect(done.headers.location).toBe('/workspace/sessions');
    expect((await visitor.get('/workspace')).status).toBe(200);
    expect(await signInsOf()).toEqual([[true, null, 'password', 'totp']]);
    expect((await visitor.get('/auth/second-factor')).headers.location).toBe('/');
  });

  it('takes a code once, also of two requests at once', async () => {
    const visitors = [await afterPassword(), await afterPassword(), await afterPassword()];
    for (const visitor of visitors) await visitor.get('/auth/second-factor');
    const code = codeAt();
    const answers = await Promise.all(
      visitors.map((visitor) => visitor.post('/auth/second-factor', { code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
    const later = await (await afterPassword()).post('/auth/second-factor', { code });
    expect(later.text).toContain('This code is not right, or it has been used.');
  });

  it('takes a recovery code once, says so by mail, and trusts no browser by it', async () => {
    const visitor = await afterPassword();
    const typed = CODE.toUpperCase().replaceAll('-', ' ');
    const done = await visitor.post('/auth/second-factor', { code: typed, trusts: 'on' });
    expect(done.status).toBe(303);
    expect(await signInsOf()).toEqual([[true, null, 'password', 'recovery-code']]);
    expect((await test.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [cast.bob.email, 'A recovery code of your YouAreCoder account was used'],
    ]);
    expect((await (await afterPassword()).post('/auth/second-factor', { code: typed })).status).toBe(422);
    const trusted = await test
      .db('known_devices')
      .where('user_id', cast.bob.id)
      .whereNotNull('trusted_until');
    expect(trusted).toEqual([]);
  });

  it('notes a wrong code as a failed sign-in, and a form without one as none', async () => {
    const visitor = await afterPassword();
    const wrong = await visitor.post('/auth/second-factor', { code: wrongCode() });
    expect([wrong.status, wrong.text.includes('id="code-error"')]).toEqual([422, true]);
    expect((await visitor.post('/auth/second-factor', { code: ' ' })).status).toBe(422);
    expect(await signInsOf()).toEqual([[false, 'wrong-code', undefined, undefined]]);
  });

  it('is locked after five wrong codes, in every process, and a right password does not unlock it', async () => {
    const second = await createTestApp({ database: test.database });
    try {
      for (let n = 0; n < 5; n += 1) {
        const visitor = await afterPassword(n % 2 === 0 ? test.app : second.app);
        expect((await visitor.post('/auth/second-factor', { code: wrongCode() })).status).toBe(422);
      }
      const visitor = await afterPassword(second.app);
      const locked = await visitor.post('/auth/second-factor', { code: codeAt() });
      expect([locked.status, locked.headers['retry-after']]).toEqual([429, '1800']);
    } finally {
      await second.close();
    }
    expect((await test.mails()).map(({ subject }) => subject)).toEqual([
      'Somebody has your YouAreCoder password',
    ]);
    const lock = (await rowsOf(test.db, 'account_locked')).at(-1);
    expect([lock?.user_id, lock?.details['step']]).toEqual([cast.bob.id, 'second-factor']);
  });

  it('lets exactly five of many codes at once be looked at', async () => {
    const visitors: Visitor[] = [];
    for (let n = 0; n < 9; n += 1) visitors.push(await afterPassword());
    for (const visitor of visitors) await visitor.get('/auth/second-factor');
    const code = wrongCode();
    const answers = await Promise.all(
      visitors.map((visitor) => visitor.post('/auth/second-factor', { code })),
    );
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  it('is over after ten minutes, after another password was set, and for somebody deactivated', async () => {
    const late = await afterPassword();
    await test
      .db('browser_sessions')
      .whereRaw("sess -> 'pending' ->> 'userId' = ?", [String(cast.bob.id)])
      .update({
        sess: test.db.raw("jsonb_set(sess, '{pending,at}', ?::jsonb)", [
          JSON.stringify(Date.now() - 600_000),
        ]),
      });
    expect((await late.post('/auth/second-factor', { code: codeAt() })).headers.location).toBe('/auth/login');
    const changed = await afterPassword();
    const { password_hash } = await test
      .db('users')
      .where('id', cast.alice.id)
      .first<{ password_hash: string }>('password_hash');
    const { password_hash: before } = await test
      .db('users')
      .where('id', cast.bob.id)
      .first<{ password_hash: string }>('password_hash');
    await test
      .db('users')
      .where('id', cast.bob.id)
      .update({ password_hash: `${password_hash} ` });
    expect((await changed.post('/auth/second-factor', { code: codeAt() })).headers.location).toBe(
      '/auth/login',
    );
    await test.db('users').where('id', cast.bob.id).update({ password_hash: before });
    const gone = await afterPassword();
    await test.db('users').where('id', cast.bob.id).update({ deactivated_at: new Date() });
    expect((await gone.post('/auth/second-factor', { code: codeAt() })).headers.location).toBe('/auth/login');
    expect((await gone.get('/workspace')).headers.location).toContain('/auth/login');
    expect(await signInsOf()).toEqual([]);
  });

  it('says nothing about which factors there are', async () => {
    const withApp = (await (await afterPassword()).get('/auth/second-factor')).text;
    await test.db('totp_secrets').where('user_id', cast.bob.id).delete();
    await test.db('recovery_codes').where('user_id', cast.bob.id).delete();
    const without = (await (await afterPassword()).get('/auth/second-factor')).text;
    const plain = (text: string): string => text.replace(/(nonce|value|datetime)="[^"]*"|\d\d:\d\d/g, '');
    expect(plain(withApp)).toBe(plain(without));
    const visitor = await afterPassword();
    const challenge = await visitor
      .rawPost('/auth/second-factor/challenge')
      .set(
        'x-csrf-token',
        /name="_csrf" value="([^"]+)"/.exec((await visitor.get('/auth/second-factor')).text)?.[1] ?? '',
      );
    expect(challenge.body).toMatchObject({
      allowCredentials: [],
      userVerification: 'required',
      rpId: 'localhost',
    });
  });
});

describe('a wrong password', () => {
  it('is answered alike with and without a second factor, and asks for none', async () => {
    const answerTo = async (email: string) => {
      const response = await new Visitor(test.app).post('/auth/login', { email, password: 'wrong' });
      const text = response.text
        .replaceAll(email, 'X')
        .replace(/(nonce|value|datetime)="[^"]*"|\d\d:\d\d/g, '');
      return [response.status, text];
    };
    expect(await answerTo(cast.bob.email)).toEqual(await answerTo(cast.alice.email));
  });
});

describe('a remembered browser', () => {
  it('is spared the second step for thirty days, until it is forgotten, and only for the same person', async () => {
    const visitor = await afterPassword();
    await visitor.post('/auth/second-factor', { code: codeAt(), trusts: 'on' });
    const device = await test
      .db('known_devices')
      .where('user_id', cast.bob.id)
      .first<{ id: number; trusted_until: Date }>();
    expect((device.trusted_until.getTime() - Date.now()) / 86_400_000).toBeCloseTo(30, 2);
    await visitor.post('/auth/logout');
    const again = { email: cast.bob.email, password: PASSWORD };
    expect((await visitor.post('/auth/login', again)).headers.location).toBe('/');
    expect((await signInsOf()).at(-1)).toEqual([true, null, 'password', 'remembered-device']);
    expect((await visitor.get('/account/second-factor')).text).toContain('Ask again');
    await visitor.post(`/account/second-factor/devices/${String(device.id)}/forget`);
    await visitor.post('/auth/logout');
    expect((await visitor.post('/auth/login', again)).headers.location).toBe('/auth/second-factor');
  });

  it('is asked again after its thirty days, and after a new password by mail', async () => {
    const visitor = await afterPassword();
    await visitor.post('/auth/second-factor', { code: codeAt(), trusts: 'on' });
    await test.db('known_devices').where('user_id', cast.bob.id).update({ trusted_until: new Date() });
    await visitor.post('/auth/logout');
    const again = { email: cast.bob.email, password: PASSWORD };
    expect((await visitor.post('/auth/login', again)).headers.location).toBe('/auth/second-factor');
  });
});
