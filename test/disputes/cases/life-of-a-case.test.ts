import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listChargebacks } from '../../../src/billing/chargebacks/queries.ts';
import { readMoneyPages } from '../../../src/billing/finance/money-lines.ts';
import { readMoneyTotals } from '../../../src/billing/finance/month-totals.ts';
import { sumMonth } from '../../../src/billing/finance/months-of-money.ts';
import { findRefusal } from '../../../src/billing/guards/refund-guard.ts';
import { acceptCase } from '../../../src/disputes/cases/accept-case.ts';
import { decideCase } from '../../../src/disputes/cases/decide-case.ts';
import { receiveNotice } from '../../../src/disputes/cases/receive-notice.ts';
import { recordWarning } from '../../../src/disputes/cases/record-warning.ts';
import { remindOfDeadlines } from '../../../src/disputes/cases/remind-of-deadlines.ts';
import { refuseDisputed } from '../../../src/disputes/cases/refuse-disputed.ts';
import { tendCases } from '../../../src/disputes/cases/tend-cases.ts';
import { findCase, type DisputeCase } from '../../../src/disputes/queries.ts';
import { monthOf } from '../../../src/month.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { buildCast, buildUser, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildCase, chargedPayment } from '../build.ts';

let test: TestApp;
let cast: Cast;
const hours = (count: number, from = new Date()): Date => new Date(from.getTime() + count * 3_600_000);

beforeAll(async () => {
  test = await createTestApp();
  cast = await buildCast(test.db);
});
afterAll(() => test.close());

async function read(disputeId: number): Promise<DisputeCase> {
  const found = await findCase(test.db, { companyId: null, disputeId });
  if (found === undefined) throw new Error('no such case');
  return found;
}

const decide = (disputeId: number, decision: 'won' | 'lost', lostMinor: number | null = null) =>
  decideCase(test.db, contextAt(new Date()), {
    disputeId,
    decision,
    lostMinor,
    feeMinor: null,
    note: null,
    config: test.config,
  });

describe('the books', () => {
  it('take down what a bank took, and what it gave again when the second round was won', async () => {
    const disputeId = await buildCase(test.db, cast, { amount_minor: 100_000 });
    expect(await decide(disputeId, 'lost', 60_000)).toEqual({ ok: true });
    expect(await read(disputeId)).toMatchObject({ state: 'lost', lost_minor: 60_000, answer_by: null });
    await test.db('disputes').where({ id: disputeId }).update({ state: 'under_review', closed_at: null });
    expect(await decide(disputeId, 'won')).toEqual({ ok: true });
    const posted = await listChargebacks(test.db, disputeId);
    expect(posted.map(({ kind, total_minor }) => [kind, total_minor])).toEqual([
      ['taken', 60_000],
      ['restored', 60_000],
    ]);
    expect(new Set(posted.map(({ chargeback_no }) => chargeback_no)).size).toBe(2);
  });

  it('say the same on the finance page, in the file of the month and in the month that is closed', async () => {
    await decide(await buildCase(test.db, cast, { amount_minor: 12_345 }), 'lost');
    const month = monthOf(undefined, new Date());
    const [totals] = await readMoneyTotals(test.db, month);
    const [closed] = await sumMonth(test.db, month);
    let lines = 0;
    for await (const page of readMoneyPages(test.db, month))
      for (const line of page) {
        if (line.kind === 'chargeback') lines += line.amount_minor ?? 0;
        if (line.kind === 'restored') lines -= line.amount_minor ?? 0;
      }
    const net = (totals?.charged_back.minor ?? 0) - (totals?.restored.minor ?? 0);
    expect(net).toBeGreaterThan(0);
    expect([lines, closed?.charged_back_minor]).toEqual([net, net]);
    expect(totals?.kept_minor).toBe((totals?.charged.minor ?? 0) - (totals?.returned.minor ?? 0) - net);
  });

  it('post nothing twice, whichever of two decisions at once comes first', async () => {
    const disputeId = await buildCase(test.db, cast);
    const outcomes = await Promise.all([decide(disputeId, 'lost'), decide(disputeId, 'lost')]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await listChargebacks(test.db, disputeId)).toHaveLength(1);
  });

  it('lose no more to several cases of a payment than was charged, also when two are decided at once', async () => {
    const { id: payment_id } = await chargedPayment(test.db, cast);
    const ids = [
      await buildCase(test.db, cast, { payment_id, amount_minor: 100_000 }),
      await buildCase(test.db, cast, { payment_id }),
      await buildCase(test.db, cast, { payment_id, amount_minor: null, currency: null }),
    ];
    await Promise.all(ids.map((id) => decide(id, 'lost')));
    const taken = (await Promise.all(ids.map((id) => listChargebacks(test.db, id)))).flat();
    expect(taken.reduce((sum, { total_minor }) => sum + total_minor, 0)).toBe(149_900);
    const more = await buildCase(test.db, cast, { payment_id, amount_minor: 5000 });
    expect(await decide(more, 'lost', 1)).toEqual({ ok: false, reason: 'amount' });
    expect(await decide(more, 'lost')).toEqual({ ok: true });
  });

  it('refuse to lose more than was disputed', async () => {
    const disputeId = await buildCase(test.db, cast, { amount_minor: 5000 });
    expect(await decide(disputeId, 'lost', 5001)).toEqual({ ok: false, reason: 'amount' });
  });

  it('keep a case that has ended about what it lost at least, whoever says less: an operator or the bank', async () => {
    const payment = await chargedPayment(test.db, cast);
    const of = { payment_id: payment.id, amount_minor: 100_000, reference: 'BELOW-1' };
    const disputeId = await buildCase(test.db, cast, of);
    await decide(disputeId, 'lost', 60_000);
    const olivia = await signIn(test.app, cast.olivia);
    const correct = (amount: string) =>
      olivia.post(`/admin/disputes/${String(disputeId)}/facts`, { network: 'visa', amount, currency: 'TRY' });
    const refused = await correct('599,99');
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('id="amount-error"');
    expect(refused.text).toContain('What was lost was disputed: enter at least that much');
    const notice = { merchantOid: payment.merchant_oid, kind: 'dispute', receivedAt: new Date() } as const;
    const told = { reference: 'below-1', amount_minor: 59_999, currency: 'TRY' } as const;
    const answer = { notice: { ...notice, ...told }, answerDays: 7 };
    expect(await receiveNotice(test.db, contextAt(new Date()), answer)).toEqual({
      ok: false,
      reason: 'below-lost',
    });
    expect((await correct('600')).status).toBe(303);
    expect(await read(disputeId)).toMatchObject({ amount_minor: 60_000, lost_minor: 60_000 });
    // A second round is about its own amount.
    const again = { ...notice, ...told, kind: 'second', amount_minor: 50_000 } as const;
    const second = await receiveNotice(test.db, contextAt(new Date()), { notice: again, answerDays: 7 });
    expect(second).toMatchObject({ ok: true });
    expect(await read(disputeId)).toMatchObject({ round: 2, amount_minor: 50_000, lost_minor: null });
  });
});

describe('a further report while a warning is open', () => {
  it('is the same case, and no word of it is lost', async () => {
    const { id } = await chargedPayment(test.db, cast);
    const report = (claim: string) =>
      test.db.transaction((trx) =>
        recordWarning(trx, contextAt(new Date()), {
          companyId: cast.acme.id,
          paymentId: id,
          source: 'statement',
          claim,
        }),
      );
    const first = await report('It was not me');
    const again = await report('Nor was it my colleague');
    const long = await report('x'.repeat(1990));
    expect([again, long]).toEqual([
      { disputeId: first.disputeId, isNew: false },
      { disputeId: first.disputeId, isNew: false },
    ]);
    expect((await read(first.disputeId)).claim).toBe('It was not me\n\nNor was it my colleague');
    const rows = await test
      .db('audit_logs')
      .where({
        resource_type: 'dispute',
        resource_id: String(first.disputeId),
        action_type: 'dispute_changed',
      })
      .pluck('details');
    expect(JSON.stringify(rows)).toContain('x'.repeat(1990));
  });
});

describe('refunds of disputed money', () => {
  const refusal = async (paymentId: number, amountMinor: number) =>
    test.db.transaction((trx) =>
      findRefusal(trx, { id: paymentId } as never, {
        guards: [refuseDisputed],
        amountMinor,
        remainingMinor: 149_900,
      }),
    );

  it('are refused while the bank may take it, and the rest of the payment may be given back', async () => {
    const { id } = await chargedPayment(test.db, cast);
    const disputeId = await buildCase(test.db, cast, { payment_id: id, amount_minor: 100_000 });
    expect(await refusal(id, 49_901)).toEqual({
      reason: 'in-dispute',
      details: { dispute_ids: [disputeId] },
    });
    expect(await refusal(id, 49_900)).toBeNull();
    await decide(disputeId, 'won');
    expect(await refusal(id, 149_900)).toBeNull();
  });

  it('are allowed for a warning whose package is fixed, or that ended without a word of the bank', async () => {
    const { id } = await chargedPayment(test.db, cast);
    const warning = { payment_id: id, source: 'inquiry', disputed_at: null };
    await buildCase(test.db, cast, { ...warning, state: 'expired', closed_at: new Date() });
    await buildCase(test.db, cast, { ...warning, state: 'sent', answer_by: null });
    expect(await refusal(id, 149_900)).toBeNull();
  });

  it('stay refused for what was lost, and are allowed for a mere warning', async () => {
    const { id } = await chargedPayment(test.db, cast);
    const disputeId = await buildCase(test.db, cast, { payment_id: id, state: 'warned', answer_by: null });
    expect(await refusal(id, 149_900)).toBeNull();
    await test
      .db('disputes')
      .where({ id: disputeId })
      .update({ state: 'needs_response', disputed_at: new Date() });
    await decide(disputeId, 'lost');
    expect(await refusal(id, 1)).toMatchObject({ reason: 'in-dispute' });
  });
});

describe('accepting', () => {
  it('a warning needs a refund of the payment; when that fails the case opens again', async () => {
    const { id } = await chargedPayment(test.db, cast);
    const disputeId = await buildCase(test.db, cast, {
      payment_id: id,
      state: 'warned',
      answer_by: null,
      reference: null,
    });
    const accept = () =>
      acceptCase(test.db, contextAt(new Date()), {
        disputeId,
        lostMinor: null,
        note: null,
        config: test.config,
      });
    expect(await accept()).toEqual({ ok: false, reason: 'refund' });
    const [refund] = await test
      .db('refunds')
      .insert({
        payment_id: id,
        company_id: cast.acme.id,
        source: 'ours',
        reference_no: `RF${String(id)}`,
        amount_minor: 149_900,
        currency: 'TRY',
        state: 'requested',
        policy: 'goodwill',
        reason: 'Settled with the customer',
        ends_paid_time: true,
        requested_by: cast.olivia.id,
        requested_at: new Date(),
      })
      .returning<{ id: number }[]>('id');
    expect(await accept()).toEqual({ ok: true });
    expect(await read(disputeId)).toMatchObject({ state: 'accepted', refund_id: refund!.id });
    expect(await listChargebacks(test.db, disputeId)).toEqual([]);
    await test.db('refunds').where({ id: refund!.id }).update({ state: 'withdrawn', decided_at: new Date() });
    await tendCases(test.db, contextAt(new Date()), { keepMonths: 24 });
    expect(await read(disputeId)).toMatchObject({ state: 'warned', refund_id: null, closed_at: null });
  });

  it('a part of a dispute is lost in the books, and no more', async () => {
    const disputeId = await buildCase(test.db, cast, { amount_minor: 80_000 });
    await acceptCase(test.db, contextAt(new Date()), {
      disputeId,
      lostMinor: 30_000,
      note: 'Half a month was unused',
      config: test.config,
    });
    expect(await read(disputeId)).toMatchObject({ state: 'accepted', lost_minor: 30_000 });
    expect(await listChargebacks(test.db, disputeId)).toMatchObject([{ total_minor: 30_000 }]);
  });
});

describe('the clock', () => {
  it('ends a case whose last day has passed, and no case that was answered', async () => {
    const late = await buildCase(test.db, cast, { answer_by: hours(-1) });
    const sent = await buildCase(test.db, cast, { state: 'sent', answer_by: null });
    const warned = await buildCase(test.db, cast, {
      state: 'warned',
      answer_by: null,
      received_at: hours(-24 * 121),
    });
    await tendCases(test.db, contextAt(new Date()), { keepMonths: 24 });
    expect([(await read(late)).state, (await read(sent)).state, (await read(warned)).state]).toEqual([
      'expired',
      'sent',
      'expired',
    ]);
  });

  it('keeps a hold on each open case, also one released by hand, and ends it months after the case', async () => {
    const disputeId = await buildCase(test.db, cast, { answer_by: hours(100) });
    const held = () =>
      test.db('legal_holds').where({ dispute_id: disputeId }).whereNull('released_at').pluck('id');
    await tendCases(test.db, contextAt(new Date()), { keepMonths: 24 });
    expect(await held()).toHaveLength(1);
    await test
      .db('legal_holds')
      .where({ dispute_id: disputeId })
      .update({ released_at: new Date(), released_by: cast.olivia.id, release_note: 'by mistake' });
    await tendCases(test.db, contextAt(new Date()), { keepMonths: 24 });
    expect(await held()).toHaveLength(1);
    await decide(disputeId, 'won');
    await tendCases(test.db, contextAt(hours(24 * 365)), { keepMonths: 24 });
    expect(await held()).toHaveLength(1);
    await tendCases(test.db, contextAt(hours(24 * 740)), { keepMonths: 24 });
    expect(await held()).toHaveLength(0);
  });

  it('mails two people 48 and 24 hours before the end, once each, and again for a day that was moved', async () => {
    await buildUser(test.db, { company_id: null, role: 'operator' });
    await buildUser(test.db, { company_id: null, role: 'operator' });
    const now = new Date();
    const disputeId = await buildCase(test.db, cast, { answer_by: hours(60, now) });
    const mails = () =>
      test
        .db('mails')
        .where({ template: 'dispute-deadline', cause_id: String(disputeId) })
        .orderBy('id');
    const remind = (at: Date) => remindOfDeadlines(test.db, contextAt(at), { config: test.config });
    await remind(now);
    expect(await mails()).toHaveLength(0);
    await Promise.all([remind(hours(13, now)), remind(hours(13, now))]);
    const first = await mails();
    expect(first.map((mail: { user_id: number }) => mail.user_id)).toContain(cast.olivia.id);
    expect(first).toHaveLength(2);
    await remind(hours(20, now));
    expect(await mails()).toHaveLength(2);
    await remind(hours(37, now));
    expect(await mails()).toHaveLength(4);
    await remind(hours(50, now));
    expect(await mails()).toHaveLength(4);
    await test
      .db('disputes')
      .where({ id: disputeId })
      .update({ answer_by: hours(90, now) });
    await remind(hours(50, now));
    expect(await mails()).toHaveLength(6);
  });
});
