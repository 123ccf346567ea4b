import { createHash } from 'node:crypto';
import supertest from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { FAILURES_BEFORE_LOCK } from '../../src/auth/login-lock.ts';
import { refuseSignIn } from '../../src/auth/refuse-sign-in.ts';
import { readBundle } from '../evidence/support.ts';
import { useTestApp } from '../support/app.ts';
import { buildAccessToken, buildCast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const test = useTestApp({ env: { TRUST_PROXY: '1' } });
let cast: Awaited<ReturnType<typeof buildCast>>;

beforeEach(async () => {
  cast = await buildCast(test.db);
  await test.db('rate_limits').delete();
  await test.db('refused_attempts').delete();
});

/** More than the twenty that get rows of their own. Each unknown person costs the hash of a password. */
const FLOOD = 24;
/** More than the thirty refusals a minute after which the limit answers. */
const PAST_THE_LIMIT = 40;

async function countRows(): Promise<number> {
  const { count } = (await test.db('audit_logs').count('* as count').first()) as { count: number };
  return count;
}

/**
 * How many rows `once`, done so often, leaves in the evidence of everybody, those of the window's end
 * included.
 */
async function flood(once: (n: number) => Promise<unknown>, times = FLOOD): Promise<number> {
  await test.writeCounted();
  const before = await countRows();
  for (let n = 0; n < times; n += 1) await once(n);
  await test.writeCounted();
  return (await countRows()) - before;
}

const post = (path: string, fields: object, address = '203.0.113.50'): Promise<unknown> =>
  supertest(test.app).post(path).type('form').set('x-forwarded-for', address).send(fields);

/** A browser that comes from an address, and has a page's form token. */
async function stranger(address = '203.0.113.50'): Promise<Visitor> {
  const visitor = new Visitor(test.app, { 'x-forwarded-for': address });
  await visitor.get('/auth/login');
  return visitor;
}

describe('what a stranger sends without end', () => {
  it('leaves one row for all sign-ins that a lock refuses, besides the five that were looked at', async () => {
    const visitor = await stranger();
    const rows = await flood(() => visitor.post('/auth/login', { email: cast.bob.email, password: 'wrong' }));
    expect(rows).toBe(FAILURES_BEFORE_LOCK + 2); // five, the lock, and one with a count
    const [counted] = await test.db('audit_logs').orderBy('id', 'desc').limit(1);
    expect(counted).toMatchObject({
      user_id: cast.bob.id,
      error_message: 'locked',
      ip_address: '203.0.113.50',
    });
    expect(counted.details).toMatchObject({
      email: cast.bob.email,
      known_device: false,
      attempts: FLOOD - FAILURES_BEFORE_LOCK,
    });
    const { bundle, others } = await bundleOf();
    expect(bundle.summary).toMatchObject({ failed_logins: FLOOD, failed_logins_known_device: 0 });
    expect(others).toBe(FLOOD);
    const bare = await test.db('security_events').where({ kind: 'sign-in-refused' });
    expect(bare.length).toBeGreaterThan(0);
  });

  it('leaves one row for all that the limit of an address refuses', async () => {
    const visitor = await stranger();
    await visitor.post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    await test.db('rate_limits').where('key', 'like', 'sign-in-ip%').update({ points: 200 });
    const rows = await flood(() => visitor.post('/auth/login', { email: cast.bob.email, password: 'wrong' }));
    expect(rows).toBe(1);
  });

  it('leaves a bounded number however many addresses it comes from', async () => {
    await test.db('login_locks').insert({
      key: createHash('sha256').update(cast.bob.email).digest('hex'),
      failed_count: 5,
      locked_until: new Date(Date.now() + 1_000_000),
      updated_at: new Date(),
    });
    const visitor = await stranger();
    const rows = await flood((n) => {
      visitor.headers['x-forwarded-for'] = `203.0.113.${String(n)}`;
      return visitor.post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    });
    expect(rows).toBe(21);
    const { bundle, others } = await bundleOf();
    expect(bundle.summary.failed_logins).toBe(FLOOD);
    expect(others).toBe(FLOOD);
    const rest = bundle.audit_logs.find(({ details }) => details?.several_addresses === true);
    expect(rest).toMatchObject({ ip_address: null, details: { attempts: FLOOD - 20 } });
  });

  it.each([
    [
      'e-mail addresses that nobody has',
      (n: number) => ({ email: `n${String(n)}@example.com`, password: 'x' }),
    ],
    ['forms without a password', () => ({ email: 'nobody@example.com', password: '' })],
  ])('leaves twenty rows and a count of %s', async (_what, fields) => {
    const visitor = await stranger();
    const rows = await flood((n) => visitor.post('/auth/login', fields(n)));
    expect(rows).toBe(21);
  });

  it('leaves twenty rows and a count of the locks on e-mail addresses that nobody has', async () => {
    // Each is locked by its next wrong password, as after four.
    const emails = Array.from({ length: FLOOD }, (_, n) => `locked${String(n)}@example.com`);
    await test.db('login_locks').insert(
      emails.map((email) => ({
        key: createHash('sha256').update(email).digest('hex'),
        failed_count: FAILURES_BEFORE_LOCK - 1,
        updated_at: new Date(),
      })),
    );
    const visitor = await stranger();
    const rows = await flood((n) => visitor.post('/auth/login', { email: emails[n], password: 'wrong' }));
    expect(rows).toBe(42); // as many for the attempts themselves
    const locks = await test
      .db('audit_logs')
      .where({ action_type: 'account_locked', user_id: null })
      .orderBy('id');
    expect(locks).toHaveLength(21);
    expect(locks.at(-1)).toMatchObject({ actor_type: 'system', details: { attempts: FLOOD - 20 } });
  });

  it('leaves one row and a count of forms without a password for somebody’s account', async () => {
    const visitor = await stranger();
    expect(await flood(() => visitor.post('/auth/login', { email: cast.bob.email, password: '' }))).toBe(2);
  });

  it('leaves twenty rows and a count of sign-ins that cannot be read', async () => {
    const rows = await flood(() =>
      supertest(test.app)
        .post('/auth/login')
        .set('content-encoding', 'no-such')
        .set('x-forwarded-for', '203.0.113.50')
        .type('form')
        .send('email=a'),
    );
    expect(rows).toBe(21);
  });

  it('leaves one row and a count of a token that has ended, also when the limit refuses', async () => {
    const { bearer, id } = await buildAccessToken(test.db, cast.bob, { revoked_at: new Date() });
    const rows = await flood(
      () => supertest(test.app).get('/api/v1/workspaces').set(bearer).set('x-forwarded-for', '203.0.113.50'),
      PAST_THE_LIMIT,
    );
    expect(rows).toBe(2);
    const counted = await test
      .db('audit_logs')
      .where({ resource_type: 'access_token', resource_id: String(id) })
      .orderBy('id');
    expect(counted.at(-1)?.details).toMatchObject({ attempts: PAST_THE_LIMIT - 1 });
  });

  it.each([
    [
      'unknown tokens',
      (n: number) =>
        supertest(test.app)
          .get('/api/v1/workspaces')
          .set({ authorization: `Bearer x${String(n)}` }),
    ],
    [
      'unsigned callbacks',
      () =>
        post('/billing/callback', { merchant_oid: 'X1', status: 'success', hash: 'x', total_amount: '1' }),
    ],
    ['forms without a token', () => post('/auth/login', { email: 'a@example.com', password: 'x' })],
    ['invitations that nobody sent', (n: number) => post(`/auth/accept-invite/x${String(n)}`, {})],
    [
      'tickets',
      (n: number) =>
        supertest(test.app)
          .get(`/.youarecoder/enter?ticket=${String(n)}`)
          .set('host', 'a-b.localhost'),
    ],
    ['what is no request of ours', (n: number) => supertest(test.app).get(`/x/${String(n)}/%zz`)],
  ])('leaves no row at all: %s', async (_what, once) => {
    expect(await flood(once, PAST_THE_LIMIT)).toBe(0);
  });
});

describe('a window', () => {
  it('begins with its first attempt, whatever quarter of an hour the clock shows meanwhile', async () => {
    const turn = Math.floor(Date.now() / 900_000) * 900_000;
    const attempt = (at: number): Promise<void> =>
      refuseSignIn(
        test.db,
        {
          ...systemContext({ name: 'test', at: new Date(at), log: test.deps.log }),
          ip: '203.0.113.60',
        },
        { email: cast.bob.email, reason: 'rate-limited', deviceToken: null },
      );
    const before = await countRows();
    for (const seconds of [-61, -1, 0, 1]) await attempt(turn + seconds * 1000);
    await test.writeCounted();
    expect((await countRows()) - before).toBe(1);
    const [counted] = await test.db('audit_logs').orderBy('id', 'desc').limit(1);
    expect(counted.details).toMatchObject({
      attempts: 4,
      first_attempt_at: new Date(turn - 61_000).toISOString(),
      last_attempt_at: new Date(turn + 1000).toISOString(),
    });
  });
});

describe('the attempts in a bundle', () => {
  it('of the person’s own browser, of their address and of strangers are counted separately', async () => {
    const own = await signIn(test.app, cast.bob, { 'x-forwarded-for': '203.0.113.77' });
    await own.post('/auth/logout');
    await own.post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    for (const address of ['203.0.113.77', '203.0.113.78']) {
      const visitor = await stranger(address);
      await visitor.post('/auth/login', { email: cast.bob.email, password: 'wrong' });
    }
    const { bundle } = await bundleOf();
    expect(bundle.summary).toMatchObject({
      successful_logins: 1,
      failed_logins: 3,
      failed_logins_known_device: 1,
      failed_logins_by_others: 1,
    });
    expect(bundle.summary.failed_logins_explained.tr).toContain('details.attempts');
  });

  it('are all there, also while the next one is just being counted', async () => {
    const visitor = await stranger();
    for (let tries = 0; tries < 3; tries += 1)
      await visitor.post('/auth/login', { email: cast.bob.email, password: '' });
    const next = await test.database.ownerDb.transaction();
    await next('refused_attempts').where({ user_id: cast.bob.id }).forUpdate().select('key');
    const state = { isRead: false };
    const reading = bundleOf().finally(() => (state.isRead = true));
    while (!state.isRead && !(await isSomebodyWaiting())) await next.raw('select 1');
    await next.rollback();
    expect((await reading).bundle.summary.failed_logins).toBe(3);
  });
});

async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await test.database.ownerDb.raw<{ rows: unknown[] }>(
    `select from pg_locks join pg_stat_activity using (pid) where datname = current_database() and not granted`,
  );
  return rows.length > 0;
}

async function bundleOf(): Promise<{ bundle: Awaited<ReturnType<typeof readBundle>>; others: number }> {
  const bundle = await readBundle(test.db, cast.alice, cast.bob);
  return { bundle, others: bundle.summary.failed_logins_by_others };
}
