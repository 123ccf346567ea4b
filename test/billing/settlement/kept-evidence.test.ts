import { hash } from 'node:crypto';
import { expect, describe, it } from 'vitest';
import { buildCast, buildPayment, buildWorkspace } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';

const database = useTestDatabase();

describe('rows that are evidence and live on', () => {
  it.each(['payments', 'payment_callbacks', 'workspace_sessions', 'membership_periods'])(
    '%s can be neither deleted nor emptied, by the app or by the owner',
    async (table) => {
      const { acme, alice } = await buildCast(database.db);
      const payment = await buildPayment(database.db, { company_id: acme.id, user_id: alice.id });
      const workspace = await buildWorkspace(database.db, { company_id: acme.id, owner_user_id: alice.id });
      const at = new Date();
      await database.db('payment_callbacks').insert({
        payment_id: payment.id,
        merchant_oid: payment.merchant_oid,
        body: Buffer.from('x'),
        body_sha256: hash('sha256', 'x'),
        received_at: at,
        last_received_at: at,
        outcome: 'paid',
      });
      await database.db('workspace_sessions').insert({
        company_id: acme.id,
        workspace_id: workspace.id,
        user_id: alice.id,
        started_at: at,
        last_activity_at: at,
        session_id: 's',
        access_method: 'web',
      });
      const count = await database.db(table).count('* as count').first();
      for (const db of [database.db, database.ownerDb]) {
        await expect(db(table).delete()).rejects.toThrow(/append-only|permission denied/);
        await expect(db.raw('truncate ?? cascade', [table])).rejects.toThrow(/append-only|permission denied/);
      }
      expect(await database.db(table).count('* as count').first()).toEqual(count);
    },
  );

  it('keep a notification as it came: only its repeats are counted', async () => {
    const at = new Date();
    const row = {
      merchant_oid: 'KEPT1',
      body: Buffer.from('as it came'),
      body_sha256: hash('sha256', 'as it came'),
      received_at: at,
      last_received_at: at,
      outcome: 'unknown-order',
    };
    await database.db('payment_callbacks').insert(row);
    const kept = database.db('payment_callbacks').where({ merchant_oid: 'KEPT1' });
    for (const change of [
      { body: Buffer.from('rewritten') },
      { body_sha256: hash('sha256', 'rewritten') },
      { outcome: 'paid' },
      { received_at: new Date(0) },
      { ip_address: '203.0.113.1' },
    ]) {
      await expect(kept.clone().update(change)).rejects.toThrow(/as it came/);
    }
    await kept.clone().update({ received_count: 2, last_received_at: new Date() });
    expect(await kept.clone().first('body', 'received_count')).toEqual({
      body: Buffer.from('as it came'),
      received_count: 2,
    });
  });
});
