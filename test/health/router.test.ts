import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import type { AuditWriterState } from '../../src/audit/audit-writer.ts';
import { auditSink } from '../../src/audit/audit-sink.ts';
import { createTestApp, useTestApp } from '../support/app.ts';

/** Workspaces run elsewhere. */
const test = useTestApp({ env: { WORKSPACE_RUNTIME: 'external' } });
const beside = useTestApp();
const withToken = useTestApp({ env: { METRICS_TOKEN: 'k7Rr2PzXw9Lq4Tn8' } });

describe('the probes', () => {
  it('/healthz answers while the process does', async () => {
    await supertest(test.app).get('/healthz').expect(200, { status: 'ok' });
  });

  it('/readyz is fine when the database is reachable and its migrations are as shipped', async () => {
    await supertest(test.app)
      .get('/readyz')
      .expect(200, {
        status: 'ok',
        checks: { database: 'ok', migrations: 'ok', rights: 'ok' },
        evidence: 'the app cannot change evidence',
        workspaces: 'workspaces run elsewhere',
        log: { publishing: 'ok', oldestUnsequencedSeconds: 0 },
        audit: {
          queuedEvents: 0,
          spooledEvents: 0,
          spooledBytes: 0,
          oldestUnwrittenAt: null,
          lostEvents: 0,
          otherFolders: [],
        },
        replica: { status: 'none', reason: null },
      });
  });

  it('/readyz fails when a migration is missing or was changed after it was applied', async () => {
    const behind = await createTestApp();
    try {
      await behind.database
        .ownerDb('migration_checksums')
        .limit(1)
        .whereLike('name', '0007%')
        .update({ sha256: 'other' });
      const { body } = await supertest(behind.app).get('/readyz').expect(503);
      expect(body.checks).toEqual({ database: 'ok', migrations: '1 not as shipped', rights: 'ok' });
    } finally {
      await behind.close();
    }
  });

  it('/readyz stays fine while a newer release has already migrated', async () => {
    const ahead = await createTestApp();
    try {
      await ahead.database
        .ownerDb('knex_migrations')
        .insert({ name: '9999-of-the-next-release.sql', batch: 99, migration_time: new Date() });
      await supertest(ahead.app).get('/readyz').expect(200);
    } finally {
      await ahead.close();
    }
  });

  it('/readyz fails without an address or a password in its answer when the database is away', async () => {
    const away = await createTestApp();
    await away.db.destroy();
    const { body, text } = await supertest(away.app).get('/readyz').expect(503);
    expect(body.checks.database).toBe('unreachable');
    expect(text).not.toMatch(/postgres:\/\/|password|127\.0\.0\.1/);
    away.db.initialize();
    await away.close();
  });
});

describe('/metrics', () => {
  it('is Prometheus text for this machine itself, and not there for anybody behind a proxy', async () => {
    const { text } = await supertest(test.app).get('/metrics').expect(200);
    expect(text).toContain('audit_write_failures_total');
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']) {
      await supertest(test.app).get('/metrics').set(name, '203.0.113.7').expect(404);
    }
  });

  it('says that it wants a token where workspaces run, since each of them is on this machine, too', async () => {
    const { text, headers } = await supertest(beside.app).get('/metrics').expect(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="metrics"');
    expect(text).toMatch(/^Set METRICS_TOKEN/);
    await supertest(beside.app).get('/metrics').set('x-forwarded-for', '203.0.113.7').expect(404);
    await supertest(beside.app).get('/metrics').set('authorization', 'Bearer null').expect(401);
  });

  it('shows what audit rows wait where, and since when', async () => {
    const state: AuditWriterState = {
      queuedEvents: 3,
      spooledEvents: 20,
      spooledBytes: 9000,
      oldestUnwrittenAt: new Date(Date.now() - 90_000),
      lostEvents: 1,
      otherFolders: [
        { folder: '7-1', files: 2, bytes: 4000 },
        { folder: '7-2', files: 1, bytes: 300 },
      ],
    };
    const writer = { ...test.auditWriter, state: () => state };
    const waiting = await createTestApp({
      env: { WORKSPACE_RUNTIME: 'external' },
      database: test.database,
      deps: { db: auditSink.attach(test.db, { metrics: test.metrics, writer }) },
    });
    try {
      const { text } = await supertest(waiting.app).get('/metrics').expect(200);
      expect(text).toContain('audit_unwritten_events{where="queue"} 3');
      expect(text).toContain('audit_unwritten_events{where="spool"} 20');
      expect(text).toContain('audit_spool_bytes 9000');
      expect(text).toContain('audit_other_folder_bytes 4300');
      expect(text).toMatch(/audit_oldest_unwritten_seconds 9\d/);
      const { body } = await supertest(waiting.app).get('/readyz').expect(200);
      expect(body.audit).toMatchObject({ queuedEvents: 3, otherFolders: state.otherFolders, lostEvents: 1 });
    } finally {
      await waiting.close();
    }
  });

  it('wants the token when one is configured', async () => {
    await supertest(withToken.app).get('/metrics').expect(404);
    await supertest(withToken.app).get('/metrics').set('authorization', 'Bearer wrong').expect(404);
    await supertest(withToken.app)
      .get('/metrics')
      .set('authorization', 'Bearer k7Rr2PzXw9Lq4Tn8')
      .expect(200);
  });

  it('labels requests by route, never by address', async () => {
    await supertest(test.app).get('/legal/terms/2026-11-01');
    await supertest(test.app).get('/no/such/secret-path');
    const { text } = await supertest(test.app).get('/metrics');
    expect(text).toContain('route="/legal/:kind/:version"');
    expect(text).not.toContain('secret-path');
  });
});
