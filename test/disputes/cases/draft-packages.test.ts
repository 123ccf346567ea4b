import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { draftPackages } from '../../../src/disputes/cases/draft-packages.ts';
import { receiveNotice } from '../../../src/disputes/cases/receive-notice.ts';
import { sequenceLeftovers } from '../../../src/transparency/sequence/sequence-leftovers.ts';
import { contextAt } from '../../billing/scene.ts';
import { buildAuditRow } from '../../evidence/support.ts';
import { useTestApp } from '../../support/app.ts';
import { buildMail } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildCase } from '../build.ts';
import { buildExhibit } from '../exhibits/build.ts';
import { buildPapers } from '../facts/events.ts';
import { buildPaid, type Scene } from '../facts/scene.ts';

const MINUTE_MS = 60_000;
const test = useTestApp();
let scene: Scene;
let olivia: Visitor;

beforeAll(async () => {
  scene = await buildPaid(test.db);
  await sequenceLeftovers(test.db, { at: new Date() });
  olivia = await signIn(test.app, scene.cast.olivia);
});

/** A case about the payment; the cases of the tests before are not due. */
const openCase = (overrides: Record<string, unknown> = {}): Promise<number> =>
  buildCase(test.db, scene.cast, {
    ...{ payment_id: scene.payment.id, user_id: scene.payer.id },
    ...overrides,
  });
const draftsOf = async (disputeId: number): Promise<number> =>
  (await test.db('dispute_packages').where({ dispute_id: disputeId, kind: 'draft' })).length;

// Each draft is a whole package, made while other tests run beside it.
describe('drafts of the schedule', { timeout: 60_000 }, () => {
  const now = Date.now();
  const sweep = (minutes: number): Promise<{ drafted: number; refusedDrafts: number }> =>
    draftPackages(test.db, contextAt(new Date(now + minutes * MINUTE_MS)), { config: test.config });
  const seenAt = async (disputeId: number): Promise<number> => {
    const [at] = await test.db('disputes').where({ id: disputeId }).pluck<Date[]>('drafted_at');
    return Math.round(((at?.getTime() ?? 0) - now) / MINUTE_MS);
  };

  beforeEach(async () => {
    await test.db('disputes').update({ closed_at: new Date(), state: 'won', answer_by: null });
  });

  it('are made anew within the hour when a file, a fact or what became of a mail is new, and not read when nothing is', async () => {
    const mail = await buildMail(test.db, {
      ...{ company_id: scene.cast.acme.id, user_id: scene.payer.id },
      ...{ cause_type: 'payment', cause_id: String(scene.payment.id) },
    });
    const disputeId = await openCase();
    await sweep(-40);
    expect([await draftsOf(disputeId), await seenAt(disputeId)]).toEqual([1, -40]);
    await sweep(-30);
    expect(await seenAt(disputeId)).toBe(-40);

    const path = `/admin/disputes/${String(disputeId)}`;
    const answerBy = new Date(now + 3 * 86_400_000).toISOString().slice(0, 10);
    const facts = { network: 'visa', reasonCode: '13.2', answerBy };
    expect((await olivia.post(`${path}/facts`, facts)).status).toBe(303);
    await sweep(10);
    expect([await draftsOf(disputeId), await seenAt(disputeId)]).toEqual([2, 10]);
    await sweep(20);
    expect(await seenAt(disputeId)).toBe(10);

    await test.db('mail_events').insert({
      ...{ mail_id: mail.id, source: 'report', try: 1, state: 'delivered' },
      ...{ answer: '250 2.1.5 delivered', server: 'mx.example.com', at: new Date(now + 25 * MINUTE_MS) },
    });
    await sweep(30);
    expect([await draftsOf(disputeId), await seenAt(disputeId)]).toEqual([3, 30]);
    // What happens to colleagues and to other companies is nothing new for this case.
    const { acme, alice, charlie } = scene.cast;
    const other = await buildMail(test.db, { company_id: acme.id, user_id: alice.id });
    await test.db('mail_events').insert({
      ...{ mail_id: other.id, source: 'report', try: 1, state: 'delivered' },
      ...{ answer: '250 2.1.5 delivered', server: 'mx.example.com', at: new Date(now + 40 * MINUTE_MS) },
    });
    const timestamp = new Date(now + 40 * MINUTE_MS).toISOString();
    await buildAuditRow(test.database.ownerDb, charlie, {
      timestamp,
      action_type: 'payment_callback_success',
    });
    await sweep(80);
    expect(await seenAt(disputeId)).toBe(30);
  });

  it('are made of the other cases when one cannot be drafted at all, and that one is tried again a day later', async () => {
    const broken = await openCase({ answer_by: new Date(now + 40 * 3_600_000) });
    await buildExhibit(test.db, scene.cast, {
      ...{ dispute_id: broken, file_kind: 'png', content: Buffer.from('no picture'), width: 1, height: 1 },
    });
    const whole = await openCase({ answer_by: new Date(now + 47 * 3_600_000) });
    expect(await sweep(100)).toEqual({ drafted: 1, refusedDrafts: 1 });
    expect([await draftsOf(broken), await draftsOf(whole)]).toEqual([0, 1]);
    expect(await sweep(110)).toEqual({ drafted: 0, refusedDrafts: 0 });
    expect(await sweep(100 + 25 * 60)).toMatchObject({ refusedDrafts: 1 });
  });

  it('are made for several cases about parts of one payment, also when its legal invoice was cancelled', async () => {
    await buildPapers(test.db, scene);
    await test
      .db('legal_invoices')
      .update({ ended_at: new Date(), ended_as: 'cancelled', ended_reason: 'Yanlış unvan' });
    const ids: number[] = [];
    for (const amount_minor of [40_000, 30_000]) {
      const reference = `PART-${String(amount_minor)}`;
      const about = { merchantOid: scene.payment.merchant_oid, reference, kind: 'dispute' } as const;
      const notice = { ...about, receivedAt: new Date(), amount_minor, currency: 'TRY' } as const;
      const opened = await receiveNotice(test.db, contextAt(new Date()), { notice, answerDays: 7 });
      if (!opened.ok) throw new Error(opened.reason);
      ids.push(opened.disputeId);
    }
    expect(await sweep(0)).toEqual({ drafted: 2, refusedDrafts: 0 });
    expect(await Promise.all(ids.map(draftsOf))).toEqual([1, 1]);
    const page = (await olivia.get(`/admin/disputes/${String(ids[0])}`)).text;
    expect(page).toContain('₺400.00');
  });
});
