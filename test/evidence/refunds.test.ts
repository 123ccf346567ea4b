import { describe, expect, it } from 'vitest';
import { buildCast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildPaidPayment, buildRefund, readBundle } from './support.ts';

const database = useTestDatabase();

describe('the refunds of a payment', () => {
  it('are in the bundle with their reversals, and the summary adds up what was given back, no operator named', async () => {
    const { db } = database;
    const cast = await buildCast(db);
    const payment = await buildPaidPayment(db, cast.bob);
    await buildRefund(db, cast, payment, { amount_minor: 1000 });
    await db('refunds').insert({
      ...{ payment_id: payment.id, company_id: cast.acme.id, source: 'ours', reference_no: 'RWITHDRAWN' },
      ...{
        amount_minor: 500,
        currency: 'TRY',
        state: 'withdrawn',
        policy: 'goodwill',
        reason: 'Asked twice',
      },
      ...{ ends_paid_time: false, requested_by: cast.olivia.id, requested_at: new Date() },
      decided_at: new Date(),
    });
    const bundle = await readBundle(db, cast.alice, cast.bob);
    const refunds = bundle.payments[0]?.refunds ?? [];
    expect(refunds.map(({ state, amount, reversal }) => [state, amount, reversal?.invoice_no])).toEqual([
      ['withdrawn', 5, undefined],
      ['done', 10, bundle.invoices[0]?.invoice_no],
    ]);
    expect(refunds[1]).toMatchObject({
      policy: 'withdrawal',
      reason: 'Withdrew within fourteen days',
      ends_paid_time: true,
      reversal: { total_minor: 149_900, currency: 'TRY' },
    });
    expect(bundle.summary).toMatchObject({
      total_payments_by_currency: { TRY: 1499 },
      total_refunds_by_currency: { TRY: 10 },
    });
    expect(JSON.stringify(bundle)).not.toContain('Olivia');
  });
});
