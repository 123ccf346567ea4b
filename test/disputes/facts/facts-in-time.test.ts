import { describe, expect, it } from 'vitest';
import { repostDeliveries } from '../../../src/disputes/delivery/post-deliveries.ts';
import { buildAuditRow, buildSession } from '../../evidence/support.ts';
import { useTestDatabase } from '../../support/database.ts';
import {
  buildCancellation,
  buildPapers,
  buildRenewal,
  buildSentMail,
  buildWholeRefund,
  CARD_TERMS,
  REFUNDED_AT,
} from './events.ts';
import { buildPaid, buildUse, daysBefore, factsOf, NOW, PAID_AT } from './scene.ts';

const database = useTestDatabase();

describe('the facts of a payment as of a time', () => {
  it('have nothing that came later, and no state that came later', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    await buildUse(database, scene);
    await buildPapers(db, scene);
    await buildWholeRefund(db, scene);
    const early = await factsOf(db, scene, new Date('2026-11-12T10:00:00Z'));
    expect(early).toMatchObject({ use: { all: { sessions: 1, proven_minutes: 40 } }, refunds: [] });
    expect(early.sign_ins).toHaveLength(1);
    expect(early.mails).toMatchObject([{ template: 'receipt', state: 'delivered' }]);
    expect(early.legal_invoices).toMatchObject([{ state: 'issued' }]);
    const ordered = await factsOf(db, scene, new Date(PAID_AT.getTime() - 1)).catch(() => null);
    expect(ordered).toBeNull();
    expect((await factsOf(db, scene)).refunds).toMatchObject([{ state: 'done', policy: 'withdrawal' }]);
  });

  it('show a refund as it was on its way, and a mail as it had been sent', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const [at, later] = [new Date('2026-11-20T10:00:00Z'), new Date('2026-11-25T10:00:00Z')];
    await buildWholeRefund(db, scene);
    const cause = { cause_type: 'payment', cause_id: String(scene.payment.id) };
    const mail_id = await buildSentMail(db, scene.payer, {
      at,
      template: 'receipt',
      state: 'relayed',
      ...cause,
    });
    const event = {
      mail_id,
      at: later,
      state: 'failed',
      source: 'report',
      try: 1,
      answer: '550 no such person',
    };
    await db('mail_events').insert(event);
    const stateAt = async (asOf: Date) => (await factsOf(db, scene, asOf)).mails.map(({ state }) => state);
    expect(await stateAt(new Date(later.getTime() - 1))).toEqual(['relayed']);
    expect(await stateAt(NOW)).toEqual(['failed']);
    const before = await factsOf(db, scene, new Date(REFUNDED_AT.getTime() - 1));
    expect(before.refunds).toMatchObject([{ state: 'sent', decided_at: null }]);
    expect((await factsOf(db, scene, REFUNDED_AT)).refunds).toMatchObject([{ state: 'done' }]);
  });
});

describe('the facts of a payment', () => {
  it('show a colleague’s use without address, browser or name', async () => {
    const { db, ownerDb } = database;
    const scene = await buildPaid(db);
    const { alice } = scene.cast;
    await buildAuditRow(ownerDb, alice, { timestamp: '2026-11-13T08:00:00Z', ip_address: '85.105.77.77' });
    const times = { from: '2026-11-13T08:05:00Z', to: '2026-11-13T08:55:00Z' };
    await buildSession(db, alice, scene.workspaceId, times, { connected: 45, active: 40 });
    await repostDeliveries(db, { companyId: scene.cast.acme.id });
    const facts = await factsOf(db, scene);
    expect(facts.use).toMatchObject({ all: { sessions: 1, proven_minutes: 40 }, payer: { sessions: 0 } });
    expect(facts.sessions).toMatchObject([{ is_payer: false, ip_address: null, user_agent: null }]);
    expect(facts.sign_ins).toEqual([]);
    const text = JSON.stringify(facts);
    for (const word of [alice.email, alice.full_name, '85.105.77.77']) expect(text).not.toContain(word);
  });

  it('have mails about the subscription from 30 days before the order until the bought time ended, and reminders of 14 days', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    const about = { state: 'relayed', cause_type: 'subscription', cause_id: '1' };
    const template = 'subscription-reminder';
    const [early, first, near, late, over] = [31, 20, 3, -5, -40].map((days) => daysBefore(PAID_AT, days));
    for (const at of [early, first, near, late, over])
      await buildSentMail(db, scene.payer, { ...about, template, at: at ?? NOW });
    await buildSentMail(db, scene.cast.alice, { ...about, template, at: near ?? NOW });
    const { mails, notices } = await factsOf(db, scene, daysBefore(NOW, -60));
    expect(mails.map(({ created_at }) => created_at)).toEqual([first, near, late]);
    expect(notices.map(({ at }) => at)).toEqual([near]);
  });

  it('say of a charge of a stored card who agreed to it, and which mail announced it', async () => {
    const { db, ownerDb } = database;
    const first = await buildPaid(db, { created_at: daysBefore(PAID_AT, 30) }, CARD_TERMS);
    const charge = await buildRenewal(db, ownerDb, first);
    const facts = await factsOf(db, { payment: charge });
    expect(facts).toMatchObject({
      order: { initiated_by: 'merchant', client_ip: null },
      consent: null,
      consented: {
        merchant_oid: first.payment.merchant_oid,
        client_ip: '85.105.10.20',
        consent: { card_text_sha256: CARD_TERMS.card_text_sha256 },
      },
      notices: [
        { kind: 'renewal_announced', mail: { state: 'delivered' } },
        { kind: 'reminder', mail: { state: 'delivered' } },
      ],
    });
    expect(facts.order.stored_card_id).toBe(facts.consented?.card.id);
    expect(facts.priors).toMatchObject([
      { stored_card_id: facts.order.stored_card_id, is_ip_of_first: false },
    ]);
  });

  it('name the address with which the account signed in when it paid', async () => {
    const { db, ownerDb } = database;
    const scene = await buildPaid(db);
    const { id: user_id, email } = scene.payer;
    const change = { user_id, old_email: email, new_email: 'new@example.com', how: 'confirmed' };
    await db('email_changes').insert({ ...change, changed_at: daysBefore(NOW, 5) });
    await ownerDb('users').where('id', user_id).update({ email: 'new@example.com' });
    expect((await factsOf(db, scene)).payer).toMatchObject({
      login_id: email,
      login: { record: { type: 'email_change' }, column: 'old_email' },
    });
  });

  it('know a cancellation, and that it was taken back', async () => {
    const { db, ownerDb } = database;
    const scene = await buildPaid(db);
    await buildCancellation(ownerDb, scene, new Date('2026-11-12T10:00:00Z'));
    expect((await factsOf(db, scene)).cancellations).toMatchObject([{ by_payer: true, resumed_at: null }]);
    const resumed = new Date('2026-11-13T10:00:00Z');
    await buildAuditRow(ownerDb, scene.payer, {
      timestamp: resumed,
      action_type: 'subscription_change',
      details: { change: 'resumed', cancels_at_before: '2026-12-10T09:00:00.000Z', cancels_at_after: null },
    });
    expect((await factsOf(db, scene)).cancellations).toMatchObject([{ resumed_at: resumed }]);
  });

  it('warn of a takeover by what happened in the account within three days before', async () => {
    const { db, ownerDb } = database;
    const scene = await buildPaid(db);
    const row = (hours: number, columns: Record<string, unknown>) =>
      buildAuditRow(ownerDb, scene.payer, {
        timestamp: new Date(PAID_AT.getTime() - hours * 3_600_000),
        ...columns,
      });
    await row(1, { action_type: 'password_reset_finished' });
    await row(1, { details: { email: scene.payer.email, method: 'password', new_device: true } });
    await row(2, { details: { email: scene.payer.email, method: 'registration', new_device: true } });
    await row(80, { action_type: 'email_changed' });
    for (const hour of [3, 3, 3, 3]) await row(hour, { success: false, error_message: 'wrong-password' });
    const kinds = (await factsOf(db, scene)).warnings.map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['failed_sign_ins', 'new_device', 'password_reset']);
  });

  it('know of workspaces that did not start, and of sign-ins that were refused', async () => {
    const { db, ownerDb } = database;
    const scene = await buildPaid(db);
    const at = { timestamp: '2026-11-15T08:00:00Z', success: false };
    await buildAuditRow(ownerDb, scene.payer, {
      ...at,
      action_type: 'workspace_started',
      error_message: 'ended',
    });
    await buildAuditRow(ownerDb, scene.payer, { ...at, error_message: 'wrong-password' });
    const facts = await factsOf(db, scene);
    expect(facts.faults).toMatchObject([{ action: 'workspace_started', reason: 'ended' }]);
    expect(facts.refused_sign_ins).toHaveLength(1);
  });
});
