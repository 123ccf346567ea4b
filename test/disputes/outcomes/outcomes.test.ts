import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disputedShares } from '../../../src/disputes/outcomes/disputed-shares.ts';
import { experienceOf } from '../../../src/disputes/outcomes/experience.ts';
import { chanceOf, groupOutcomes } from '../../../src/disputes/outcomes/group-outcomes.ts';
import { listOutcomes, listShares } from '../../../src/disputes/outcomes/queries.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { buildCase, chargedPayment } from '../build.ts';

let test: TestApp;
let cast: Cast;

const ended = (state: string, overrides: Record<string, unknown> = {}): Promise<number> =>
  buildCase(test.db, cast, { state, answer_by: null, closed_at: new Date(), ...overrides });

beforeAll(async () => {
  test = await createTestApp();
  cast = await buildCast(test.db);
});
afterAll(() => test.close());

describe('outcomes', () => {
  it('give no chance before twenty cases of a claim are decided, and the share of those won from then on', async () => {
    const { id: payment_id } = await chargedPayment(test.db, cast);
    for (let n = 0; n < 19; n += 1) await ended(n < 12 ? 'won' : 'lost', { payment_id });
    await ended('accepted', { payment_id });
    await ended('won', { payment_id, reason_code: '13.1' });
    expect(chanceOf(await listOutcomes(test.db, { from: null }), 'fraud')).toBeNull();
    await ended('lost', { payment_id });
    expect(chanceOf(await listOutcomes(test.db, { from: null }), 'fraud')).toBe(12 / 20);
  });

  it('weigh a claim by how often it is made, once there are enough', async () => {
    const rows = await listOutcomes(test.db, { from: null });
    const few = experienceOf(rows.map((row) => ({ ...row, won: 0, lost: 1, accepted: 0 })).slice(0, 1));
    expect(few.fraud).toEqual(few.amount);
    const { fraud, not_received, amount } = experienceOf(rows);
    expect(fraud.weight).toBeGreaterThan(not_received.weight);
    expect(not_received.weight).toBeGreaterThan(amount.weight);
    expect([fraud.chance, amount.chance]).toEqual([12 / 20, null]);
  });

  it('are the same on the page and in the file, by every dimension', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const csv = await olivia.get('/admin/disputes/outcomes.csv');
    const lines = csv.text.trim().split('\r\n').slice(1);
    const won = lines.reduce((sum, line) => sum + Number(line.split(/[;,]/)[4]), 0);
    for (const by of ['reason', 'network', 'plan', 'month'] as const) {
      const groups = groupOutcomes(await listOutcomes(test.db, { from: null }), by);
      expect(groups.reduce((sum, group) => sum + group.won, 0)).toBe(won);
      const page = await olivia.get(`/admin/disputes/outcomes?by=${by}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain('%');
    }
  });

  it('compare the disputes of a month with its payments, and say where a limit is passed', async () => {
    const { id } = await chargedPayment(test.db, cast, { charged_at: new Date() });
    await test.db('payment_card_facts').insert({
      payment_id: id,
      asked_at: new Date(),
      card_scheme: 'VISA',
      answer: '{}',
    });
    const rows = await listShares(test.db, {
      from: new Date(Date.now() - 86_400_000 * 3),
      to: new Date(Date.now() + 86_400_000),
    });
    const shares = disputedShares(rows, { visa: 0.5 });
    const visa = shares.filter(({ network }) => network === 'visa');
    expect(visa.some(({ payments, isOver }) => payments === 1 && isOver)).toBe(true);
    const [all] = shares;
    expect(all?.share).toBe((all?.disputes ?? 0) / (all?.payments ?? 1));
  });
});
