import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import supertest from 'supertest';
import { runMigrations } from '../../scripts/migrations/run-migrations.ts';
import { createDb } from '../../src/db/db.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findPgBouncer, startPgBouncer } from '../support/programs/pgbouncer.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const program = findPgBouncer();

describe.skipIf(program === null)('behind PgBouncer in transaction mode', () => {
  const closings: (() => Promise<unknown>)[] = [];
  let database: TestDatabase;
  let test: TestApp;
  let cast: Cast;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    closings.push(() => database.close());
    const name = new URL(database.appUrl).pathname.slice(1);
    await database.ownerDb.raw(`alter database ?? set datestyle = 'German'`, [name]);
    await database.ownerDb.raw(`alter database ?? set timezone = 'Asia/Kolkata'`, [name]);
    const started = await startPgBouncer(program ?? '', database.appUrl);
    closings.push(() => started.bouncer.stop());
    url = started.url;
    const db = createDb({ url });
    closings.push(() => db.destroy());
    test = await createTestApp({ database: { ...database, db, appUrl: url } });
    closings.push(() => test.close());
    cast = await buildCast(database.db);
  });
  afterAll(async () => {
    for (const close of closings.reverse()) await close();
  });

  it('writes every audited request, however many come at once', async () => {
    const alice = await signIn(test.app, cast.alice);
    const visitors = Array.from({ length: 40 }, () => new Visitor(test.app));
    const asked = visitors.map(async (visitor, index) => {
      if (index % 4 === 0) return alice.get('/admin/audit');
      if (index % 4 === 1) return alice.post('/locale', { locale: index % 8 === 1 ? 'tr' : 'en' });
      return visitor.post('/auth/login', { email: `nobody-${String(index)}@example.com`, password: 'wrong' });
    });
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 303, 422, 422].flatMap((status) => Array<number>(10).fill(status)));
    expect(test.logLines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(await database.db('audit_logs').where({ action_type: 'locale_changed' })).not.toEqual([]);
    // Alice's, and the twenty that an address has before more are only counted.
    expect(await database.db('audit_logs').where({ action_type: 'login' })).toHaveLength(21);
    expect(test.auditWriter.state()).toMatchObject({ spooledEvents: 0, lostEvents: 0 });
    await supertest(test.app).get('/readyz').expect(200);
  });

  it('has the settings that the app relies on in every connection, though the role’s are others', async () => {
    const db = createDb({ url });
    const asked = Array.from({ length: 10 }, () =>
      db.raw<{ rows: { answer: string }[] }>(
        `select current_setting('DateStyle') || ' ' || current_setting('TimeZone') as answer, pg_sleep(0.05)`,
      ),
    );
    const answers = (await Promise.all(asked)).map(({ rows }) => rows[0]?.answer);
    expect(new Set(answers)).toEqual(new Set(['ISO, MDY UTC']));
    await db.destroy();
  });

  it('refuses to migrate, since the lock that keeps two machines apart does not hold there', async () => {
    await expect(runMigrations({ ownerUrl: url, log: () => undefined })).rejects.toThrow(
      'set MIGRATION_DATABASE_URL to Postgres itself',
    );
  });
});
