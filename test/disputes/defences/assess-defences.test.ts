import { describe, expect, it } from 'vitest';
import { repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { buildSession } from '../../evidence/support.ts';
import { assessedCaseOf } from '../../../src/disputes/defences/assessed-case.ts';
import type { DisputeCase } from '../../../src/disputes/queries.ts';
import { assessDefences } from '../../../src/disputes/defences/assess-defences.ts';
import { writeLetter } from '../../../src/disputes/defences/letter.ts';
import { proofTags } from '../../../src/disputes/defences/proof-tags.ts';
import { pieceTags } from '../../../src/disputes/defences/piece-ids.ts';
import { networks } from '../../../src/disputes/networks.ts';
import type { PaymentFacts } from '../../../src/disputes/facts/payment-facts.ts';
import { findReason, reasonCodes, searchReasons } from '../../../src/disputes/reasons/reason-codes.ts';
import { findClock } from '../../../src/disputes/reasons/stage-clocks.ts';
import { families } from '../../../src/disputes/reasons/reason-families.ts';
import { verifyClaims } from '../../../src/disputes/facts/verify-claims.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildPaid, buildUse, factsOf } from '../facts/scene.ts';

const database = useTestDatabase();

async function factsOfPaid(isUsed: boolean): Promise<PaymentFacts> {
  const scene = await buildPaid(database.db);
  if (isUsed) await buildUse(database, scene);
  return factsOf(database.db, scene);
}

describe('the defences against a claim', () => {
  it('are satisfied by use when the service is said not to have come, and not without it', async () => {
    const dispute = { family: 'not_received', network: 'visa', code: '13.1', exhibits: [] } as const;
    const [used, unused] = [await factsOfPaid(true), await factsOfPaid(false)];
    const satisfied = (facts: PaymentFacts) =>
      assessDefences(facts, dispute)
        .defences.filter((defence) => defence.satisfied)
        .map(({ id }) => id);
    expect(satisfied(used)).toEqual(['delivered']);
    expect(satisfied(unused)).toEqual([]);
    expect(assessDefences(unused, dispute).against.map(({ id }) => id)).toEqual(['no_sign_in', 'no_use']);
    const letter = writeLetter(used, assessDefences(used, dispute), dispute);
    expect(letter.map(({ id }) => id)).toContain('used');
  });
});

describe('the use in a letter', () => {
  it('is told apart from that of colleagues, and the database confirms both', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    await buildUse(database, scene);
    const times = { from: '2026-11-14T08:05:00Z', to: '2026-11-14T08:55:00Z' };
    await buildSession(db, scene.cast.alice, scene.workspaceId, times, { connected: 45, active: 40 });
    await repostDeliveries(db, { companyId: scene.cast.acme.id });
    const facts = await factsOf(db, scene);
    const dispute = { family: 'fraud', network: 'visa', code: '10.4', exhibits: [] } as const;
    const letter = writeLetter(facts, assessDefences(facts, dispute), dispute);
    const told = letter.find(({ id }) => id === 'used_by_others');
    expect(told?.params).toMatchObject({ count: facts.use.all.sessions - 1, time: { minutes: 80 } });
    const { claims = [], records = [] } = told ?? {};
    const about = { paymentId: scene.payment.id, asOf: facts.as_of };
    expect(await verifyClaims(db, { ...about, claims, records })).toEqual([]);
    const alone = await factsOfPaid(true);
    const ids = writeLetter(alone, assessDefences(alone, dispute), dispute).map(({ id }) => id);
    expect(ids).not.toContain('used_by_others');
  });
});

describe('pieces of evidence', () => {
  it('count a session in which nothing was sent as connected, and as no use', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const times = { from: '2026-11-13T08:05:00Z', to: '2026-11-13T08:55:00Z' };
    await buildSession(db, scene.payer, scene.workspaceId, times, { connected: 45, active: 0 });
    await repostDeliveries(db, { companyId: scene.cast.acme.id });
    const facts = await factsOf(db, scene);
    expect(facts.use.all).toMatchObject({ sessions: 1, proven_minutes: 0, at_most_minutes: 45 });
    const dispute = { family: 'not_received', network: 'visa', code: '13.1', exhibits: [] } as const;
    const assessment = assessDefences(facts, dispute);
    expect(assessment.defences.some(({ satisfied }) => satisfied)).toBe(false);
    expect(writeLetter(facts, assessment, dispute).map(({ id }) => id)).not.toContain('used');
  });

  it('each say what they prove', () => {
    expect(Object.values(pieceTags).filter((tag) => !proofTags.includes(tag))).toEqual([]);
  });
});

describe('reason codes', () => {
  it('are found as a notice writes them, and by plain words without Turkish letters', () => {
    expect(findReason('visa', ' 10.4 ')?.family).toBe('fraud');
    expect(findReason(null, 'f29')?.network).toBe('amex');
    expect(searchReasons('hatirlamiyor', 'tr').map(({ code }) => code)).toEqual(['4863']);
    expect(searchReasons('visa İKİ kez', 'tr').map(({ code }) => code)).toEqual(['12.6.1']);
  });

  it('have the clock of their network, and none where no public text gives one', () => {
    const clock = (network: 'visa' | 'mastercard' | 'amex' | 'troy' | 'other', code: string | null) => {
      const { opensAtMost, answer } = findClock(network, code) ?? {};
      return [opensAtMost, answer];
    };
    expect(clock('visa', '10.4')).toEqual([120, 30]);
    expect(clock('visa', '13.1')).toEqual([540, 30]);
    expect(clock('mastercard', '4853')).toEqual([540, 45]);
    expect(clock('amex', 'C08')).toEqual([540, 20]);
    expect(clock('other', null)).toEqual([undefined, undefined]);
  });

  it('are each of a known family, and no network has one twice', () => {
    expect(reasonCodes.filter(({ family }) => !families.includes(family))).toEqual([]);
    expect(reasonCodes.filter(({ network }) => !networks.includes(network))).toEqual([]);
    const names = reasonCodes.map(({ network, code }) => `${network} ${code}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a case', () => {
  it('is assessed by the family of its code, and by the general defences while no bank has named one', () => {
    const told = { network: null, reason_code: null, source: 'bank', claim: 'Mine?' };
    expect(assessedCaseOf({ ...caseRow, ...told } as DisputeCase, [])).toMatchObject({
      family: 'general',
      network: null,
      claim: 'Mine?',
    });
    const complaint = { ...caseRow, ...told, source: 'statement' } as DisputeCase;
    expect(assessedCaseOf(complaint, []).family).toBe('unrecognized');
    const named = { ...caseRow, network: null, reason_code: 'c08' } as DisputeCase;
    expect(assessedCaseOf(named, [])).toMatchObject({ family: 'not_received', network: 'amex', code: 'C08' });
  });

  it('lets a file take the place of a piece that only somebody outside has', async () => {
    const facts = await factsOfPaid(true);
    const dispute = { family: 'authorization', network: 'visa', code: '11.3', exhibits: [] } as const;
    const of = (exhibits: { id: number; proves: 'authorization' | 'refund' }[]) =>
      assessDefences(facts, { ...dispute, exhibits }).defences.find(({ id }) => id === 'authorized');
    expect(of([])).toMatchObject({ satisfied: false, groups: [{ pieces: [{ state: 'needs_action' }] }, {}] });
    expect(of([{ id: 7, proves: 'refund' }])?.satisfied).toBe(false);
    expect(of([{ id: 7, proves: 'authorization' }])).toMatchObject({
      satisfied: true,
      groups: [{ counts: true, pieces: [{ record: { type: 'dispute_exhibit', id: 7 } }] }, {}],
    });
  });
});

const caseRow = {
  id: 1,
  amount_minor: null,
  submitted_on: null,
  processed_on: null,
  closed_at: null,
  received_at: new Date('2026-11-20T09:00:00Z'),
};
