import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftPackages } from '../../../src/disputes/cases/draft-packages.ts';
import { sequenceLeftovers } from '../../../src/transparency/sequence/sequence-leftovers.ts';
import { useTestApp } from '../../support/app.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildCase, buildFrozen } from '../build.ts';
import { buildExhibit } from '../exhibits/build.ts';
import { buildPaid, buildUse, type Scene } from '../facts/scene.ts';
import { bytesOf, unpack, type Unpacked } from '../package/scene.ts';

const test = useTestApp();
let scene: Scene;
let olivia: Visitor;
let other: Visitor;
let alice: Visitor;
let reference = 0;
const bags: Unpacked[] = [];

beforeAll(async () => {
  scene = await buildPaid(test.db);
  await buildUse(test.database, scene);
  await sequenceLeftovers(test.db, { at: new Date() });
  olivia = await signIn(test.app, scene.cast.olivia);
  other = await signIn(test.app, scene.cast.olivia);
  alice = await signIn(test.app, scene.cast.alice);
});
afterAll(() => {
  for (const bag of bags) bag.close();
});

/** Enters a notice by its form; returns the address of the case. */
async function enter(told: Record<string, string> = {}): Promise<string> {
  reference += 1;
  const entered = await olivia.post('/admin/disputes/new', {
    order: scene.payment.merchant_oid,
    reference: `BANK-${String(reference)}`,
    kind: 'dispute',
    receivedOn: new Date().toISOString().slice(0, 10),
    network: 'visa',
    reasonCode: '13.1',
    ...told,
  });
  expect(entered.status).toBe(303);
  return String(entered.headers.location);
}

const pathOf = ({ disputeId }: { disputeId: number }): string => `/admin/disputes/${String(disputeId)}`;
const idOf = (path: string): number => Number(path.split('/').at(-1));
const stateOf = async (path: string): Promise<string> =>
  (
    await test
      .db('disputes')
      .where({ id: idOf(path) })
      .first<{ state: string }>('state')
  ).state;
const frozenOf = async (path: string): Promise<number> =>
  (
    await test
      .db('disputes')
      .where({ id: idOf(path) })
      .first<{ frozen_package_id: number }>('frozen_package_id')
  ).frozen_package_id;
const sending = async (path: string): Promise<Record<string, string>> => ({
  packageId: String(await frozenOf(path)),
  channel: 'panel',
  once: 'on',
});

describe('the answer of a case', () => {
  it('goes from a notice to a fixed package and to a sent answer whose bytes are kept', async () => {
    const path = await enter();
    const page = await olivia.get(path);
    expect(page.text).toContain('The service was delivered and used');
    expect((await olivia.post(`${path}/freeze`, {})).status).toBe(303);
    expect(await stateOf(path)).toBe('frozen');
    const look = await olivia.get(`${path}/send`);
    expect(look.text).toContain('Networks take one answer for a round');
    const zipPath = `${path}/packages/${String(await frozenOf(path))}/zip`;
    const before = await bytesOf(olivia, zipPath);
    expect((await olivia.post(`${path}/send`, await sending(path))).status).toBe(303);
    expect(await stateOf(path)).toBe('sent');
    const bag = unpack(await bytesOf(alice, zipPath));
    bags.push(bag);
    expect(bag.run('sha256sum', '-c', 'manifest-sha256.txt')).toContain('OK');
    expect(await bytesOf(olivia, zipPath)).toEqual(before);
    expect((await olivia.get(path)).text).toContain('There is no last day any more');
  });

  it('is sent once, when two browsers send at once', async () => {
    const path = pathOf(await buildFrozen(test.db, scene.cast));
    const form = await sending(path);
    await Promise.all([olivia.post(`${path}/send`, form), other.post(`${path}/send`, form)]);
    expect(await test.db('dispute_answers').where({ dispute_id: idOf(path) })).toHaveLength(1);
    expect(
      await test.db('audit_logs').where({ action_type: 'dispute_sent', resource_id: String(idOf(path)) }),
    ).toHaveLength(1);
  });

  it('is not sent without the word that it is the only one, after the last day, or when another package is fixed', async () => {
    const path = pathOf(await buildFrozen(test.db, scene.cast));
    const form = await sending(path);
    const unsure = { packageId: form['packageId'] ?? '', channel: 'panel' };
    const refused = await olivia.post(`${path}/send`, { ...unsure, sentTo: 'panel of PayTR' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('value="panel of PayTR"');
    await olivia.post(`${path}/send`, { ...form, packageId: '999999' });
    expect(await stateOf(path)).toBe('frozen');
    await test
      .db('disputes')
      .where({ id: idOf(path) })
      .update({ answer_by: new Date(Date.now() - 1000) });
    await olivia.post(`${path}/send`, form);
    expect(await stateOf(path)).toBe('frozen');
    expect(await test.db('dispute_answers').where({ dispute_id: idOf(path) })).toHaveLength(0);
  });

  it('is fixed with what was known: facts change only once the case is worked on again, and a notice thaws it', async () => {
    const path = await enter();
    await olivia.post(`${path}/freeze`, {});
    const answerBy = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const facts = { network: 'visa', reasonCode: '13.2', answerBy };
    expect((await olivia.post(`${path}/facts`, facts)).status).toBe(422);
    await olivia.post(`${path}/unfreeze`, {});
    expect((await olivia.post(`${path}/facts`, facts)).status).toBe(303);
    await olivia.post(`${path}/freeze`, {});
    await enter({
      reference: `BANK-${String(reference)}`,
      amount: '100',
      currency: 'TRY',
      reasonCode: '13.2',
    });
    expect(await stateOf(path)).toBe('needs_response');
  });

  it('is not fixed when a file was withdrawn while its package was made', async () => {
    const path = await enter();
    const exhibitId = await buildExhibit(test.db, scene.cast, { dispute_id: idOf(path) });
    const holder = await test.database.ownerDb.transaction();
    await holder.raw('lock table dispute_packages in exclusive mode');
    const freezing = olivia.post(`${path}/freeze`, {});
    const frozen = freezing.then(({ status }) => status);
    await expect
      .poll(
        async () => {
          const { rows } = await test.database.ownerDb.raw<{ rows: unknown[] }>(
            `select pid from pg_stat_activity where datname = current_database()
             and wait_event_type = 'Lock' and query like 'insert into "dispute_packages"%'`,
          );
          return rows.length;
        },
        { timeout: 15_000 },
      )
      .toBe(1);
    await other.post(`${path}/exhibits/${String(exhibitId)}/withdraw`, { reason: 'shows a colleague' });
    await holder.commit();
    expect(await frozen).toBe(303);
    expect(await stateOf(path)).toBe('needs_response');
    expect((await olivia.get(path)).text).toContain('The case changed while its package was made');
    await olivia.post(`${path}/freeze`, {});
    expect(await stateOf(path)).toBe('frozen');
  });

  it('keeps its last day while it waits, and refuses days that have not come, unknown networks and a won loss', async () => {
    const path = await enter();
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    for (const [field, told] of [
      ['answerBy', { answerBy: '' }],
      ['answerBy', { answerBy: '2020-01-01' }],
      ['answerBy', { answerBy: '9999-12-31' }],
      ['processedOn', { answerBy: tomorrow, processedOn: tomorrow }],
      ['submittedOn', { answerBy: tomorrow, submittedOn: '0000-01-01' }],
      ['network', { answerBy: tomorrow, network: 'constructor' }],
      ['currency', { answerBy: tomorrow, amount: '1', currency: 'XXX' }],
    ] as const) {
      const refused = await olivia.post(`${path}/facts`, told);
      expect([refused.status, refused.text.includes(`id="${field}-error"`)], field).toEqual([422, true]);
    }
    const decision = { decision: 'won', lostAmount: '5,00' };
    expect((await olivia.post(`${path}/decision`, decision)).status).toBe(422);
    expect(await stateOf(path)).toBe('needs_response');
  });

  it('can be given while the company is suspended', async () => {
    const path = await enter();
    await test
      .db('subscriptions')
      .where({ company_id: scene.cast.acme.id })
      .update({ plan: 'trial', period_started_at: null, period_ends_at: null, trial_ends_at: new Date(0) });
    await olivia.post(`${path}/freeze`, {});
    await olivia.post(`${path}/send`, await sending(path));
    expect(await stateOf(path)).toBe('sent');
  });

  it('has a draft before anybody asks, which the schedule made, and no second when nothing changed', async () => {
    const disputeId = await buildCase(test.db, scene.cast, {
      payment_id: scene.payment.id,
      user_id: scene.payer.id,
    });
    const drafts = () => test.db('dispute_packages').where({ dispute_id: disputeId, kind: 'draft' });
    const sweep = (at: Date) => draftPackages(test.db, contextAt(at), { config: test.config });
    const now = new Date();
    // The cases of the tests above have theirs.
    const others = test.db('disputes').whereNot({ id: disputeId });
    await others.update({ drafted_at: new Date(now.getTime() + 90 * 86_400_000) });
    await sweep(now);
    expect(await drafts()).toHaveLength(1);
    // A row that another request was still writing may have got its place in the log only now.
    await sweep(new Date(now.getTime() + 25 * 3_600_000));
    const settled = (await drafts()).length;
    await sweep(new Date(now.getTime() + 50 * 3_600_000));
    expect(await drafts()).toHaveLength(settled);
    expect(await test.db('dispute_answers').where({ dispute_id: disputeId })).toHaveLength(0);
  });
});
