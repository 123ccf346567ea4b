import { describe, expect, it } from 'vitest';
import { createPaytr } from '../../src/billing/paytr.ts';
import { useTestApp } from '../support/app.ts';
import { buildCompany, buildPayment, buildUser } from '../support/build.ts';
import { FAKE_STORE, signedCallback } from '../support/fake-paytr.ts';
import { moneyState, notify } from './scene.ts';

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
