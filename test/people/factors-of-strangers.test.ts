import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/durations.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { watchEvents } from '../../src/alerts/watch/watch-events.ts';
import { rowsOf } from '../auth/rows.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { buildSecondFactor, TRUSTED_DEVICE } from '../support/programs/second-factor.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Cast;
let count = 0;
const NEW = 'a lamp that whispers';
const OWN = 'a chair that sings';

beforeEach(async () => {
  await test.db('rate_limits').delete();
  cast = await buildCast(test.db);
  await test.forgetMails();
});

/** An app, a passkey, a recovery code and a remembered browser: as a stranger would add them. */
async function addFactors(person: { id: number; email: string }, at = new Date()): Promise<void> {
  await buildSecondFactor(test.db, person, at);
  await addPasskey(person.id, at);
}

async function addPasskey(userId: number, at: Date): Promise<void> {
  count += 1;
  const key = { credential_id: `key-${String(count)}`, public_key: Buffer.from('key'), counter: 0 };
  const rest = { transports: ['usb'], is_synced: false, created_at: at, name: 'A key' };
  await test.db('passkeys').insert({ user_id: userId, ...key, ...rest });
  const code = { code_hash: `code-${String(count)}`, created_at: at };
  await test.db('recovery_codes').insert({ user_id: userId, ...code });
}

/** The number of apps, passkeys, recovery codes and remembered browsers, and whether the account has any. */
async function factorsOf(userId: number): Promise<unknown[]> {
  const counts = await Promise.all([
    test.db('totp_secrets').where('user_id', userId).pluck('id'),
    test.db('passkeys').where('user_id', userId).pluck('id'),
    test.db('recovery_codes').where('user_id', userId).pluck('id'),
    test.db('known_devices').where('user_id', userId).whereNotNull('trusted_until').pluck('id'),
  ]);
  const { second_factor_at: since } = await test.db('users').where('id', userId).first('second_factor_at');
  return [...counts.map(({ length }) => length), since !== null];
}

async function linkTo(email: string, kind: string): Promise<string> {
  const found = async (): Promise<string> =>
    (await test.mails())
      .filter(({ to }) => to === email)
      .flatMap(({ text }) => new RegExp(`/auth/${kind}/[\\w-]{43}`).exec(text)?.[0] ?? [])
      .at(-1) ?? '';
  await expect.poll(found).not.toBe('');
  return found();
}

/** Registers with an address whose mail somebody else reads. */
async function registered(email: string): Promise<{ id: number; email: string }> {
  count += 1;
  await new Visitor(test.app).post('/auth/register', {
    companyName: `Own ${String(count)}`,
    subdomain: `strange-${String(count)}-x`,
    fullName: 'Dave Newcomer',
    email,
    password: OWN,
    acceptTerms: 'on',
    acceptPrivacy: 'on',
  });
  const { id } = await test
    .db('users')
    .where('email', email)
    .orderBy('id', 'desc')
    .first<{ id: number }>('id');
  return { id, email };
}

/** Changes the address of a person with a second factor of that age. */
async function changeAddress(person: Cast['bob'], at = new Date()): Promise<void> {
  const visitor = await signIn(test.app, person);
  const email = newEmail();
  await visitor.post('/account/email', { email });
  await buildSecondFactor(test.db, person, at);
  await visitor.post(await linkTo(email, 'new-email'));
}

/** Signs in from a browser with that cookie, and returns where that leads. */
async function signsIn(email: string, password: string, device?: string): Promise<string> {
  const headers = device === undefined ? {} : { cookie: `yac_device=${device}` };
  const visitor = new Visitor(test.app, headers);
  const { headers: answer, status } = await visitor.post('/auth/login', { email, password });
  return String(answer.location ?? status);
}

const knownDevices = (userId: number): Promise<number[]> =>
  test.db('known_devices').where('user_id', userId).whereNull('forgotten_at').pluck<number[]>('id');

const newEmail = (): string => `owner-${String((count += 1))}@example.com`;

describe('the second factors of somebody who registered with another’s address', () => {
  it('end with the claim by a new password, and the owner gets in by it alone', async () => {
    const stranger = await registered(newEmail());
    await addFactors(stranger);
    await new Visitor(test.app).post('/auth/forgot', { email: stranger.email });
    await test.handleResets();
    const reset = await new Visitor(test.app).post(await linkTo(stranger.email, 'reset'), { password: NEW });
    expect(await factorsOf(stranger.id)).toEqual([0, 0, 0, 0, false]);
    expect(await signsIn(stranger.email, NEW)).toBe('/');
    const rows = await rowsOf(test.db, 'second_factor_removed', reset);
    expect(rows.map(({ details }) => [details['kind'], details['was_last'], details['cause']])).toEqual([
      ['totp', false, 'claimed'],
      ['passkey', true, 'claimed'],
    ]);
  });

  it('end with the account, and the stranger’s browser is spared no factor of the owner’s account', async () => {
    const stranger = await registered(newEmail());
    await addFactors(stranger);
    const owner = await registered(stranger.email);
    const confirmed = await new Visitor(test.app).post(await linkTo(owner.email, 'confirm'), {
      password: OWN,
    });
    expect(confirmed.status).toBe(303);
    expect(await factorsOf(stranger.id)).toEqual([0, 0, 0, 0, false]);
    await test.db('users').where('id', owner.id).update({ second_factor_at: new Date() });
    expect(await signsIn(owner.email, OWN, TRUSTED_DEVICE)).toBe('/auth/second-factor');
  });
});

describe('a browser that was remembered for an address', () => {
  it('is not known to the next person who has the address, and each has a row of their own', async () => {
    await changeAddress(cast.bob);
    await test.db('email_changes').where('user_id', cast.bob.id).update({ back_ended_at: new Date() });
    const { id, email } = await registered(cast.bob.email);
    await test.db('users').where({ id }).update({ second_factor_at: new Date() });
    expect(await signsIn(email, OWN, TRUSTED_DEVICE)).toBe('/auth/second-factor');
    await test.db('users').where({ id }).update({ second_factor_at: null });
    expect(await signsIn(email, OWN, TRUSTED_DEVICE)).toBe('/');
    const login = (await rowsOf(test.db, 'login')).at(-1);
    expect([login?.user_id, login?.details['new_device'], login?.details['known_to_others']]).toEqual([
      id,
      true,
      true,
    ]);
    const ofThem = await test.db('known_devices').where('user_id', id).pluck('trusted_until');
    expect(ofThem).toEqual([null, null]);
  });
});

describe('a thief’s second factors', () => {
  it('end with the way back of an address, those of before stay', async () => {
    const old = new Date(Date.now() - 40 * DAY_MS);
    await changeAddress(cast.bob, old);
    await addPasskey(cast.bob.id, old);
    await addPasskey(cast.bob.id, new Date());
    await new Visitor(test.app).post(await linkTo(cast.bob.email, 'restore-email'));
    expect(await factorsOf(cast.bob.id)).toEqual([1, 1, 1, 0, true]);
    // A passkey signs in without a password, so the password alone would hold nobody back.
    const { password_blocked_at: blocked } = await test.db('users').where('id', cast.bob.id).first();
    expect(blocked).toBeInstanceOf(Date);
  });

  it('end with “this wasn’t me”, and the person gets in by a new password', async () => {
    await signIn(test.app, cast.bob, { 'x-forwarded-for': '85.105.10.20', 'user-agent': 'Firefox/140.0' });
    await signIn(test.app, cast.bob, { 'x-forwarded-for': '197.210.1.1', 'user-agent': 'Chrome/140.0' });
    const context = systemContext({ name: 'test', at: new Date(), log: test.deps.log });
    await watchEvents(test.db, context, { config: test.config, settleMs: 0 });
    const link = await linkTo(cast.bob.email, 'not-me');
    await addFactors(cast.bob);
    await new Visitor(test.app).post(link);
    expect(await factorsOf(cast.bob.id)).toEqual([0, 0, 0, 0, false]);
    expect(await knownDevices(cast.bob.id)).toEqual([]);
    await new Visitor(test.app).post(await linkTo(cast.bob.email, 'reset'), { password: NEW });
    expect(await signsIn(cast.bob.email, NEW)).toBe('/');
    const [secured] = await test
      .db('audit_logs')
      .where({ action_type: 'account_secured', user_id: cast.bob.id });
    expect(secured.details).toMatchObject({ second_factors_removed: 2 });
  });
});

describe('a new password by mail', () => {
  it('is no way around a second factor, also in a browser that was spared it', async () => {
    await addFactors(cast.bob);
    await new Visitor(test.app).post('/auth/forgot', { email: cast.bob.email });
    await test.handleResets();
    await new Visitor(test.app).post(await linkTo(cast.bob.email, 'reset'), { password: NEW });
    expect(await factorsOf(cast.bob.id)).toEqual([1, 1, 1, 0, true]);
    expect(await signsIn(cast.bob.email, NEW, TRUSTED_DEVICE)).toBe('/auth/second-factor');
  });
});
