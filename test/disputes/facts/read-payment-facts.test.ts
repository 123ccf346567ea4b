import { describe, expect, it } from 'vitest';
import { ce3InputOf } from '../../../src/disputes/ce3/ce3-input-of.ts';
import { ce3Input, presetCe3Rules } from '../../../src/disputes/ce3/ce3-input.ts';
import { recordTables } from '../../../src/disputes/facts/fact-record.ts';
import { readPaymentFacts } from '../../../src/disputes/facts/read-payment-facts.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildPaid, buildUse, NOW, PAID_AT } from './scene.ts';

const database = useTestDatabase();

describe('the facts of a payment', () => {
  it('are what is stored about it, each with its record', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    await buildUse(database, scene);
    const facts = await readPaymentFacts(db, {
      paymentId: scene.payment.id,
      companyId: scene.cast.acme.id,
      asOf: NOW,
    });
    expect(facts).toMatchObject({
      order: {
        record: { type: 'payment', id: scene.payment.id },
        merchant_oid: scene.payment.merchant_oid,
        client_ip: '85.105.10.20',
        initiated_by: 'cardholder',
        status: 'success',
      },
      payer: { login_id: scene.payer.email, full_name: scene.payer.full_name },
      card: { masked_pan: '435508AAA4358' },
      period: { start: PAID_AT, invoice_no: expect.stringMatching(/^YAC/) },
      use: {
        all: { sessions: 2, proven_minutes: 80, at_most_minutes: 90 },
        payer: { sessions: 2, proven_minutes: 80 },
      },
      callbacks: [{ outcome: 'paid' }],
      consent: { record: { type: 'order_consent' }, customer_type: 'company' },
    });
    expect(facts?.sign_ins).toHaveLength(2);
    const input = facts && ce3InputOf(facts, { network: 'visa', code: '10.4' }, presetCe3Rules);
    expect(ce3Input.parse(input)).toEqual(input);
    expect(Object.keys(recordTables)).toContain(facts?.sign_ins[0]?.record.type);
  });

  it('have the newest sign-ins where there are more than are read, oldest first', async () => {
    const { db } = database;
    const { payer, payment } = await buildPaid(db);
    await db.raw(
      `insert into audit_logs (event_id, timestamp, company_id, user_id, actor_type, action_type, success, request_id, details)
       select gen_random_uuid(), ?::timestamptz + make_interval(secs => n), ?, ?, 'user', 'login', true, 'r', '{}'
       from generate_series(1, 5001) n`,
      [PAID_AT, payer.company_id, payer.id],
    );
    const facts = await readPaymentFacts(db, { paymentId: payment.id, companyId: null, asOf: NOW });
    const times = facts?.sign_ins.map(({ at }) => at.getTime()) ?? [];
    expect(times).toHaveLength(5000);
    expect(times.at(-1)).toBe(PAID_AT.getTime() + 5_001_000);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('are not those of another company', async () => {
    const { db } = database;
    const { payment, cast } = await buildPaid(db);
    const read = (companyId: number | null) =>
      readPaymentFacts(db, { paymentId: payment.id, companyId, asOf: NOW });
    expect(await read(cast.globex.id)).toBeUndefined();
    expect((await read(null))?.order.id).toBe(payment.id);
  });
});
