import { beforeEach, describe, expect, it } from 'vitest';
import { keepReadiness } from '../../../src/disputes/readiness/store-readiness.ts';
import { listReadiness, type ReadinessFilter } from '../../../src/disputes/readiness/queries.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildPaid, buildUse, NOW, PAID_AT, type Scene } from '../facts/scene.ts';
import { chargedPayment } from '../build.ts';
import { useTestApp } from '../../support/app.ts';
import { signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let scene: Scene;
const everything: ReadinessFilter = {
  companyId: null,
  level: 'any',
  missing: null,
  against: null,
  search: null,
};

beforeEach(async () => {
  await test.db('payment_readiness').delete();
  scene = await buildPaid(test.db);
});

const keep = () => keepReadiness(test.db, contextAt(NOW), { config: test.config });
const rowOf = (paymentId: number) => test.db('payment_readiness').where({ payment_id: paymentId }).first();

describe('the readiness of payments', () => {
  it('names what speaks against us while nothing was used, and less of it once something was', async () => {
    await keep();
    const unused = await rowOf(scene.payment.id);
    expect(unused).toMatchObject({ company_id: scene.cast.acme.id, exposed_minor: 149_900 });
    expect(unused.against).toEqual(expect.arrayContaining(['no_use', 'no_sign_in']));
    await buildUse(test.database, scene);
    await keepReadiness(test.db, contextAt(new Date(NOW.getTime() + 25 * 3_600_000)), {
      config: test.config,
    });
    const used = await rowOf(scene.payment.id);
    expect(used.against).not.toContain('no_use');
    expect(used.risk).toBeLessThan(unused.risk);
    expect(used.undefended).toBeLessThan(unused.undefended);
  });

  it('counts only what was not given back, and has nothing at stake once all was', async () => {
    await test.db('refunds').insert({
      ...{
        payment_id: scene.payment.id,
        company_id: scene.cast.acme.id,
        source: 'panel',
        amount_minor: 149_900,
      },
      ...{ currency: 'TRY', state: 'done', requested_at: NOW, decided_at: new Date(NOW.getTime() - 1000) },
    });
    await keep();
    expect(await rowOf(scene.payment.id)).toMatchObject({ exposed_minor: 0, weight: 0 });
  });

  it('assesses new payments first and others once a day, within the bound of a run', async () => {
    expect((await keep()).checked).toBeGreaterThan(0);
    expect(await keep()).toEqual({ checked: 0, failed: 0 });
    expect(
      (
        await keepReadiness(test.db, contextAt(new Date(NOW.getTime() + 25 * 3_600_000)), {
          config: test.config,
        })
      ).checked,
    ).toBeGreaterThan(0);
  });

  it('forgets payments that can no longer be disputed, and never had those without a charge', async () => {
    const none = await chargedPayment(test.db, scene.cast, {
      charged_minor: null,
      charged_currency: null,
      created_at: PAID_AT,
      decided_at: PAID_AT,
      paid_at: PAID_AT,
    });
    await keep();
    expect(await rowOf(none.id)).toBeUndefined();
    await keepReadiness(test.db, contextAt(new Date(NOW.getTime() + 600 * 86_400_000)), {
      config: test.config,
    });
    expect(await rowOf(scene.payment.id)).toBeUndefined();
  });

  it('compares amounts of other currencies by the central bank’s rate', async () => {
    await test.db('exchange_rates').insert({
      ...{
        bulletin_date: '2026-11-27',
        bulletin_no: '2026/220',
        valid_for: '2026-11-28',
        currency: 'USD',
        unit: 1,
      },
      ...{ forex_buying: '40.0', forex_selling: '40.1', file_sha256: 'a'.repeat(64), fetched_at: NOW },
    });
    const dollars = await chargedPayment(test.db, scene.cast, {
      ...{
        currency: 'USD',
        amount_minor: 9_900,
        charged_minor: 9_900,
        charged_currency: 'USD',
        created_at: PAID_AT,
        decided_at: PAID_AT,
        paid_at: PAID_AT,
      },
    });
    await keep();
    expect(await rowOf(dollars.id)).toMatchObject({ exposed_minor: 9_900, exposed_try_minor: 396_990 });
  });
});

describe('the list of payments by what is at stake', () => {
  it('has the most at stake first, over all pages, with filters and numbers', async () => {
    for (const charged of [100_000, 900_000, 500_000])
      await chargedPayment(test.db, scene.cast, {
        charged_minor: charged,
        amount_minor: charged,
        created_at: PAID_AT,
        decided_at: PAID_AT,
        paid_at: PAID_AT,
      });
    await keep();
    const olivia = await signIn(test.app, scene.cast.olivia);
    const page = await olivia.get('/admin/disputes/payments');
    expect(page.status).toBe(200);
    const amounts = [...page.text.matchAll(/₺([\d,]+)\.00/g)].map(([, amount]) => amount);
    expect(amounts.slice(0, 2)).toEqual(['9,000', '5,000']);
    expect((await olivia.get('/admin/disputes/payments?against=no_use')).text).toContain(
      scene.payment.merchant_oid,
    );
    expect((await olivia.get('/admin/disputes/payments?missing=three_d')).text).toContain(
      scene.payment.merchant_oid,
    );
    const found = await olivia.get(`/admin/disputes/payments?q=${scene.payment.merchant_oid}`);
    expect(found.text.match(/data-label="At stake"/g)).toHaveLength(1);
    expect((await olivia.get('/admin/disputes/payments?q=nobody-has-this')).text).toContain(
      'No payment fits the filter',
    );
    for (const odd of ['level=huge', 'missing=%00', 'against=%27--', 'missing=constructor', 'next=zzz'])
      expect((await olivia.get(`/admin/disputes/payments?${odd}`)).status).toBe(200);
  });

  it('says so when there is none', async () => {
    const olivia = await signIn(test.app, scene.cast.olivia);
    expect((await olivia.get('/admin/disputes/payments')).text).toContain(
      'No payment that could be disputed',
    );
  });

  it('reads any page of 5,000 within a fifth of a second', async () => {
    await test.db.raw(
      `insert into payments (company_id, user_id, merchant_oid, plan, currency, amount_minor, status, created_at, paid_at, charged_minor, charged_currency, test_mode)
       select ?, ?, 'MANY' || n, 'team', 'TRY', 100000 + n, 'success', ?, ?, 100000 + n, 'TRY', false from generate_series(1, 5000) as n`,
      [scene.cast.acme.id, scene.cast.alice.id, NOW, NOW],
    );
    await test.db.raw(
      `insert into payment_readiness (payment_id, company_id, assessed_at, exposed_minor, currency, exposed_try_minor, risk, families, undefended, missing, against, serious)
       select id, company_id, ?, charged_minor, 'TRY', charged_minor, id % 100, 10, 5, '{three_d}', '{no_use}', 1 from payments where merchant_oid like 'MANY%'`,
      [NOW],
    );
    await test.database.ownerDb.raw('analyze');
    const seen = new Set<number>();
    let next: number | undefined;
    const times: number[] = [];
    for (let page = 0; page < 20; page += 1) {
      const startedAt = performance.now();
      const read = await listReadiness(test.db, { filter: everything, cursor: { next } });
      times.push(performance.now() - startedAt);
      for (const { id } of read.rows) seen.add(id);
      next = read.nextId ?? undefined;
    }
    expect(seen.size).toBe(500);
    expect(times.sort((one, other) => one - other)[10]).toBeLessThan(200);
    const olivia = await signIn(test.app, scene.cast.olivia);
    const startedAt = performance.now();
    expect((await olivia.get('/admin/disputes/payments?level=high')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('the readiness of one payment', () => {
  const path = (): string => `/admin/disputes/payments/${String(scene.payment.id)}`;

  it('shows what is missing with a way to it, what speaks against us, and its use', async () => {
    const olivia = await signIn(test.app, scene.cast.olivia);
    const page = await olivia.get(path());
    expect(page.status).toBe(200);
    expect(page.text).toContain('Missing today');
    expect(page.text).toContain('3-D Secure: ECI and authentication value');
    expect(page.text).toContain(`/admin/finance/payments/${scene.payment.merchant_oid}`);
    expect(page.text).toContain('There is no proven use in the paid time');
    expect(page.text).toContain('Not received');
    expect(page.text).toContain(`/admin/disputes/new?order=${scene.payment.merchant_oid}`);
  });

  it('is assessed again on demand, with the use counted anew', async () => {
    await buildUse(test.database, scene);
    await test.db('payment_deliveries').delete();
    const olivia = await signIn(test.app, scene.cast.olivia);
    expect((await olivia.get(path())).text).toContain('assess again');
    const answer = await olivia.post(`${path()}/assess`);
    expect(answer.headers['location']).toBe(path());
    const page = await olivia.get(path());
    expect(page.text).toContain('equal');
    expect(page.text).toContain('1 hr 20 mins');
    expect(await rowOf(scene.payment.id)).toMatchObject({ company_id: scene.cast.acme.id });
  });

  it('is for the platform’s staff, whose look the company sees', async () => {
    const olivia = await signIn(test.app, scene.cast.olivia);
    await olivia.get(path());
    expect(
      await test
        .db('audit_logs')
        .where({ action_type: 'operator_company_viewed', company_id: scene.cast.acme.id }),
    ).not.toEqual([]);
    for (const person of [scene.cast.alice, scene.cast.bob, scene.cast.charlie])
      for (const address of ['/admin/disputes/payments', path()])
        expect((await (await signIn(test.app, person)).get(address)).status).toBe(403);
    expect((await new Visitor(test.app).get(path())).status).toBe(303);
    for (const none of ['999999', 'x', '0'])
      expect((await olivia.get(`/admin/disputes/payments/${none}`)).status).toBe(404);
  });
});
