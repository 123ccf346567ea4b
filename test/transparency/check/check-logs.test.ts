import { generateKeyPairSync } from 'node:crypto';
import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../../src/audit/request-context.ts';
import { foundBy, type Change } from '../../../src/admin/log/describe-protection.ts';
import { checkLogs, type CheckOutcome } from '../../../src/transparency/check/check-logs.ts';
import { leafText } from '../../../src/transparency/leaves/leaf.ts';
import { leafRows, toLeafRecord } from '../../../src/transparency/leaves/leaf-rows.ts';
import { leafType } from '../../../src/transparency/leaves/leaf-types.ts';
import { readSalts } from '../../../src/transparency/leaves/read-salts.ts';
import { findLog, findNewestCheckpoint, type LogRow } from '../../../src/transparency/queries.ts';
import { changeKey } from '../../../src/transparency/sequence/change-key.ts';
import { destroyPersonKey } from '../../../src/transparency/sequence/destroy-person-key.ts';
import { integrateLeaves } from '../../../src/transparency/sequence/integrate-leaves.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner, type LogSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { sequenceRows } from '../../../src/transparency/sequence/sequence-rows.ts';
import { publishCheckpoints } from '../../../src/transparency/sequence/publish-checkpoints.ts';
import { compareHead } from '../../../src/transparency/heads/outside/compare-head.ts';
import { leafHash } from '../../../src/transparency/tree/hash.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, buildWorkspace, type Cast } from '../../support/programs/build.ts';
import { createTestDatabase } from '../../support/database.ts';
import { buildAuditRow, buildPaidPayment, buildSession } from '../../evidence/support.ts';

const test = useTestApp({ hasOddDetails: true });
const signer = (): LogSigner => logSigner(test.config);
const context = () => systemContext({ name: 'check', at: new Date(), log: test.deps.log });
const keep = (db: Knex): Promise<unknown> =>
  keepLogs(db, { at: new Date() }, { signer: signer(), publishSeconds: 0 });

let cast: Cast;
let log: LogRow;
/** A head of the company's log that somebody outside holds. */
let older: string;

const ROWS = 600;

beforeAll(async () => {
  cast = await buildCast(test.db);
  for (let n = 0; n < ROWS / 2; n += 1) await buildAuditRow(test.db, cast.bob, { details: { n } });
  await buildPaidPayment(test.db, cast.bob, {});
  await keep(test.db);
  older = (await findNewestCheckpoint(test.db, (await findLog(test.db, cast.acme.id))?.id ?? 0))?.note ?? '';
  for (let n = 0; n < ROWS / 2; n += 1) await buildAuditRow(test.db, cast.bob, { details: { n } });
  await keep(test.db);
  log = (await findLog(test.db, cast.acme.id)) as LogRow;
});

/** A check's outcome after somebody with every right over the database did `rewrite`, which is undone. */
async function afterRewriting(
  rewrite: (trx: Knex.Transaction) => Promise<unknown>,
): Promise<CheckOutcome & { outside: string }> {
  const undone = new Error('undone');
  let outcome: (CheckOutcome & { outside: string }) | undefined;
  await test.database.ownerDb
    .transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica');
      await rewrite(trx);
      const found = await checkLogs(trx, context(), { signer: signer() });
      outcome = { ...found, outside: (await compareHead(trx, signer(), older)).verdict };
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  if (outcome === undefined) throw new Error('the check did not end');
  return outcome;
}

const kinds = ({ faults }: CheckOutcome): string[] => [...new Set(faults.map(({ fault }) => fault))].sort();

/**
 * Makes leaf hashes and tiles of the company's log fit its rows, as somebody would who knows how it is done.
 */
async function makeFit(trx: Knex.Transaction): Promise<void> {
  const type = leafType('audit_log');
  const rows: Record<string, unknown>[] = await leafRows(trx, type).where(
    'audit_logs.company_id',
    cast.acme.id,
  );
  const records = rows.map((row) => toLeafRecord(type, row));
  const saltsOf = await readSalts(trx, records);
  for (const record of records) {
    const salts = saltsOf(record);
    if (salts === undefined) continue;
    await trx('log_leaves')
      .where({ type: 'audit_log', record_id: record.id })
      .update({ leaf_hash: leafHash(leafText(record, salts)) });
  }
  await trx('log_tiles').where({ log_id: log.id }).delete();
  await trx('transparency_logs').where({ id: log.id }).update({ integrated: 0, published: 0 });
  await integrateLeaves(trx, log.id);
  await trx('transparency_logs')
    .where({ id: log.id })
    .update({ published: trx.raw('least(integrated, ?::bigint)', [log.published]) });
}

/** The same and signs it anew: only with the key. */
async function signAnew(trx: Knex.Transaction, key: LogSigner): Promise<void> {
  await makeFit(trx);
  await trx('log_checkpoints').where({ log_id: log.id }).delete();
  await trx('transparency_logs').where({ id: log.id }).update({ published: 0 });
  await publishCheckpoints(trx, { at: new Date() }, { signer: key, everySeconds: 0, logId: log.id });
}

const firstOfBob = (trx: Knex.Transaction): Knex.QueryBuilder =>
  trx('audit_logs').where('id', trx('audit_logs').where({ user_id: cast.bob.id }).min('id'));

const changeWord = (trx: Knex.Transaction): Promise<unknown> =>
  firstOfBob(trx).update({ request_method: 'PATCH' });

const stranger = (): LogSigner => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return logSigner({ transparency: { ...test.config.transparency, signingKeys: [privateKey] } });
};

describe('a check of the logs', () => {
  it('calls no row late that nobody has looked at yet, as on the first day after an upgrade', async () => {
    const other = await createTestDatabase();
    const { bob, acme } = await buildCast(other.db);
    const workspace = await buildWorkspace(other.db, { company_id: acme.id, owner_user_id: bob.id });
    await buildSession(other.db, bob, workspace.id, {
      from: '2026-11-01T10:00:00Z',
      to: '2026-11-01T11:00:00Z',
    });
    await buildAuditRow(other.db, bob, {
      action_type: 'workspace_closed',
      details: { workspace_session_id: 1 },
    });
    const found = await checkLogs(other.db, context(), { signer: signer() });
    await other.close();
    expect(found).toMatchObject({ faultCount: 0, late: 0 });
    expect(found.leaves).toBeGreaterThan(1);
  });

  it('finds nothing where nothing was changed, and says how much it looked at', async () => {
    const found = await checkLogs(test.db, context(), { signer: signer() });
    expect(found).toMatchObject({ faults: [], faultCount: 0, late: 0 });
    expect(found.leaves).toBeGreaterThan(ROWS);
    expect(await test.db('log_checks').count('* as count').first()).toEqual({ count: 1 });
  });

  it.each<[string, (trx: Knex.Transaction) => Promise<unknown>, string[]]>([
    ['a word of a row was changed', changeWord, ['changed']],
    [
      'a row was moved to another person',
      (trx) => firstOfBob(trx).update({ user_id: cast.alice.id }),
      ['changed'],
    ],
    ['a row was taken away', (trx) => firstOfBob(trx).delete(), ['gone']],
    ['an invoice was changed', (trx) => trx('invoices').update({ invoice_no: 'X' }), ['changed']],
    ['a key of salts was replaced', (trx) => trx('log_keys').update({ key: Buffer.alloc(32) }), ['changed']],
    [
      'a leaf was taken away with its row',
      async (trx) => {
        await trx('log_leaves').where({ log_id: log.id, leaf_index: 5 }).delete();
      },
      ['index', 'root', 'size', 'tile'],
    ],
    [
      'the end of the log was cut off',
      (trx) =>
        trx('log_leaves')
          .where({ log_id: log.id })
          .where('leaf_index', '>=', ROWS - 100)
          .delete(),
      ['size', 'tile'],
    ],
    ['a tile was changed', (trx) => trx('log_tiles').update({ hashes: Buffer.alloc(8192) }), ['tile']],
    [
      'rows, leaves and tiles were made to fit each other',
      async (trx) => {
        await changeWord(trx);
        await makeFit(trx);
      },
      ['root'],
    ],
    [
      'everything was made to fit and signed with another key',
      async (trx) => {
        await changeWord(trx);
        await signAnew(trx, stranger());
      },
      ['signature'],
    ],
  ])('finds that %s', async (_what, rewrite, faults) => {
    const found = await afterRewriting(rewrite);
    const expected =
      faults.includes('root') && faults.length > 1 ? expect.arrayContaining(['index']) : faults;
    expect(kinds(found)).toEqual(expected);
    expect(found.faultCount).toBeGreaterThan(0);
  });

  it('gives a row that was put in behind the place it had reached a later index, and says so', async () => {
    const found = await afterRewriting((trx) =>
      trx.raw(
        `insert into audit_logs (id, event_id, timestamp, company_id, user_id, actor_type, action_type, success)
         overriding system value
         select -1, gen_random_uuid(), timestamp, company_id, user_id, actor_type, action_type, success
         from audit_logs where user_id = ? limit 1`,
        [cast.bob.id],
      ),
    );
    expect(found).toMatchObject({ faultCount: 0, late: 1 });
  });

  it('finds nothing when the key was stolen, too, or rows and heads went back together: a head outside does', async () => {
    const forged = await afterRewriting(async (trx) => {
      await changeWord(trx);
      await signAnew(trx, signer());
    });
    const rolledBack = await afterRewriting(async (trx) => {
      const keptSize = 20;
      await trx.raw(
        `delete from audit_logs where id in (select record_id from log_leaves where log_id = ? and type = 'audit_log' and leaf_index >= ?)`,
        [log.id, keptSize],
      );
      await trx('log_leaves').where({ log_id: log.id }).where('leaf_index', '>=', keptSize).delete();
      await trx('transparency_logs')
        .where({ id: log.id })
        .update({ sequenced: keptSize, integrated: 0, published: 0 });
      await signAnew(trx, signer());
    });
    const notFindable = Object.entries({ withKey: forged, rolledBack }).filter(
      ([, { faultCount }]) => faultCount === 0,
    );
    console.info(`not findable without a head outside: ${notFindable.map(([name]) => name).join(', ')}`);
    console.info(`not findable without a head outside: ${notFindable.map(([name]) => name).join(', ')}`);
    const told = Object.keys(foundBy).filter((change) => foundBy[change as Change] === 'outside');
    expect(notFindable.map(([name]) => name)).toEqual(told);
    expect(notFindable.filter(([, { outside }]) => outside === 'same')).toEqual([]);
  });

  it.each<[string, (trx: Knex.Transaction) => Promise<unknown>, string]>([
    ['was changed', changeWord, 'changed'],
    ['was taken away', (trx) => firstOfBob(trx).delete(), 'gone'],
  ])('finds that a row %s, also when the text of its leaf was kept', async (_what, rewrite, fault) => {
    const found = await afterRewriting(async (trx) => {
      await destroyPersonKey(trx, cast.bob.id);
      await rewrite(trx);
    });
    expect([kinds(found), found.faultCount]).toEqual([[fault], 1]);
  });

  it('takes no more rows for dropped by retention than the log says were dropped', async () => {
    const indices: number[] = await test
      .db('log_leaves')
      .where({ log_id: log.id, type: 'audit_log' })
      .orderBy('leaf_index')
      .limit(3)
      .pluck('leaf_index');
    const found = await afterRewriting(async (trx) => {
      const entry = { kind: 'month_dropped', type: 'audit_log', rows: 2, first: 0, last: ROWS };
      await trx('log_entries').insert({
        ...{ company_id: cast.acme.id, at: new Date() },
        entry: JSON.stringify(entry),
      });
      await trx.raw(
        `delete from audit_logs where id in (select record_id from log_leaves
           where log_id = ? and type = 'audit_log' and leaf_index = any(?::bigint[]))`,
        [log.id, indices],
      );
    });
    expect([kinds(found), found.faultCount]).toEqual([['gone'], 1]);
  });

  it('is not needed to keep a rewritten log from being signed: its newest head must be its beginning', async () => {
    const publish = (trx: Knex.Transaction): Promise<number> =>
      publishCheckpoints(trx, { at: new Date() }, { signer: signer(), everySeconds: 0 });
    let why: unknown;
    await afterRewriting(async (trx) => {
      await changeWord(trx);
      await makeFit(trx);
      await buildAuditRow(trx, cast.bob, { details: {} });
      await sequenceRows(trx, { at: new Date() });
      await integrateLeaves(trx, log.id);
      const before = await findNewestCheckpoint(trx, log.id);
      await publish(trx).catch((error: unknown) => (why = error));
      expect(await findNewestCheckpoint(trx, log.id)).toEqual(before);
      // Other logs go on.
      const other = (await findLog(trx, null)) as LogRow;
      expect((await findNewestCheckpoint(trx, other.id))?.size).toBe(other.integrated);
    });
    expect(String(why)).toMatch(/log \d+ does not continue its newest checkpoint/);
  });

  it('cannot be made blind by a stray deletion of a key: only what keeps the texts of its leaves may do that', async () => {
    await expect(test.db('log_keys').where({ user_id: cast.bob.id }).delete()).rejects.toThrow('append-only');
  });

  it('still verifies everything after a person’s key was destroyed and their values were erased', async () => {
    const found = await afterRewriting(async (trx) => {
      expect(await destroyPersonKey(trx, cast.bob.id)).toBeGreaterThan(ROWS);
      await trx('audit_logs')
        .where({ user_id: cast.bob.id })
        .update({ ip_address: null, user_agent: null, request_path: null, details: '{}' });
    });
    expect(found).toMatchObject({ faultCount: 0, outside: 'same' });
  });

  it('knows the keys before a change of keys, which is a leaf that both have signed', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const keys = [privateKey, ...test.config.transparency.signingKeys];
    const both = logSigner({ transparency: { ...test.config.transparency, signingKeys: keys } });
    expect(await changeKey(test.db, { at: new Date() }, signer())).toMatchObject({ ok: false });
    expect(await changeKey(test.db, { at: new Date() }, both)).toMatchObject({ ok: true });
    expect(await changeKey(test.db, { at: new Date() }, both)).toMatchObject({ ok: false });
    const newer = logSigner({ transparency: { ...test.config.transparency, signingKeys: [privateKey] } });
    expect(await checkLogs(test.db, context(), { signer: newer })).toMatchObject({ faultCount: 0 });
  });
});
