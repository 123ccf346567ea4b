import { describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { AuditLogger } from '../../../src/audit/audit-logger.ts';
import { findLog, findNewestCheckpoint } from '../../../src/transparency/queries.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { parseCheckpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { parseVkey, verifyNote } from '../../../src/transparency/notes/signed-note.ts';
import { CompactRange } from '../../../src/transparency/tree/root.ts';
import { destroyPersonKey } from '../../../src/transparency/sequence/destroy-person-key.ts';
import { sequenceRows } from '../../../src/transparency/sequence/sequence-rows.ts';
import { tryKeepKeys } from '../../../src/transparency/sequence/sequencing-lock.ts';
import { useTestApp } from '../../support/app.ts';
import { buildPayment, buildUser, type BuiltUser } from '../../support/programs/build.ts';
import { buildAuditRow } from '../../evidence/support.ts';
import { signIn } from '../../support/sign-in.ts';

const test = useTestApp();

const keep = (at = new Date()): ReturnType<typeof keepLogs> =>
  keepLogs(test.db, { at }, { signer: logSigner(test.config), publishSeconds: 0 });

const context = () => systemContext({ name: 'test', at: new Date(), log: test.deps.log });

/** The hashes of the leaves of a log, in order. Throws unless their indices are contiguous. */
async function leafHashes(logId: number): Promise<Buffer[]> {
  const rows = await test
    .db('log_leaves')
    .where({ log_id: logId })
    .orderBy('leaf_index')
    .select<{ leaf_index: number; leaf_hash: Buffer }[]>('leaf_index', 'leaf_hash');
  expect(rows.map(({ leaf_index }) => leaf_index)).toEqual(rows.map((_, index) => index));
  return rows.map(({ leaf_hash }) => leaf_hash);
}

/** Audit rows of a person, written at once; of a payment when it is named. */
async function logMany(
  person: BuiltUser,
  { rows, resourceId = null }: { rows: number; resourceId?: number | null },
): Promise<void> {
  await test.db.raw(
    `insert into audit_logs (event_id, timestamp, user_id, company_id, actor_type, action_type, success, resource_type,
       resource_id)
     select gen_random_uuid(), now(), :user, :company, 'user', 'logout', true,
       case when :resource::text is not null then 'payment' end, :resource::text
     from generate_series(1, :rows::int)`,
    {
      ...{ rows, user: person.id, company: person.company_id },
      resource: resourceId === null ? null : String(resourceId),
    },
  );
}

/** How many audit rows a person has, and how many of them are leaves. */
async function leavesOf(person: BuiltUser): Promise<Record<string, number> | undefined> {
  const { rows } = await test.db.raw<{ rows: Record<string, number>[] }>(
    `select count(*) as rows, count(record_id) as leaves
     from audit_logs left join log_leaves on type = 'audit_log' and record_id = id where user_id = ?`,
    [person.id],
  );
  return rows[0];
}

describe('the log of a company', () => {
  it('has a leaf for every row of evidence, and a signed checkpoint with the root over them', async () => {
    const alice = await buildUser(test.db);
    await signIn(test.app, alice);
    for (let n = 0; n < 300; n += 1)
      await AuditLogger.log(test.db, context(), {
        action: 'user_renamed',
        success: true,
        resourceType: 'user',
        resourceId: alice.id,
        userId: alice.id,
        companyId: alice.company_id,
        details: {},
      });
    await keep();
    const log = await findLog(test.db, alice.company_id);
    const checkpoint = await findNewestCheckpoint(test.db, log?.id ?? 0);
    const rows = await test
      .db('audit_logs')
      .where({ company_id: alice.company_id })
      .count('* as count')
      .first();
    expect(log?.published).toBeGreaterThanOrEqual((rows as { count: number }).count);
    const range = new CompactRange();
    for (const hash of await leafHashes(log?.id ?? 0)) range.append(hash);
    const signer = logSigner(test.config);
    const origin = signer.originOf(log?.log_uuid ?? '');
    const keys = signer
      .vkeysOf(origin)
      .map((vkey) => parseVkey(vkey))
      .filter((key) => key !== null);
    const verified = verifyNote(checkpoint?.note ?? '', keys);
    expect(parseCheckpoint(verified?.text ?? '')).toEqual({ origin, size: range.size, root: range.root() });
  });

  it('gives a row of a transaction that stayed open for long a later index, and leaves none out', async () => {
    const bob = await buildUser(test.db);
    const slow = await test.db.transaction();
    await buildAuditRow(slow, bob, { request_id: 'slow' });
    for (let round = 0; round < 5; round += 1) {
      await buildAuditRow(test.db, bob, { request_id: `quick-${String(round)}` });
      await keep();
    }
    await slow.commit();
    await keep();
    const order = await test
      .db('log_leaves')
      .join('audit_logs', 'audit_logs.id', 'log_leaves.record_id')
      .where({ 'log_leaves.type': 'audit_log', 'audit_logs.user_id': bob.id })
      .orderBy('log_leaves.leaf_index')
      .pluck<string[]>('audit_logs.request_id');
    expect(order).toEqual([...[0, 1, 2, 3, 4].map((round) => `quick-${String(round)}`), 'slow']);
  });

  it('takes a backlog of several batches in one go, also where two of them tell of the same payment', async () => {
    const person = await buildUser(test.db);
    const company_id = person.company_id ?? 0;
    const at = new Date();
    const paid = {
      status: 'success',
      charged_minor: 149_900,
      charged_currency: 'TRY',
      decided_at: at,
      paid_at: at,
    };
    const payment = await buildPayment(test.db, { company_id, user_id: person.id, ...paid });
    // Rows that tell of the payment lie on both sides of the end of the first batch.
    await logMany(person, { rows: 12_000, resourceId: payment.id });
    const counts = await Promise.all([1, 2, 3].map(() => sequenceRows(test.db, { at })));
    await keep();
    expect(Math.max(...counts)).toBeGreaterThan(0);
    const log = await findLog(test.db, company_id);
    // Contiguous, by what `leafHashes` expects.
    expect((await leafHashes(log?.id ?? 0)).length).toBe(log?.sequenced);
    expect(await leavesOf(person)).toEqual({ rows: 12_000, leaves: 12_000 });
    const settlements = test.db('log_leaves').where({ type: 'payment_settlement', record_id: payment.id });
    expect(await settlements.select('leaf_index')).toHaveLength(1);
  });

  it('makes no leaf while a person is being erased, and makes all of them afterwards', async () => {
    const person = await buildUser(test.db);
    await logMany(person, { rows: 10 });
    const erasing = await test.db.transaction();
    await destroyPersonKey(erasing, person.id);
    expect(await sequenceRows(test.db, { at: new Date() })).toBe(0);
    expect(await leavesOf(person)).toEqual({ rows: 10, leaves: 0 });
    await erasing.rollback();
    await sequenceRows(test.db, { at: new Date() });
    expect(await leavesOf(person)).toEqual({ rows: 10, leaves: 10 });
  });

  it('has a person erased only when no leaf is being made, from rows that were read before', async () => {
    const person = await buildUser(test.db);
    await logMany(person, { rows: 10 });
    await keep();
    const making = await test.db.transaction();
    expect(await tryKeepKeys(making)).toBe(true);
    const erasing = test.db.transaction((trx) => destroyPersonKey(trx, person.id));
    const waits = test.db('pg_locks').where({ locktype: 'advisory', granted: false });
    while ((await waits.clone().select('pid')).length === 0);
    const another = await test.db.transaction();
    expect(await tryKeepKeys(another)).toBe(false);
    await another.rollback();
    await making.commit();
    // And two acceptances.
    expect(await erasing).toBe(12);
  });

  it('takes a backlog in parts when it is told to, each row once, and goes on where it stopped', async () => {
    const person = await buildUser(test.db);
    await logMany(person, { rows: 12_000 });
    const part = (): ReturnType<typeof keepLogs> =>
      keepLogs(
        test.db,
        { at: new Date() },
        { signer: logSigner(test.config), publishSeconds: 0, atMost: { rows: 1, checkpoints: 1 } },
      );
    let sequenced = 0;
    for (let run = 0; run < 6; run += 1) sequenced += (await part()).sequenced;
    expect(sequenced).toBeGreaterThanOrEqual(12_000);
    expect(await leavesOf(person)).toEqual({ rows: 12_000, leaves: 12_000 });
    const { rows } = await test.db.raw<{ rows: Record<string, number>[] }>(
      `select (select settled_to from log_cursors where type = 'audit_log')
                - (select max(id) from audit_logs where user_id = :id) as ahead`,
      { id: person.id },
    );
    expect(rows[0]?.['ahead']).toBeGreaterThanOrEqual(0);
  });
});
