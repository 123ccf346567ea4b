import { beforeAll, describe, expect, it } from 'vitest';
import { assessDefences } from '../../../src/disputes/defences/assess-defences.ts';
import type { PaymentFacts } from '../../../src/disputes/facts/payment-facts.ts';
import { recordOf } from '../../../src/disputes/facts/fact-record.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildCancellation, buildRenewal, CARD_TERMS } from '../facts/events.ts';
import { buildPaid, buildUse, daysBefore, factsOf, PAID_AT } from '../facts/scene.ts';

const database = useTestDatabase();
const fraud = { family: 'fraud', network: 'visa', code: '10.4', exhibits: [] } as const;
const idsAgainst = (facts: PaymentFacts) => assessDefences(facts, fraud).against.map(({ id }) => id);

/** Used in the first days and cancelled on the fourth. */
let cancelled: PaymentFacts;
/** A renewal by a stored card, announced by mail, and used. */
let renewal: PaymentFacts;

beforeAll(async () => {
  const { db, ownerDb } = database;
  const scene = await buildPaid(db);
  await buildUse(database, scene);
  await buildCancellation(ownerDb, scene, new Date('2026-11-14T10:00:00Z'));
  cancelled = await factsOf(db, scene);
  const first = await buildPaid(db, { created_at: daysBefore(PAID_AT, 30) }, CARD_TERMS);
  const payment = await buildRenewal(db, ownerDb, first);
  await buildUse(database, first);
  renewal = await factsOf(db, { payment });
});

function asConsumer(facts: PaymentFacts, boxes: string[]): PaymentFacts {
  if (facts.consent === null) throw new Error('no consent');
  const named = boxes.map((name) => ({ name, wording: name }));
  return { ...facts, consent: { ...facts.consent, customer_type: 'consumer', boxes: named } };
}

describe('the facts against us', () => {
  it('name the rights of a consumer who cancelled, and none of a company', () => {
    expect(idsAgainst(cancelled)).toEqual([]);
    expect(idsAgainst(asConsumer(cancelled, []))).toEqual(['withdrawal_due', 'unused_part_due']);
    // With the consent to begin at once, the right to withdraw is lost; the unused part is another matter.
    expect(idsAgainst(asConsumer(cancelled, ['immediate']))).toEqual(['unused_part_due']);
  });

  it('take a renewal for approved only where a company agreed, and was told by mail', () => {
    expect(idsAgainst(renewal)).toEqual([]);
    const { consented } = renewal;
    if (consented?.consent == null) throw new Error('no consent');
    const consent = { ...consented.consent, customer_type: 'consumer' as const };
    expect(idsAgainst({ ...renewal, consented: { ...consented, consent } })).toEqual([
      'renewal_not_approved',
    ]);
    const untold = renewal.notices.map((notice) => ({ ...notice, mail: null }));
    expect(idsAgainst({ ...renewal, notices: untold })).toEqual(['renewal_not_announced']);
    const without = { ...consented.consent, card_text_sha256: null };
    const unagreed = { ...renewal, consented: { ...consented, consent: without } };
    expect(idsAgainst(unagreed)).toEqual(['no_card_consent']);
  });

  it('are promised refunds, signs of a takeover and workspaces that did not start', () => {
    const record = recordOf('audit_log', 1);
    const at = PAID_AT;
    const refund = {
      ...{
        record: recordOf('refund', 1),
        source: 'ours' as const,
        amount_minor: 100,
        currency: 'TRY' as const,
      },
      ...{ policy: 'goodwill', reference_no: null, requested_at: at, decided_at: null },
    };
    expect(idsAgainst({ ...cancelled, refunds: [{ ...refund, state: 'requested' }] })).toEqual([
      'refund_promised',
    ]);
    const done = { ...refund, state: 'done' as const, decided_at: at };
    expect(idsAgainst({ ...cancelled, refunds: [done] })).toEqual(['refunded_partly']);
    const warnings = [{ record, kind: 'password_reset' as const, at, detail: null }];
    expect(idsAgainst({ ...cancelled, warnings })).toEqual(['takeover_signs']);
    const faults = [{ record, at, action: 'workspace_started', reason: null }];
    expect(idsAgainst({ ...cancelled, faults })).toEqual(['workspace_faults']);
  });
});

describe('authentication by the bank', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['an ECI with its value', { eci: '05', cavv: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=' }, true],
    ['an attempt with its value', { threeds_eci: '6', authentication_value: 'AAABBZEEBgAAAA==' }, true],
    ['an ECI without value', { eci: '05' }, false],
    ['a value without ECI', { cavv: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=' }, false],
    ['the ECI of no authentication', { eci: '07', cavv: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=' }, false],
    ['a status of the gateway alone', { mdStatus: '1' }, false],
  ])('by %s', (_, three_d, expected) => {
    const card = cancelled.card;
    if (card === null) throw new Error('no card');
    const facts = { ...cancelled, card: { ...card, three_d } };
    const found = assessDefences(facts, fraud).defences.find(({ id }) => id === 'authenticated');
    expect(found?.satisfied).toBe(expected);
  });

  it('of the first payment answers for later charges at Mastercard', () => {
    const { consented } = renewal;
    if (consented === null) throw new Error('no first payment');
    const three_d = { eci: '02', ucaf: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=' };
    const dispute = { family: 'fraud', network: 'mastercard', code: '4837', exhibits: [] } as const;
    const found = (facts: PaymentFacts) =>
      assessDefences(facts, dispute).defences.find(({ id }) => id === 'first_payment_authenticated')
        ?.satisfied;
    expect(found(renewal)).toBe(false);
    expect(found({ ...renewal, consented: { ...consented, three_d } })).toBe(true);
  });
});
