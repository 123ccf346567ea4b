import { describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../src/disputes/answers/prepare-answer.ts';
import { storeDecision } from '../../../src/disputes/ce3/store-decision.ts';
import { findCase, type DisputeCase } from '../../../src/disputes/queries.ts';
import { contextAt } from '../../billing/scene.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildPapers } from '../facts/events.ts';
import {
  buildHomePayment,
  buildPaid,
  buildUse,
  daysBefore,
  factsOf,
  NOW,
  type Scene,
} from '../facts/scene.ts';

const database = useTestDatabase();
const config = { cardHistory: { usesDevices: false, ownNetworks: [], newRuleFrom: '2026-10-24' } };

async function buildCase(
  { cast, payer, payment }: Scene,
  told: Record<string, unknown>,
): Promise<DisputeCase> {
  const [row] = await database
    .db('disputes')
    .insert({
      ...{ company_id: cast.acme.id, user_id: payer.id, payment_id: payment.id },
      ...{ state: 'needs_response', source: 'bank', received_at: NOW, opened_at: NOW },
      ...told,
    })
    .returning<{ id: number }[]>('id');
  const found = await findCase(database.db, { companyId: cast.acme.id, disputeId: row?.id ?? 0 });
  if (found === undefined) throw new Error('no case');
  return found;
}

describe('the answer to a case of fraud', () => {
  it('has the history of the card beside the use, and the database confirms all of its letter', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    for (const days of [150, 300])
      await buildHomePayment(db, scene.payer, { created_at: daysBefore(NOW, days) });
    await buildUse(database, scene);
    await buildPapers(db, scene);
    const dispute = await buildCase(scene, {
      network: 'visa',
      reason_code: '10.4',
      processed_on: '2026-11-30',
    });
    const input = { facts: await factsOf(db, scene), at: NOW, dispute, config };
    const answer = await prepareAnswer(db, { ...input, exhibits: [] });
    expect(answer.wrong).toEqual([]);
    expect(answer.history?.decision.status).toBe('qualifies');
    const history = (exhibits: { id: number; proves: 'same_card' | 'same_acquirer' }[]) =>
      prepareAnswer(db, { ...input, exhibits }).then(({ assessment }) =>
        assessment.defences.find(({ id }) => id === 'card_history'),
      );
    // PayTR has to say that the card and the acquirer are the same ones.
    expect(await history([])).toMatchObject({
      satisfied: false,
      groups: [{ pieces: [{ state: 'ready' }, { state: 'needs_action' }, { state: 'needs_action' }] }, {}],
    });
    const confirmed = await history([
      { id: 1, proves: 'same_card' },
      { id: 2, proves: 'same_acquirer' },
    ]);
    expect(confirmed?.satisfied).toBe(true);
    const { history: decided } = answer;
    if (decided === null) throw new Error('nothing was decided');
    const context = contextAt(new Date());
    const stored = await db.transaction((trx) =>
      storeDecision(trx, context, { dispute, input: decided.input }),
    );
    expect(stored).toEqual(decided.decision);
  });

  it('names every claim that has become wrong since the facts were read', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    await buildUse(database, scene);
    const dispute = await buildCase(scene, { network: 'visa', reason_code: '13.1' });
    const facts = await factsOf(db, scene);
    const more = { ...facts.use.all, person_proven_minutes: facts.use.all.person_proven_minutes + 1 };
    const forged = { ...facts, use: { ...facts.use, all: more } };
    const { wrong } = await prepareAnswer(db, { facts: forged, at: NOW, dispute, exhibits: [], config });
    expect(wrong).toMatchObject([{ claim: { found: 'person_minutes', value: 81 } }]);
  });

  it('says that the bank came too late, and that a claim about service speaks of somebody else', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const told = { network: 'visa', reason_code: '13.1', claim: 'Kartım çalındı, bu ödemeyi ben yapmadım.' };
    const after = async (processed_on: string) => {
      const dispute = await buildCase(scene, { ...told, processed_on });
      const facts = await factsOf(db, scene);
      const { assessment, letter, wrong } = await prepareAnswer(db, {
        facts,
        at: NOW,
        dispute,
        exhibits: [],
        config,
      });
      expect(wrong).toEqual([]);
      const satisfied = assessment.defences.filter((defence) => defence.satisfied).map(({ id }) => id);
      return { satisfied, said: letter.map(({ id }) => id) };
    };
    // 540 days after 10 November 2026, and a day more.
    expect((await after('2028-05-03')).satisfied).toEqual(['contradictory_claim']);
    expect(await after('2028-05-04')).toMatchObject({
      satisfied: ['filed_late', 'contradictory_claim'],
      said: expect.arrayContaining(['filed_late', 'claim_contradicts']),
    });
  });

  it('has no history of the card where another rule counts', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const dispute = await buildCase(scene, { network: 'mastercard', reason_code: '4837' });
    const facts = await factsOf(db, scene);
    expect((await prepareAnswer(db, { facts, at: NOW, dispute, exhibits: [], config })).history).toBeNull();
  });
});
