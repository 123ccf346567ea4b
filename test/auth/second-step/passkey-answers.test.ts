import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor, codeAt } from '../../support/programs/second-factor.ts';
import { SoftwarePasskey } from '../../support/programs/software-passkey.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';
import { cookieOf, rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;
let bobs: SoftwarePasskey;

beforeEach(async () => {
  cast = await buildCast(test.db);
  await buildSecondFactor(test.db, cast.bob);
  await test.db('known_devices').where('user_id', cast.bob.id).delete();
  bobs = new SoftwarePasskey();
  await bobs.giveTo(test.db, cast.bob.id);
});

async function givePassword(visitor: Visitor): Promise<void> {
  const given = { email: cast.bob.email, password: PASSWORD };
  expect((await visitor.post('/auth/login', given)).headers['location']).toBe('/auth/second-factor');
}

/** The challenge that a page gets for its device. */
async function challengeFor(visitor: Visitor, path: string): Promise<string> {
  const response = await visitor.post(path, {}, { accept: 'application/json' });
  return (response.body as { challenge: string }).challenge;
}

describe('the answer of a passkey at the second step', () => {
  let visitor: Visitor;
  let challenge: string;
  beforeEach(async () => {
    visitor = new Visitor(test.app);
    await givePassword(visitor);
    challenge = await challengeFor(visitor, '/auth/second-factor/challenge');
  });
  const finish = async (passkey: string, by = visitor): Promise<number> =>
    (await by.post('/auth/second-factor', { passkey })).status;

  it('signs in once: a second browser cannot use it again', async () => {
    const answer = bobs.answer(challenge);
    expect(await finish(answer)).toBe(303);
    const thief = new Visitor(test.app);
    await givePassword(thief);
    expect(await finish(answer, thief)).toBe(422);
  });

  it('signs in once also by a device that does not count its uses', async () => {
    const answer = bobs.answer(challenge, { counter: 0 });
    expect(await finish(answer)).toBe(303);
    const thief = new Visitor(test.app);
    await givePassword(thief);
    expect(await finish(answer, thief)).toBe(422);
    expect(await test.db('passkey_challenges').where('user_id', cast.bob.id)).toEqual([]);
  });

  it('does not count when the device counts back: it was copied, and the trail says so', async () => {
    await test.db('passkeys').where('user_id', cast.bob.id).update({ counter: 7 });
    for (const counter of [7, 3, 0]) {
      const next = await challengeFor(visitor, '/auth/second-factor/challenge');
      expect(await finish(bobs.answer(next, { counter }))).toBe(422);
    }
    const refused = (await rowsOf(test.db, 'login')).filter(({ user_id }) => user_id === cast.bob.id);
    expect(refused.map(({ error_message }) => error_message)).toEqual(
      Array.from({ length: 3 }, () => 'counter-went-back'),
    );
    expect(await finish(bobs.answer(challenge, { counter: 8 }))).toBe(303);
  });

  it('does not count when another person was asked for it', async () => {
    await buildSecondFactor(test.db, cast.charlie);
    await test.db('known_devices').where('user_id', cast.charlie.id).delete();
    const charlie = new Visitor(test.app);
    await charlie.post('/auth/login', { email: cast.charlie.email, password: PASSWORD });
    const asked = await challengeFor(charlie, '/auth/second-factor/challenge');
    expect(await finish(bobs.answer(asked))).toBe(422);
  });

  it('is that of the person whose password was given: another person’s does not count', async () => {
    const charlies = new SoftwarePasskey();
    await charlies.giveTo(test.db, cast.charlie.id);
    expect(await finish(charlies.answer(challenge))).toBe(422);
    expect(await finish(bobs.answer(challenge))).toBe(303);
  });

  it.each([
    ['of a device that has not checked its owner', { isVerified: false }],
    ['from the page of another site', { origin: 'https://evil.example.com' }],
    ['made for another host', { rpId: 'evil.example.com' }],
  ])('does not count %s', async (_what, of) => {
    expect(await finish(bobs.answer(challenge, of))).toBe(422);
  });

  it('does not count after the challenge has run out', async () => {
    await test.db('passkey_challenges').update({ expires_at: new Date(Date.now() - 1000) });
    expect(await finish(bobs.answer(challenge))).toBe(422);
  });

  it('does not count when the challenge was made for a sign-in without a password, nor the other way round', async () => {
    const other = await challengeFor(visitor, '/auth/passkey/challenge');
    expect(await finish(bobs.answer(other))).toBe(422);
    const alone = await visitor.post('/auth/passkey', { passkey: bobs.answer(challenge) });
    expect(alone.status).toBe(422);
  });
});

describe('the browser session', () => {
  it('gets a new id at the first step and at the second', async () => {
    const visitor = new Visitor(test.app);
    const first = await visitor.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    const again = await visitor.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    const done = await visitor.post('/auth/second-factor', { code: codeAt() });
    expect(done.status).toBe(303);
    const ids = [first, again, done].map((response) => cookieOf(response, 'yac'));
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(3);
  });

  it('of another person ends when the second step is done, with a row of their own', async () => {
    const visitor = await signIn(test.app, cast.alice);
    await givePassword(visitor);
    const done = await visitor.post('/auth/second-factor', { code: codeAt() });
    expect(done.status).toBe(303);
    const [logout] = [...(await rowsOf(test.db, 'logout'))].reverse();
    expect(logout).toMatchObject({ user_id: cast.alice.id, success: true });
    expect((await visitor.get('/account')).text).toContain(cast.bob.email);
  });
});
