import { describe, expect, it } from 'vitest';
import { assessDefences } from '../../../src/disputes/defences/assess-defences.ts';
import { writeLetter } from '../../../src/disputes/defences/letter.ts';
import { proofTags } from '../../../src/disputes/defences/proof-tags.ts';
import { pieceTags } from '../../../src/disputes/defences/piece-ids.ts';
import { networks } from '../../../src/disputes/networks.ts';
import type { PaymentFacts } from '../../../src/disputes/facts/payment-facts.ts';
import { readPaymentFacts } from '../../../src/disputes/facts/read-payment-facts.ts';
import { findReason, reasonCodes, searchReasons } from '../../../src/disputes/reasons/reason-codes.ts';
import { families } from '../../../src/disputes/reasons/reason-families.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildPaid, buildUse, NOW } from '../facts/scene.ts';

const database = useTestDatabase();

async function factsOf(isUsed: boolean): Promise<PaymentFacts> {
  const scene = await buildPaid(database.db);
  if (isUsed) await buildUse(database.ownerDb, scene);
  const facts = await readPaymentFacts(database.db, {
    paymentId: scene.payment.id,
    companyId: scene.cast.acme.id,
    asOf: NOW,
  });
  if (facts === undefined) throw new Error('no facts');
  return facts;
}

describe('the defences against a claim', () => {
  it('are satisfied by use when the service is said not to have come, and not without it', async () => {
    const dispute = { family: 'not_received', network: 'visa', code: '13.1', exhibits: [] } as const;
    const [used, unused] = [await factsOf(true), await factsOf(false)];
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

describe('pieces of evidence', () => {
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

  it('are each of a known family, and no network has one twice', () => {
    expect(reasonCodes.filter(({ family }) => !families.includes(family))).toEqual([]);
    expect(reasonCodes.filter(({ network }) => !networks.includes(network))).toEqual([]);
    const names = reasonCodes.map(({ network, code }) => `${network} ${code}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
