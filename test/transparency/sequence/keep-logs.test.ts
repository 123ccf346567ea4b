import { describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { AuditLogger } from '../../../src/audit/audit-logger.ts';
import { findLog, findNewestCheckpoint } from '../../../src/transparency/queries.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { parseCheckpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { parseVkey, verifyNote } from '../../../src/transparency/notes/signed-note.ts';
import { CompactRange } from '../../../src/transparency/tree/root.ts';
import { useTestApp } from '../../support/app.ts';
import { buildUser } from '../../support/programs/build.ts';
import { buildAuditRow } from '../../evidence/support.ts';
import { signIn } from '../../support/visitor.ts';

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

  it('takes a backlog in parts when it is told to, each row once, and goes on where it stopped', async () => {
    const person = await buildUser(test.db);
    await test.db.raw(
      `insert into audit_logs (event_id, timestamp, user_id, company_id, actor_type, action_type, success)
       select gen_random_uuid(), now(), ?, ?, 'user', 'logout', true from generate_series(1, 12000)`,
      [person.id, person.company_id],
    );
    const part = (): ReturnType<typeof keepLogs> =>
      keepLogs(
        test.db,
        { at: new Date() },
        { signer: logSigner(test.config), publishSeconds: 0, atMost: { rows: 1, checkpoints: 1 } },
      );
    let sequenced = 0;
    for (let run = 0; run < 6; run += 1) sequenced += (await part()).sequenced;
    expect(sequenced).toBeGreaterThanOrEqual(12_000);
    const { rows } = await test.db.raw<{ rows: Record<string, number>[] }>(
      `select (select count(*) from audit_logs where user_id = :id) as rows,
              (select count(*) from log_leaves join audit_logs on audit_logs.id = record_id
               where type = 'audit_log' and user_id = :id) as leaves,
              (select settled_to from log_cursors where type = 'audit_log')
                - (select max(id) from audit_logs where user_id = :id) as ahead`,
      { id: person.id },
    );
    expect(rows[0]).toMatchObject({ rows: 12_000, leaves: 12_000 });
    expect(rows[0]?.['ahead']).toBeGreaterThanOrEqual(0);
  });
});
