import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, useTestApp } from '../support/app.ts';
import { buildUser, type BuiltUser } from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { PRINTED_AT, Visitor } from '../support/visitor.ts';
import { rowsOf } from './rows.ts';

const testApp = useTestApp();
let bob: BuiltUser;

beforeEach(async () => {
  bob = await buildUser(testApp.db);
  await testApp.db('rate_limits').delete();
  await testApp.db('login_locks').delete();
});

const keyOf = (email: string): string => createHash('sha256').update(email).digest('hex');

function attempt(email: string, password: string, browser = new Visitor(testApp.app)) {
  return browser.post('/auth/login', { email, password });
}

async function fail(times: number, email: string, browser?: Visitor): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i += 1) statuses.push((await attempt(email, 'wrong', browser)).status);
  return statuses;
}

async function reasonsFor(email: string): Promise<(string | null)[]> {
  const rows = await rowsOf(testApp.db, 'login');
  return rows.filter((row) => row.details.email === email).map((row) => row.error_message);
}

async function moveLockBack(minutes: number): Promise<void> {
  await testApp.db('login_locks').update({
    locked_until: testApp.db.raw("locked_until - ? * interval '1 minute'", [minutes]),
  });
}

describe('five wrong passwords', () => {
  it('lock the account for thirty minutes, also for the right password', async () => {
    expect(await fail(5, bob.email)).toEqual([422, 422, 422, 422, 422]);
    const response = await attempt(bob.email, PASSWORD);
    expect(response.status).toBe(429);
    expect(response.text).toContain('Too many attempts. Please try again in 30 minutes.');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(29 * 60);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(30 * 60);
    await testApp.writeCounted();
    expect(await reasonsFor(bob.email)).toEqual([...Array<string>(5).fill('wrong-password'), 'locked']);
    const [locked, ...more] = (await rowsOf(testApp.db, 'account_locked')).filter(
      (row) => row.user_id === bob.id,
    );
    expect(more).toEqual([]);
    expect(locked).toMatchObject({
      company_id: bob.company_id,
      actor_type: 'system',
      resource_id: String(bob.id),
      details: { email: bob.email, failures: 5 },
    });
  });

  it('lock an address that nobody has in exactly the same way', async () => {
    const email = `nobody-${String(bob.id)}@example.com`;
    expect(await fail(6, email)).toEqual([422, 422, 422, 422, 422, 429]);
    const known = await fail(6, bob.email);
    expect(known).toEqual([422, 422, 422, 422, 422, 429]);
    const unknownPage = await attempt(email, 'wrong');
    const knownPage = await attempt(bob.email, 'wrong');
    const bare = (text: string): string =>
      text.replace(/nonce="[^"]+"|value="[^"]+"/g, '').replace(PRINTED_AT, '');
    expect(bare(unknownPage.text)).toBe(bare(knownPage.text));
  });

  it('are counted before they are checked: of sixteen at once exactly five are looked at', async () => {
    const browsers = Array.from({ length: 16 }, () => new Visitor(testApp.app));
    for (const browser of browsers) await browser.get('/auth/login');
    const answers = await Promise.all(browsers.map((browser) => attempt(bob.email, 'wrong', browser)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(422), ...Array<number>(11).fill(429)]);
    await testApp.writeCounted();
    const reasons = (await reasonsFor(bob.email)).sort();
    expect(reasons).toEqual(['locked', ...Array<string>(5).fill('wrong-password')]);
    // Counts of other tests' people become rows at the same moment.
    const counted = (await rowsOf(testApp.db, 'login'))
      .filter((row) => row.error_message === 'locked')
      .map(({ details }) => details)
      .filter((details) => details['email'] === bob.email);
    expect(counted).toMatchObject([{ attempts: 11, known_device: false }]);
    const rows = await rowsOf(testApp.db, 'account_locked');
    expect(rows.filter((row) => row.user_id === bob.id)).toHaveLength(1);
  });

  it('are no longer five after one that was right', async () => {
    expect(await fail(4, bob.email)).toEqual([422, 422, 422, 422]);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(303);
    expect(await fail(5, bob.email)).toEqual([422, 422, 422, 422, 422]);
  });

  it('let the right password in as the fifth attempt', async () => {
    await fail(4, bob.email);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(303);
    const rows = await rowsOf(testApp.db, 'account_locked');
    expect(rows.filter((row) => row.user_id === bob.id)).toEqual([]);
  });

  it('of a deactivated person lock as well, so that the lock does not tell', async () => {
    await testApp.db('users').where({ id: bob.id }).update({ deactivated_at: new Date() });
    for (let i = 0; i < 5; i += 1) expect((await attempt(bob.email, PASSWORD)).status).toBe(422);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(429);
  });
});

describe('a lock', () => {
  it('is not made longer by attempts while it holds', async () => {
    await fail(5, bob.email);
    const before = await testApp
      .db('login_locks')
      .where({ key: keyOf(bob.email) })
      .first();
    await fail(3, bob.email);
    expect(
      await testApp
        .db('login_locks')
        .where({ key: keyOf(bob.email) })
        .first(),
    ).toEqual(before);
  });

  it('says how long it still holds', async () => {
    await fail(5, bob.email);
    await moveLockBack(29);
    const response = await attempt(bob.email, PASSWORD);
    expect(response.status).toBe(429);
    expect(response.text).toContain('Please try again in 1 minute.');
  });

  it('is over after its time, and counting starts again', async () => {
    await fail(5, bob.email);
    await moveLockBack(30);
    expect(await fail(5, bob.email)).toEqual([422, 422, 422, 422, 422]);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(429);
    await moveLockBack(30);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(303);
  });

  it('that strangers put on does not shut out a browser that signed in before', async () => {
    const own = await signIn(testApp.app, bob);
    await own.post('/auth/logout');
    await fail(6, bob.email);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(429);
    expect((await attempt(bob.email, PASSWORD, own)).status).toBe(303);
  });

  it('does hold for a known browser that fails five times itself, and for nobody else', async () => {
    const own = await signIn(testApp.app, bob);
    await own.post('/auth/logout');
    expect(await fail(6, bob.email, own)).toEqual([422, 422, 422, 422, 422, 429]);
    expect((await attempt(bob.email, PASSWORD)).status).toBe(303);
  });

  it('cannot be dodged with an invented device cookie, nor with one of another person', async () => {
    const carol = await buildUser(testApp.db);
    const carols = await signIn(testApp.app, carol);
    await carols.post('/auth/logout');
    await fail(5, bob.email);
    expect((await attempt(bob.email, PASSWORD, carols)).status).toBe(429);
    const invented = new Visitor(testApp.app, { cookie: `yac_device=${'x'.repeat(43)}` });
    await invented.get('/auth/login');
    expect((await attempt(bob.email, PASSWORD, invented)).status).not.toBe(303);
  });
});

describe('the limits', () => {
  it('hold across processes, per address, and every refused attempt leaves its row', async () => {
    const other = await createTestApp({ database: testApp.database });
    try {
      await attempt('nobody@example.com', 'wrong');
      await testApp.db('rate_limits').where('key', 'like', 'sign-in-ip%').update({ points: 200 });
      const browser = new Visitor(other.app);
      const response = await browser.post('/auth/login', { email: bob.email, password: PASSWORD });
      expect(response.status).toBe(429);
      expect(response.text).toContain('Too many attempts.');
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      await testApp.writeCounted();
      expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
        { success: false, error_message: 'rate-limited', user_id: bob.id, company_id: bob.company_id },
      ]);
    } finally {
      await other.close();
    }
  });

  it('hold per account, from whatever address', async () => {
    await attempt(bob.email, PASSWORD);
    await testApp.db('rate_limits').where('key', 'like', 'sign-in-account%').update({ points: 100 });
    const response = await attempt(bob.email, PASSWORD);
    expect(response.status).toBe(429);
    await testApp.writeCounted();
    expect(await rowsOf(testApp.db, 'login', response)).toMatchObject([
      { error_message: 'rate-limited', user_id: bob.id, details: { by: 'account' } },
    ]);
  });

  it('cannot be dodged by a forged address, and count the real one behind a trusted proxy', async () => {
    const behindProxy = await createTestApp({ database: testApp.database, env: { TRUST_PROXY: '1' } });
    try {
      await attempt('nobody@example.com', 'wrong');
      await testApp.db('rate_limits').where('key', 'like', 'sign-in-ip%').update({ points: 200 });
      const forged = new Visitor(testApp.app, { 'x-forwarded-for': '198.51.100.9' });
      expect((await attempt(bob.email, PASSWORD, forged)).status).toBe(429);
      const real = new Visitor(behindProxy.app, { 'x-forwarded-for': '127.0.0.1, 198.51.100.9' });
      expect((await attempt(bob.email, PASSWORD, real)).status).toBe(303);
    } finally {
      await behindProxy.close();
    }
  });

  it('count one IPv6 customer once, whichever of their addresses they use', async () => {
    const behindProxy = await createTestApp({ database: testApp.database, env: { TRUST_PROXY: '1' } });
    try {
      for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:0db8:0001:0002:0:0:0:7']) {
        await attempt('x@example.com', 'wrong', new Visitor(behindProxy.app, { 'x-forwarded-for': address }));
      }
      const rows = await testApp.db('rate_limits').where('key', 'like', 'sign-in-ip%').select('points');
      expect(rows).toEqual([{ points: 3 }]);
    } finally {
      await behindProxy.close();
    }
  });

  it('never touch the gateway’s notification', async () => {
    await attempt('nobody@example.com', 'wrong');
    await testApp.db('rate_limits').update({ points: 1_000_000 });
    const response = await new Visitor(testApp.app).rawPost('/billing/callback').type('form').send('a=b');
    expect(response.status).not.toBe(429);
  });
});
