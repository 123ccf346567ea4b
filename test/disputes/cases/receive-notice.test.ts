import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveNotice, type NoticeOutcome } from '../../../src/disputes/cases/receive-notice.ts';
import { unfreezeCase } from '../../../src/disputes/cases/freeze-case.ts';
import { findCase, type DisputeCase } from '../../../src/disputes/queries.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildFrozen, buildPackage, chargedPayment } from '../build.ts';

let test: TestApp;
let cast: Cast;
const received = new Date('2026-11-20T09:00:00Z');

beforeAll(async () => {
  test = await createTestApp();
  cast = await buildCast(test.db);
});
afterAll(() => test.close());

const orderedPayment = () => chargedPayment(test.db, cast, { created_at: new Date('2026-11-01T09:00:00Z') });

let references = 0;
const newReference = (): string => `BANK/2026-${String((references += 1))}`;

async function notice(
  merchantOid: string,
  told: Partial<Parameters<typeof receiveNotice>[2]['notice']>,
): Promise<NoticeOutcome> {
  return receiveNotice(test.db, contextAt(new Date('2026-11-20T10:00:00Z')), {
    notice: { merchantOid, reference: 'unset', kind: 'dispute', receivedAt: received, ...told },
    answerDays: 7,
  });
}

async function caseOf(outcome: NoticeOutcome): Promise<DisputeCase> {
  if (!outcome.ok) throw new Error(outcome.reason);
  return read(outcome.disputeId);
}

async function read(disputeId: number): Promise<DisputeCase> {
  const found = await findCase(test.db, { companyId: null, disputeId });
  if (found === undefined) throw new Error('no such case');
  return found;
}

describe('a notice of the bank', () => {
  it('opens a case whose last day ends in Istanbul seven days later, unless the notice says otherwise', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const opened = await caseOf(await notice(order, { reference: newReference() }));
    expect(opened).toMatchObject({ state: 'needs_response', round: 1, amount_minor: null });
    expect(opened.answer_by?.toISOString()).toBe('2026-11-27T20:59:59.000Z');
    const other = await caseOf(
      await notice(order, { reference: newReference(), answer_by: new Date('2026-11-23T20:59:59Z') }),
    );
    expect(other.answer_by?.toISOString()).toBe('2026-11-23T20:59:59.000Z');
  });

  it('is the same case when it comes twice, in any order and capitals, and adds what the case lacks', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const reference = newReference();
    const first = await notice(order, { reference, network: 'visa' });
    const again = await notice(order, { reference: reference.toLowerCase(), reason_code: '13.1' });
    const late = await notice(order, { reference, kind: 'inquiry', amount_minor: 9900, currency: 'TRY' });
    expect([again, late]).toMatchObject([
      { ok: true, isNew: false },
      { ok: true, isNew: false },
    ]);
    expect(await caseOf(first)).toMatchObject({
      state: 'needs_response',
      network: 'visa',
      reason_code: '13.1',
      amount_minor: 9900,
    });
  });

  it('makes one case when two processes enter it at once', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const reference = newReference();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => notice(order, { reference })));
    expect(outcomes.filter((outcome) => outcome.ok && outcome.isNew)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.disputeId)).size).toBe(1);
  });

  it('takes over a warning that no bank had told of, and keeps its hold', async () => {
    const { id, merchant_oid: order } = await orderedPayment();
    const warned = await caseOf(await notice(order, { reference: newReference(), kind: 'inquiry' }));
    expect(warned).toMatchObject({ state: 'warned', answer_by: null });
    const moved = await caseOf(await notice(order, { reference: warned.reference ?? '' }));
    expect(moved).toMatchObject({ id: warned.id, state: 'needs_response' });
    const holds = await test.db('legal_holds').where({ dispute_id: warned.id }).whereNull('released_at');
    expect(holds).toHaveLength(1);
    expect(await test.db('disputes').where({ payment_id: id })).toHaveLength(1);
  });

  it('is refused for another payment, another currency, more than was charged, and an unknown order', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const { merchant_oid: other } = await orderedPayment();
    const reference = newReference();
    await notice(order, { reference });
    expect(await notice(other, { reference })).toEqual({ ok: false, reason: 'other-payment' });
    expect(await notice(order, { reference, amount_minor: 1, currency: 'EUR' })).toEqual({
      ok: false,
      reason: 'other-currency',
    });
    expect(await notice(order, { reference, amount_minor: 149_901, currency: 'TRY' })).toEqual({
      ok: false,
      reason: 'too-much',
    });
    expect(await notice('NOSUCHORDER', { reference: newReference() })).toEqual({
      ok: false,
      reason: 'no-payment',
    });
  });

  it('starts a second round once, with a last day of its own', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const reference = newReference();
    const first = await caseOf(await notice(order, { reference }));
    await test
      .db('disputes')
      .where({ id: first.id })
      .update({ state: 'sent', answer_by: null, drafted_at: new Date() });
    const day = new Date('2026-12-20T20:59:59Z');
    const second = await caseOf(await notice(order, { reference, kind: 'second', answer_by: day }));
    expect(second).toMatchObject({ state: 'needs_response', round: 2, answer_by: day });
    expect(await test.db('disputes').where({ id: first.id }).pluck('drafted_at')).toEqual([null]);
    await test.db('disputes').where({ id: first.id }).update({ state: 'sent', answer_by: null });
    const twice = await caseOf(await notice(order, { reference, kind: 'second', answer_by: day }));
    expect(twice).toMatchObject({ state: 'sent', round: 2, answer_by: null });
  });
});

describe('a dispute after a warning', () => {
  const ended = { closed_at: new Date(), answer_by: null };

  it('under the reference of an inquiry needs an answer, also when the inquiry had ended or was accepted', async () => {
    for (const state of ['expired', 'accepted'] as const) {
      const { merchant_oid: order } = await orderedPayment();
      const reference = newReference();
      const inquiry = await caseOf(await notice(order, { reference, kind: 'inquiry' }));
      await test
        .db('disputes')
        .where({ id: inquiry.id })
        .update({ ...ended, state });
      const dispute = await caseOf(await notice(order, { reference }));
      expect(dispute).toMatchObject({ id: inquiry.id, state: 'needs_response', round: 1, closed_at: null });
      expect(dispute.answer_by?.toISOString()).toBe('2026-11-27T20:59:59.000Z');
    }
  });

  it('needs a second answer where the inquiry was answered, and never moves the case twice', async () => {
    const { disputeId, packageId } = await buildPackage(test.db, cast, {
      ...{ source: 'inquiry', state: 'sent', answer_by: null, disputed_at: null },
    });
    await test.db('dispute_answers').insert({
      ...{ dispute_id: disputeId, company_id: cast.acme.id, round: 1, package_id: packageId },
      ...{ sent_at: new Date(), sent_by: cast.olivia.id, channel: 'panel' },
    });
    const { merchant_oid: order, reference } = await read(disputeId);
    const told = { reference: reference ?? '', receivedAt: new Date() };
    const dispute = await caseOf(await notice(order, told));
    expect(dispute).toMatchObject({ state: 'needs_response', round: 2 });
    await test
      .db('disputes')
      .where({ id: disputeId })
      .update({ ...ended, state: 'lost' });
    expect(await caseOf(await notice(order, told))).toMatchObject({ state: 'lost', round: 2 });
  });

  it('stays a dispute when its package is given up, and a warning stays a warning', async () => {
    for (const [disputed_at, state] of [
      [new Date(), 'needs_response'],
      [null, 'warned'],
    ] as const) {
      const { disputeId } = await buildFrozen(test.db, cast, { source: 'customer', disputed_at });
      await unfreezeCase(test.db, contextAt(new Date()), { disputeId });
      expect(await read(disputeId)).toMatchObject({ state, frozen_package_id: null });
    }
  });

  it('is refused with a day before its order, or a last day before it came', async () => {
    const { merchant_oid: order } = await orderedPayment();
    const reference = newReference();
    const early = { reference, receivedAt: new Date('2025-11-20T09:00:00Z') };
    expect(await notice(order, early)).toEqual({ ok: false, reason: 'before-payment' });
    expect(await notice(order, { reference, answer_by: new Date('2026-11-10T20:59:59Z') })).toEqual({
      ok: false,
      reason: 'answer-before',
    });
  });
});
