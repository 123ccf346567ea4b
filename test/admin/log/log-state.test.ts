import { beforeAll, describe, expect, it } from 'vitest';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { checkLogs } from '../../../src/transparency/check/check-logs.ts';
import { systemContext } from '../../../src/audit/request-context.ts';
import { parseCheckpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { parseNote } from '../../../src/transparency/notes/signed-note.ts';
import { parseTlogProof } from '../../../src/transparency/notes/tlog-proof.ts';
import { leafHash } from '../../../src/transparency/tree/hash.ts';
import { verifyInclusion } from '../../../src/transparency/tree/inclusion.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import supertest from 'supertest';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
});

const readyz = async (): Promise<number> =>
  ((await supertest(test.app).get('/readyz')).body as { log: { oldestUnsequencedSeconds: number } }).log
    .oldestUnsequencedSeconds;

describe('the page about the log of a company', () => {
  it('says before the first record is in it that nothing is there yet', async () => {
    const { text } = await alice.get('/admin/log');
    expect(text).toContain('No record yet');
    expect(text).toContain('found only with a checkpoint from outside');
  });

  it('shows size, checkpoint, key and the last check', async () => {
    const signer = logSigner(test.config);
    await keepLogs(test.db, { at: new Date() }, { signer, publishSeconds: 0 });
    await checkLogs(test.db, systemContext({ name: 'check', at: new Date(), log: test.deps.log }), {
      signer,
    });
    const log = await test
      .db('transparency_logs')
      .where({ company_id: cast.acme.id })
      .first<{ log_uuid: string; published: number }>('log_uuid', 'published');
    const { text } = await alice.get('/admin/log');
    expect(text).toContain(`/log/${log.log_uuid}`);
    for (const vkey of signer.vkeysOf(signer.originOf(log.log_uuid))) expect(text).toContain(vkey);
    expect(text).toContain(`— ${signer.originOf(log.log_uuid)}`);
    expect(text).toContain('every record verified, no fault');
    expect(text).not.toContain('does not fit its records');
  });

  it('hands out the proof of one record, in the form that tools of others verify', async () => {
    const row = await test
      .db('audit_logs')
      .where({ company_id: cast.acme.id })
      .orderBy('id')
      .first<{ id: number }>('id');
    const { text, headers } = await alice.get(`/admin/log/records/${String(row.id)}/proof`);
    expect(headers['content-disposition']).toBe(`attachment; filename=record-${String(row.id)}.tlog-proof`);
    const proof = parseTlogProof(text);
    const checkpoint = parseCheckpoint(parseNote(proof?.checkpoint ?? '')?.text ?? '');
    if (proof?.extra === undefined || checkpoint === null) throw new Error(text);
    expect(
      verifyInclusion(proof.index, checkpoint.size, leafHash(proof.extra), proof.hashes, checkpoint.root),
    ).toBe(true);
    expect(JSON.parse(proof.extra.toString())).toMatchObject({ type: 'audit_log', id: row.id });
    expect(proof.extra.toString()).not.toContain(cast.alice.email);
    expect((await alice.get('/admin/audit')).text).toContain(`/admin/log/records/${String(row.id)}/proof`);
  });

  it('says what was found when records were changed', async () => {
    await test.database.ownerDb.transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica');
      await trx('audit_logs').where({ user_id: cast.alice.id }).update({ request_method: 'PATCH' });
    });
    const signer = logSigner(test.config);
    await checkLogs(test.db, systemContext({ name: 'check', at: new Date(), log: test.deps.log }), {
      signer,
    });
    const { text } = await alice.get('/admin/log');
    expect(text).toContain('does not fit its records');
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.get('/admin/log')).text).not.toContain('does not fit its records');
    expect(test.logLines.at(-1)).toMatchObject({ level: 50 });
  });
});

describe('/readyz', () => {
  it('tells the age of the oldest record without a place, and 0 when all have one', async () => {
    const signer = logSigner(test.config);
    await keepLogs(test.db, { at: new Date() }, { signer, publishSeconds: 0 });
    expect(await readyz()).toBe(0);
    await signIn(test.app, cast.bob);
    expect(await readyz()).toBeGreaterThan(0);
  });
});
