import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { buildSecondFactor } from '../../support/programs/second-factor.ts';
import { SoftwarePasskey } from '../../support/programs/software-passkey.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { rowsOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;
let bob: Visitor;
const PAGE = '/account/second-factor';

beforeEach(async () => {
  cast = await buildCast(test.db);
  bob = await signIn(test.app, cast.bob);
});

async function challengeFor(visitor: Visitor, path = `${PAGE}/passkey/challenge`): Promise<string> {
  const response = await visitor.post(path, {}, { accept: 'application/json' });
  return (response.body as { challenge: string }).challenge;
}

const add = (passkey: string): ReturnType<Visitor['post']> =>
  bob.post(`${PAGE}/passkey`, { name: 'A key', passkey });

const keysOf = (userId: number): Promise<string[]> =>
  test.db('passkeys').where('user_id', userId).orderBy('id').pluck<string[]>('credential_id');

describe('a new passkey', () => {
  it('is added with recovery codes, a row and the words that it was given, and signs in from then on', async () => {
    const key = new SoftwarePasskey();
    const added = await add(key.creation(await challengeFor(bob)));
    expect(added.text).toContain('<pre id="recovery-codes">');
    expect(await rowsOf(test.db, 'second_factor_added', added)).toMatchObject([
      { user_id: cast.bob.id, details: { kind: 'passkey', name: 'A key', is_first: true } },
    ]);
    await bob.post('/auth/logout');
    const answer = key.answer(await challengeFor(bob, '/auth/passkey/challenge'));
    expect((await bob.post('/auth/passkey', { passkey: answer })).status).toBe(303);
    expect((await bob.get('/workspace')).status).toBe(200);
  });

  it.each([
    ['from the page of another site', { origin: 'https://evil.example.com' }],
    ['of a device that has not checked its owner', { isVerified: false }],
  ])('is not taken %s', async (_what, of) => {
    const refused = await add(new SoftwarePasskey().creation(await challengeFor(bob), of));
    expect([refused.status, refused.text.includes('value="A key"')]).toEqual([422, true]);
    expect(await keysOf(cast.bob.id)).toEqual([]);
  });

  it('is taken for a challenge of ours, which is Bob’s, made for that, and used once', async () => {
    const alice = await signIn(test.app, cast.alice);
    const own = await challengeFor(bob);
    const challenges = [
      Buffer.alloc(32).toString('base64url'),
      await challengeFor(alice),
      await challengeFor(bob, '/auth/step-up/challenge'),
    ];
    for (const challenge of challenges)
      expect((await add(new SoftwarePasskey().creation(challenge))).status).toBe(422);
    expect((await add(new SoftwarePasskey().creation(own))).status).toBe(200);
    expect((await add(new SoftwarePasskey().creation(own))).status).toBe(422);
    expect(await keysOf(cast.bob.id)).toHaveLength(1);
  });

  it('is not taken beside twenty others', async () => {
    for (let n = 0; n < 20; n += 1) await new SoftwarePasskey().giveTo(test.db, cast.bob.id);
    const refused = await add(new SoftwarePasskey().creation(await challengeFor(bob)));
    expect([refused.status, refused.text.includes('value="A key"')]).toEqual([422, true]);
    expect(await keysOf(cast.bob.id)).toHaveLength(20);
  });
});

describe('the challenge of a new passkey', () => {
  it('is no proof of who somebody is', async () => {
    await buildSecondFactor(test.db, cast.bob);
    const key = new SoftwarePasskey();
    await key.giveTo(test.db, cast.bob.id);
    const confirm = async (challenge: string): Promise<number> =>
      (await bob.post('/auth/step-up', { stepUpPasskey: key.answer(challenge), returnTo: '/' })).status;
    const proven = await challengeFor(bob, '/auth/step-up/challenge');
    expect(await confirm(proven)).toBe(303);
    expect(await confirm(await challengeFor(bob))).toBe(422);
  });
});
