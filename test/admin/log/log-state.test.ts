import { beforeAll, describe, expect, it } from 'vitest';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { checkLogs } from '../../../src/transparency/check/check-logs.ts';
import { systemContext } from '../../../src/audit/request-context.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn, type Visitor } from '../../support/visitor.ts';
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
    expect(text).toMatch(/verified, no fault/);
    expect(text).not.toContain('does not fit its records');
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
