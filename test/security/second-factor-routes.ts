import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Cast } from '../support/programs/build.ts';
import { PASSWORD } from '../support/sign-in.ts';
import type { RouteRule } from './route-matrix.ts';

type Expected = RouteRule['expect'];

const everyone = (status: number): Expected => ({
  stranger: status,
  bob: status,
  alice: status,
  charlie: status,
  olivia: status,
});

const signedIn = (stranger: number, status: number, olivia = status): Expected => ({
  ...everyone(status),
  stranger,
  olivia,
});

const reading = { none: 'changes nothing' };
const theirOwn = 'their own second factor';
const ownTest = (file: string): { none: string } => ({ none: `see test/auth/${file}` });

const bobsPasskey = async (db: Knex, { bob }: Cast): Promise<number> => {
  const [row] = await db('passkeys')
    .insert({
      user_id: bob.id,
      name: 'a phone',
      credential_id: randomUUID(),
      public_key: Buffer.from('none'),
      counter: 0,
      transports: [],
      is_synced: false,
      created_at: new Date(),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const bobsBrowser = async (db: Knex, { bob }: Cast): Promise<number> => {
  const [row] = await db('known_devices')
    .insert({
      user_id: bob.id,
      token_hash: randomUUID(),
      created_at: new Date(),
      last_used_at: new Date(),
      trusted_until: new Date(Date.now() + 86_400_000),
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
};

const own = '/account/second-factor';

/** The routes of second factors and of proofs. Bob, Alice and Charlie have no factor; Olivia has an app. */
export const secondFactorRules: RouteRule[] = [
  {
    route: 'GET /auth/step-up',
    target: () => ({ path: '/auth/step-up?returnTo=%2Fworkspace' }),
    expect: everyone(303),
    audit: reading,
  },
  {
    route: 'POST /auth/step-up',
    target: () => ({ path: '/auth/step-up', form: { stepUpPassword: PASSWORD, returnTo: '/' } }),
    // Olivia's password is no proof: she has a second factor.
    expect: signedIn(401, 303, 422),
    audit: 'identity_confirmed',
  },
  {
    route: 'POST /auth/step-up/challenge',
    target: () => ({ path: '/auth/step-up/challenge' }),
    expect: signedIn(401, 200),
    audit: { none: 'a challenge opens nothing until it is answered' },
    forStaff: theirOwn,
  },
  {
    route: 'GET /auth/second-factor',
    target: () => ({ path: '/auth/second-factor' }),
    expect: everyone(303),
    audit: reading,
  },
  {
    route: 'POST /auth/second-factor',
    target: () => ({ path: '/auth/second-factor', form: { code: '000000' } }),
    expect: everyone(303),
    audit: ownTest('second-step'),
    forStaff: 'leads to the sign-in, as for everybody who has given no password',
  },
  {
    route: 'POST /auth/second-factor/challenge',
    target: () => ({ path: '/auth/second-factor/challenge' }),
    expect: everyone(409),
    audit: ownTest('second-step'),
  },
  {
    route: 'POST /auth/passkey',
    target: () => ({ path: '/auth/passkey', form: { passkey: '{}' } }),
    expect: everyone(422),
    audit: ownTest('second-step'),
  },
  {
    route: 'POST /auth/passkey/challenge',
    target: () => ({ path: '/auth/passkey/challenge' }),
    expect: everyone(200),
    audit: { none: 'a challenge opens nothing until it is answered' },
    forStaff: theirOwn,
  },

  {
    route: 'GET /admin/second-factor',
    target: () => ({ path: '/admin/second-factor' }),
    expect: { ...signedIn(303, 200), bob: 403 },
    audit: reading,
  },
  {
    route: 'POST /admin/second-factor',
    target: () => ({ path: '/admin/second-factor', form: { from: '2040-01-01' } }),
    expect: { ...signedIn(401, 303, 403), bob: 403 },
    audit: 'second_factor_policy_changed',
  },
  {
    route: `GET ${own}`,
    target: () => ({ path: own }),
    expect: signedIn(303, 200),
    audit: reading,
  },
  {
    route: `POST ${own}/devices/:id/forget`,
    target: async (db, cast) => ({ path: `${own}/devices/${String(await bobsBrowser(db, cast))}/forget` }),
    expect: { ...signedIn(401, 404), bob: 303 },
    audit: 'device_trust_ended',
  },
  {
    route: `GET ${own}/totp`,
    target: () => ({ path: `${own}/totp` }),
    expect: everyone(303),
    audit: reading,
  },
  {
    route: `POST ${own}/totp/confirm`,
    target: () => ({ path: `${own}/totp/confirm`, form: { code: '000000' } }),
    expect: signedIn(401, 303),
    audit: ownTest('enrolment'),
    forStaff: theirOwn,
  },
  {
    route: `POST ${own}/totp`,
    target: () => ({ path: `${own}/totp` }),
    expect: signedIn(401, 303),
    audit: { none: 'the secret counts for nothing until a code of it was given' },
    forStaff: theirOwn,
  },
  {
    route: `GET ${own}/passkey`,
    target: () => ({ path: `${own}/passkey` }),
    expect: signedIn(303, 200),
    audit: reading,
  },
  {
    route: `POST ${own}/passkey/challenge`,
    target: () => ({ path: `${own}/passkey/challenge` }),
    expect: signedIn(401, 200),
    audit: { none: 'a challenge opens nothing until it is answered' },
    forStaff: theirOwn,
  },
  {
    route: `POST ${own}/passkey`,
    target: () => ({ path: `${own}/passkey`, form: { name: 'a phone', passkey: '{}' } }),
    expect: signedIn(401, 422),
    audit: ownTest('enrolment'),
  },
  {
    route: `POST ${own}/recovery-codes`,
    target: () => ({ path: `${own}/recovery-codes` }),
    expect: signedIn(401, 404, 200),
    audit: 'recovery_codes_made',
    forStaff: theirOwn,
  },
  {
    route: `GET ${own}/totp/remove`,
    target: () => ({ path: `${own}/totp/remove` }),
    expect: signedIn(303, 404, 200),
    audit: reading,
  },
  {
    route: `POST ${own}/totp/remove`,
    target: () => ({ path: `${own}/totp/remove` }),
    // Staff keep their last one.
    expect: signedIn(401, 404, 422),
    audit: ownTest('enrolment'),
  },
  {
    route: `GET ${own}/passkeys/:id/remove`,
    target: async (db, cast) => ({ path: `${own}/passkeys/${String(await bobsPasskey(db, cast))}/remove` }),
    expect: { ...signedIn(303, 404), bob: 200 },
    audit: reading,
  },
  {
    route: `POST ${own}/passkeys/:id/remove`,
    target: async (db, cast) => ({ path: `${own}/passkeys/${String(await bobsPasskey(db, cast))}/remove` }),
    expect: { ...signedIn(401, 404), bob: 303 },
    audit: 'second_factor_removed',
  },
];
