import { describe, expect, it } from 'vitest';
import { ce3InputOf } from '../../../src/disputes/ce3/ce3-input-of.ts';
import { ce3RulesOf } from '../../../src/disputes/ce3/ce3-input.ts';
import { listDecisions } from '../../../src/disputes/ce3/queries.ts';
import { replayDecision } from '../../../src/disputes/ce3/replay-decision.ts';
import { storeDecision } from '../../../src/disputes/ce3/store-decision.ts';
import { contextAt } from '../../billing/scene.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildHomePayment, buildPaid, daysBefore, factsOf, NOW, type Scene } from '../facts/scene.ts';

const database = useTestDatabase();
const rules = ce3RulesOf({
  cardHistory: { usesDevices: false, ownNetworks: ['198.51.100.0/24'], newRuleFrom: '2026-10-24' },
});

async function buildCase(
  scene: Scene,
): Promise<{ id: number; company_id: number; user_id: number; payment_id: number }> {
  const dispute = {
    company_id: scene.cast.acme.id,
    user_id: scene.payer.id,
    payment_id: scene.payment.id,
  };
  const [row] = await database
    .db('disputes')
    .insert({ ...dispute, state: 'needs_response', source: 'bank', received_at: NOW, opened_at: NOW })
    .returning<{ id: number }[]>('id');
  return { id: row?.id ?? 0, ...dispute };
}

describe('the decision about the history of a card', () => {
  it('is kept with its inputs once, with an audit row, and comes out the same when it is made again', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    for (const days of [150, 300])
      await buildHomePayment(db, scene.payer, { created_at: daysBefore(NOW, days) });
    const dispute = await buildCase(scene);
    const facts = await factsOf(db, scene);
    const told = { network: 'visa', code: '10.4', processed_on: '2026-11-30' };
    const input = ce3InputOf(facts, told, rules);
    const context = contextAt(new Date());
    const first = await db.transaction((trx) => storeDecision(trx, context, { dispute, input }));
    await db.transaction((trx) => storeDecision(trx, context, { dispute, input }));
    expect(first).toMatchObject({
      status: 'qualifies',
      elements: ['ip', 'login'],
      flags: ['credential_unproven', 'acquirer_unproven'],
    });
    const [stored, ...others] = await listDecisions(db, {
      companyId: scene.cast.acme.id,
      disputeId: dispute.id,
    });
    expect(others).toEqual([]);
    expect(stored && replayDecision(stored)).toMatchObject({
      isSame: true,
      isIntact: true,
      isOtherCode: false,
    });
    const rows = await db('audit_logs')
      .where({ action_type: 'dispute_history_decided', resource_id: String(dispute.id) })
      .select('details');
    expect(rows).toMatchObject([{ details: { outcome: 'qualifies', code_version: stored?.code_version } }]);
    expect(await listDecisions(db, { companyId: scene.cast.globex.id, disputeId: dispute.id })).toEqual([]);
  });

  it('is found to be another when an input or the decision was changed', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const dispute = await buildCase(scene);
    const input = ce3InputOf(await factsOf(db, scene), { network: 'visa', code: '10.4' }, rules);
    await db.transaction((trx) => storeDecision(trx, contextAt(new Date()), { dispute, input }));
    const [stored] = await listDecisions(db, { companyId: null, disputeId: dispute.id });
    if (stored === undefined) throw new Error('nothing was stored');
    expect(replayDecision(stored)).toMatchObject({ isSame: true, now: { status: 'not_qualified' } });
    const forged = { ...stored, decision: { ...stored.decision, status: 'qualifies' as const } };
    expect(replayDecision(forged).isSame).toBe(false);
    const changed = { ...stored, inputs: { ...input, submitted_on: '2026-01-01' } };
    expect(replayDecision(changed).isIntact).toBe(false);
    expect(replayDecision({ ...stored, code_version: 'ce3-0' })).toMatchObject({
      isSame: true,
      isOtherCode: true,
    });
  });

  it('does not count a payment that was disputed before', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const prior = await buildHomePayment(db, scene.payer, { created_at: daysBefore(NOW, 150) });
    expect((await factsOf(db, scene)).priors).toMatchObject([{ is_disputed: false }]);
    await buildCase({ ...scene, payment: prior });
    const facts = await factsOf(db, scene);
    expect(facts.priors).toMatchObject([{ is_disputed: true }]);
    expect(ce3InputOf(facts, { network: 'visa', code: '10.4' }, rules).priors[0]?.is_clean).toBe(false);
  });
});
