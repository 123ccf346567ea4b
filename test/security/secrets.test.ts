import { Writable } from 'node:stream';
import { pino } from 'pino';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { signedCallback, startFakePaytr, FAKE_STORE, type FakePaytr } from '../support/fake-paytr.ts';
import { BUYER_FORM, orderPlan } from '../billing/order.ts';
import { Visitor } from '../support/visitor.ts';

const PASSWORD = 'a very particular password 91';
const WRONG_PASSWORD = 'mistyped particular password';

/** Passwords, tokens and signing keys: none of them may be in a log line or in the evidence. */
describe('secrets', () => {
  let fake: FakePaytr;
  let test: TestApp;
  let printed = '';
  const secrets: [string, string][] = [];

  beforeAll(async () => {
    fake = await startFakePaytr();
    const log = pino(
      { level: 'trace' },
      new Writable({
        write: (chunk, _encoding, done) => {
          printed += String(chunk);
          done();
        },
      }),
    );
    test = await createTestApp({
      env: { PAYTR_BASE_URL: fake.url, PAYTR_TEST_MODE: '1' },
      deps: { paytr: fake.paytr, log },
    });
    await liveThroughAll();
  });

  afterAll(async () => {
    await test.close();
    await fake.close();
  });

  async function liveThroughAll(): Promise<void> {
    const ada = new Visitor(test.app);
    const person = { fullName: 'Ada', email: 'ada@example.com', password: PASSWORD };
    await ada.post('/auth/register', {
      ...person,
      companyName: 'Ada Ltd.',
      subdomain: 'ada',
      acceptTerms: 'on',
      acceptPrivacy: 'on',
    });
    await ada.post('/auth/logout');
    await ada.post('/auth/login', { email: person.email, password: WRONG_PASSWORD });
    const signedIn = await ada.post('/auth/login', { email: person.email, password: PASSWORD });
    const cookies = (signedIn.headers['set-cookie'] as unknown as string[]).map((cookie) =>
      /^([^=]+)=([^;]+)/.exec(cookie),
    );
    for (const cookie of cookies)
      if (cookie !== null && cookie[2] !== 'en')
        secrets.push([`cookie ${cookie[1]!}`, decodeURIComponent(cookie[2]!)]);
    const confirmation = /\/auth\/confirm\/([\w-]+)/.exec((await test.mails()).at(-1)!.text)![1]!;
    secrets.push(['confirmation token', confirmation]);
    await ada.get(`/auth/confirm/${confirmation}`);
    await ada.post(`/auth/confirm/${confirmation}`);
    await ada.post('/admin/users', { email: 'bob@example.com', role: 'member' });
    const token = /accept-invite\/([\w-]+)/.exec((await test.mails()).at(-1)!.text)![1]!;
    secrets.push(['invitation token', token]);
    const bob = new Visitor(test.app);
    await bob.get(`/auth/accept-invite/${token}`);
    await bob.post(`/auth/accept-invite/${token}`, {
      fullName: 'Bob',
      password: PASSWORD,
      acceptTerms: 'on',
      acceptPrivacy: 'on',
    });
    const made = await ada.post('/auth/tokens', { name: 'build', days: '7', workspacesRead: 'on' });
    const accessToken = /yac_[\w-]{43}/.exec(made.text)![0];
    secrets.push(['access token', accessToken]);
    const bearer = { authorization: `Bearer ${accessToken}` };
    await supertest(test.app).get('/api/v1/workspaces').set(bearer).expect(200);
    await supertest(test.app).post('/api/v1/workspaces').set(bearer).send({ name: 'w' }).expect(403);
    await test.db('access_tokens').update({ revoked_at: new Date() });
    await supertest(test.app).get('/api/v1/workspaces').set(bearer).expect(401);
    await supertest(test.app).get(`/api/v1/${accessToken}`).set(bearer).expect(401);
    await ada.post('/billing/details', { ...BUYER_FORM, plan: 'team', currency: 'TRY' });
    await orderPlan(ada);
    const order = await test.db('payments').first('merchant_oid', 'amount_minor', 'gateway_token');
    secrets.push(['payment page token', order.gateway_token]);
    const paid = signedCallback({
      merchant_oid: order.merchant_oid,
      total_amount: String(order.amount_minor),
      test_mode: '1',
    });
    secrets.push(['signature', new URLSearchParams(paid).get('hash')!]);
    await supertest(test.app)
      .post('/billing/callback')
      .type('form')
      .send(`${paid.slice(0, -1)}X&status=failed`);
    await supertest(test.app).post('/billing/callback').type('form').send(paid.replace('success', 'failed'));
    await supertest(test.app).post('/billing/callback').type('form').send(paid).expect(200, 'OK');
    secrets.push(
      ['password', PASSWORD],
      ['wrong password', WRONG_PASSWORD],
      ['merchant key', FAKE_STORE.merchantKey],
      ['merchant salt', FAKE_STORE.merchantSalt],
    );
  }

  it('went through everything: there is something to look for, and somewhere to look', async () => {
    expect(secrets.length).toBeGreaterThanOrEqual(10);
    expect(await test.db('payments').pluck('status')).toEqual(['success']);
    expect(await test.db('audit_logs').count('* as count').first()).not.toEqual({ count: 0 });
    expect(printed).toContain('request completed');
  });

  it('are in no log line, not even at the most talkative level', () => {
    for (const [name, secret] of secrets) expect(printed.includes(secret), name).toBe(false);
  });

  it('are in no audit row and in no security event', async () => {
    const rows = JSON.stringify([
      await test.db('audit_logs').select(),
      await test.db('security_events').select(),
    ]);
    for (const [name, secret] of secrets) expect(rows.includes(secret), name).toBe(false);
  });

  it('are stored nowhere in the clear: not the passwords, the tokens of invitations and browsers', async () => {
    const tables = [
      'users',
      'invitations',
      'access_tokens',
      'api_idempotency_keys',
      'known_devices',
      'browser_sessions',
      'login_locks',
      'rate_limits',
      'workspace_sessions',
    ];
    const rows = JSON.stringify(
      await Promise.all(tables.map((table) => test.database.ownerDb(table).select())),
    );
    for (const [name, secret] of secrets) expect(rows.includes(secret), name).toBe(false);
  });
});
