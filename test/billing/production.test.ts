import supertest, { type Response } from 'supertest';
import { describe, expect, it } from 'vitest';
import { createPaytr } from '../../src/billing/paytr/paytr.ts';
import { useTestApp } from '../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../support/programs/build.ts';
import { FAKE_STORE, signedCallback } from '../support/fake-paytr.ts';
import { PASSWORD } from '../support/sign-in.ts';
import { tokenIn } from '../support/visitor.ts';
import { moneyState, notify } from './scene.ts';
import { newSigningKey } from '../support/programs/signing-key.ts';

const test = useTestApp({
  // Signs and verifies with the invented store of the tests, which production would refuse as weak.
  deps: { paytr: createPaytr({ ...FAKE_STORE, baseUrl: 'https://gateway.invalid', testMode: true }) },
  env: {
    NODE_ENV: 'production',
    WORKSPACE_RUNTIME: 'external',
    BASE_URL: 'https://shop.invalid',
    PAYTR_BASE_URL: 'https://gateway.invalid',
    PAYTR_USER_IP_OVERRIDE: '',
    PAYTR_MERCHANT_KEY: 'kProd7Yq2Lw9Rx4B',
    PAYTR_MERCHANT_SALT: 'sProd3Nf8Ua5Vc1Z',
    SESSION_SECRET: 'q7Vd0mKp3xZr8Lw1Yt6Hn4Bs9Gf2Jc5A',
    SELLER_ADDRESS: 'Example Street 1, Ankara',
    LOG_SIGNING_KEYS: newSigningKey(),
    SELLER_PHONE: '+90 312 000 00 00',
    SELLER_EMAIL: 'billing@shop.invalid',
  },
});

describe('in production', () => {
  it('test money never activates an order, not even one made in test mode', async () => {
    const company = await buildCompany(test.db);
    const user = await buildUser(test.db, { company_id: company.id, role: 'admin' });
    const { merchant_oid } = await buildPayment(test.db, {
      company_id: company.id,
      user_id: user.id,
      test_mode: true,
    });
    const body = signedCallback({ merchant_oid, total_amount: '149900' }, { test_mode: '1' });
    const response = await notify(test.app, body);
    expect(response.text).toBe('OK');
    const now = await moneyState(test.db, company.id, merchant_oid);
    expect(now.payment).toMatchObject({ status: 'review', review_reason: 'test_payment' });
    expect(now.subscription.period_ends_at).toBeNull();
    expect(now.invoices).toEqual([]);
  });
});

/**
 * The lines of cookies as a browser gets them, with a fixed text for what is random and for what is a time.
 */
function cookieLines(response: Response): string[] {
  const lines = (response.headers['set-cookie'] ?? []) as unknown as string[];
  return lines.map((line) =>
    line
      .replace(/^([^=]+)=[^;]+/, '$1=VALUE')
      .replace(/Expires=[^;]+/, 'Expires=TIME')
      .replace(/Max-Age=\d+/, 'Max-Age=N'),
  );
}

const pairsOf = (response: Response): string =>
  ((response.headers['set-cookie'] ?? []) as unknown as string[])
    .map((line) => line.split(';', 1)[0])
    .join('; ');

describe('the headers of production', () => {
  const ask = (path: string, cookie = '') =>
    supertest(test.app).get(path).set({ cookie, accept: 'text/html', 'x-forwarded-proto': 'https' });

  it('give a stranger a cookie for forms that no other host can plant or read', async () => {
    expect(cookieLines(await ask('/auth/login'))).toEqual([
      '__Host-yac-form=VALUE; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('give a signed-in browser its session’s cookie, and give it anew with every page', async () => {
    const { email } = await buildUser(test.db);
    const form = await ask('/auth/login');
    const signedIn = await supertest(test.app)
      .post('/auth/login')
      .set({ cookie: pairsOf(form), 'x-forwarded-proto': 'https' })
      .type('form')
      .send({ email, password: PASSWORD, _csrf: tokenIn(form) });
    const session = '__Host-yac=VALUE; Path=/; Expires=TIME; HttpOnly; Secure; SameSite=Lax';
    const device = '__Host-yac-device=VALUE; Max-Age=N; Path=/; Expires=TIME; HttpOnly; Secure; SameSite=Lax';
    expect([signedIn.status, cookieLines(signedIn).sort()]).toEqual([303, [session, device].sort()]);
    const page = await ask('/workspace', pairsOf(signedIn));
    expect([page.status, cookieLines(page)]).toEqual([200, [session]]);
    const line = (page.headers['set-cookie'] as unknown as string[])[0] ?? '';
    const hours = (Date.parse(/Expires=([^;]+)/.exec(line)?.[1] ?? '') - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(test.config.sessionIdleHours);
  });

  it.each(['/auth/login', '/no-such-page', '/api/v1/workspaces', '/healthz'])(
    'allow no inline script, no form to elsewhere and no plain http: %s',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
      expect(headers['content-security-policy']?.replace(/nonce-[\w-]{22}/, 'nonce-N')).toBe(
        "default-src 'none'; script-src 'self' 'nonce-N'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'none'; frame-ancestors 'none'; " +
          'upgrade-insecure-requests',
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
    },
  );
});
