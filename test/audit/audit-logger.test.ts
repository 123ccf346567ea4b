import type { Knex } from 'knex';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { auditSink } from '../../src/audit/audit-sink.ts';
import { AuditLogger } from '../../src/audit/audit-logger.ts';
import { toAuditRow } from '../../src/audit/audit-row.ts';
import { insertAuditEvents, insertInTransaction } from '../../src/audit/insert-audit-events.ts';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import {
  recordSecurityEvent,
  securityEventKinds,
  type SecurityEventKind,
} from '../../src/audit/security/security-log.ts';
import { watchSecurityEvents } from '../../src/audit/security/watch-security-events.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { buildCast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

function contextWithLog(): {
  context: RequestContext;
  db: Knex;
  metrics: Metrics;
  errors: Record<string, unknown>[];
} {
  const errors: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'error' },
    { write: (line: string) => void errors.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const metrics = createMetrics();
  const db = auditSink.attach(database.db, { metrics });
  return { context: systemContext({ name: 'test', at: new Date(), log }), db, metrics, errors };
}

const failuresOf = async (metrics: Metrics): Promise<number> => {
  const { values } = await metrics.auditWriteFailures.get();
  return values.reduce((sum, { value }) => sum + value, 0);
};

const rowsOf = (db: Knex, requestId: string): Promise<{ action_type: string }[]> =>
  db('audit_logs').where('request_id', requestId).select('action_type');

describe('AuditLogger', () => {
  it('writes a row inside the caller’s transaction: a change that rolls back leaves no evidence', async () => {
    const { context } = contextWithLog();
    await expect(
      database.db.transaction(async (trx) => {
        await AuditLogger.log(trx, context, { action: 'logout', success: true });
        throw new Error('the change failed');
      }),
    ).rejects.toThrow('the change failed');
    expect(await rowsOf(database.db, context.requestId)).toEqual([]);
  });

  it('neither breaks nor rolls back a person’s work when its row is refused, and is not silent', async () => {
    const { context, db, metrics, errors } = contextWithLog();
    const { bob } = await buildCast(database.db);
    await db.transaction(async (trx) => {
      await trx('users').where('id', bob.id).update({ locale: 'tr' });
      // No such person: the foreign key refuses the row.
      await AuditLogger.log(trx, context, {
        action: 'logout',
        success: true,
        userId: 999_999_999,
        details: { note: 'kept in the log' },
      });
      await AuditLogger.log(trx, context, { action: 'login', success: true });
    });
    expect(await database.db('users').where('id', bob.id).first('locale')).toEqual({
      locale: 'tr',
    });
    expect(await rowsOf(database.db, context.requestId)).toEqual([{ action_type: 'login' }]);
    expect(await failuresOf(metrics)).toBe(1);
    expect(JSON.stringify(errors)).toContain('kept in the log');
  });

  it('does not throw outside a transaction either, and counts', async () => {
    const { context, db, metrics, errors } = contextWithLog();
    await AuditLogger.log(db, context, { action: 'logout', success: true, companyId: 999_999_999 });
    expect(await failuresOf(metrics)).toBe(1);
    expect(errors).toHaveLength(1);
  });

  it('throws when settling, so that no payment is settled without its evidence', async () => {
    const { context } = contextWithLog();
    await expect(
      database.db.transaction((trx) =>
        AuditLogger.logOrThrow(trx, context, {
          action: 'payment_callback_success',
          success: true,
          userId: 999_999_999,
        }),
      ),
    ).rejects.toThrow('no person 999999999');
  });

  it('refuses the row of a person or a company that does not exist, beside any that do', async () => {
    const { context } = contextWithLog();
    const { acme, globex, alice, olivia } = await buildCast(database.db);
    const write = (userId: number | null, companyId: number | null): Promise<string> => {
      const known = toAuditRow(context, { action: 'logout', success: true, userId: alice.id });
      const row = toAuditRow(context, { action: 'logout', success: true, userId, companyId });
      return insertAuditEvents(database.db, [known, row]).then(
        () => 'written',
        (error: unknown) => (error as Error).message,
      );
    };
    const person = alice.id;
    const absent = 999_999_999;
    expect(await write(person, acme.id)).toBe('written');
    expect(await write(person, globex.id)).toBe('written');
    expect(await write(olivia.id, acme.id)).toBe('written');
    expect(await write(null, null)).toBe('written');
    expect(await write(person, absent)).toContain(`no company ${String(absent)}`);
    expect(await write(absent, acme.id)).toContain(`no person ${String(absent)}`);
    expect(await write(null, absent)).toContain(`no company ${String(absent)}`);
    expect(await write(absent, null)).toContain(`no person ${String(absent)}`);
  });

  it('takes names of actions in small letters and underscores, of two to 64, and no others', async () => {
    const event = { actor_type: 'system', success: true, timestamp: new Date() };
    const write = (action_type: string): Promise<string> =>
      database
        .db('audit_logs')
        .insert({ ...event, action_type })
        .then(
          () => 'written',
          (error: unknown) => (error as { constraint: string }).constraint,
        );
    for (const name of ['ab', 'a_', 'login', 'z'.repeat(64)]) expect(await write(name), name).toBe('written');
    for (const name of ['', 'a', '_a', 'Login', 'a b', 'a1', 'ab\n', 'çay', 'ab\u0131', 'a'.repeat(65)])
      expect(await write(name), name).toBe('ck_audit_logs_action');
  });

  it('keeps a row for any header a client can send', async () => {
    const { context, db, metrics } = contextWithLog();
    const hostile = {
      ...context,
      userAgent: '\0\uD800'.repeat(50_000),
      ip: null,
      rawIp: '<script>',
      path: '/'.repeat(9000),
      method: 'M'.repeat(99),
    };
    await AuditLogger.log(db, hostile, {
      action: 'login',
      success: false,
      errorMessage: `declined: ${'\0'.repeat(9000)}`,
      details: { email: '\uDFFF'.repeat(20_000) },
    });
    expect(await rowsOf(database.db, context.requestId)).toHaveLength(1);
    expect(await failuresOf(metrics)).toBe(0);
  });
});

describe('audit_logs', () => {
  it.each([
    ['update', 'update audit_logs set success = true'],
    ['delete', 'delete from audit_logs'],
    ['truncate', 'truncate audit_logs'],
  ])('refuses %s from the application’s role and from the owner', async (_name, sql) => {
    const { context } = contextWithLog();
    await AuditLogger.log(database.db, context, { action: 'logout', success: true });
    await expect(database.db.raw(sql)).rejects.toMatchObject({ code: '42501' });
    await expect(database.ownerDb.raw(sql)).rejects.toThrow(/append-only|permission denied/);
    expect(await rowsOf(database.db, context.requestId)).toHaveLength(1);
  });

  it('keeps the evidence when somebody tries to delete the person or the company', async () => {
    const { context } = contextWithLog();
    const { bob, acme } = await buildCast(database.db);
    await AuditLogger.log(database.db, context, {
      action: 'logout',
      success: true,
      userId: bob.id,
      companyId: acme.id,
    });
    await expect(database.ownerDb('users').where('id', bob.id).delete()).rejects.toThrow(
      'a row of users is never deleted: evidence refers to it',
    );
    await expect(database.ownerDb('companies').where('id', acme.id).delete()).rejects.toThrow(
      'a row of companies is never deleted: evidence refers to it',
    );
    expect(await rowsOf(database.db, context.requestId)).toHaveLength(1);
  });

  it('has the indexes the queries are written for', async () => {
    const { rows } = await database.db.raw<{ rows: { indexname: string }[] }>(
      "select indexname from pg_indexes where tablename in ('audit_logs', 'workspace_sessions')",
    );
    const names = rows.map(({ indexname }) => indexname);
    const wanted = [
      ...['timestamp', 'user_id', 'company_id', 'action_type', 'resource_type'].map(
        (column) => `idx_audit_logs_${column}`,
      ),
      ...['workspace_id', 'user_id', 'started_at', 'session_id'].map(
        (column) => `idx_workspace_sessions_${column}`,
      ),
    ];
    expect(names).toEqual(expect.arrayContaining(wanted));
  });
});

describe('the security log', () => {
  it('is a ring for each kind: a flood overwrites the oldest of its own kind and the table does not grow', async () => {
    const { context } = contextWithLog();
    const note = (kind: SecurityEventKind, n: number): Promise<void> =>
      recordSecurityEvent(database.db, context, { kind, details: { n, text: '\0'.repeat(5000) } });
    await note('forged-request', 0);
    await database.ownerDb.raw("select setval('security_events_unsigned_callback', 1998)");
    for (const n of [1, 2, 3]) await note('unsigned-callback', n);
    const slots = await database.db('security_events').orderBy('slot').pluck('slot');
    expect(slots).toEqual([0, 1, 1999, 2000]);
    await database.ownerDb.raw("select setval('security_events_unsigned_callback', 1998)");
    await note('unsigned-callback', 4);
    expect(await database.db('security_events').count('* as count').first()).toEqual({ count: 4 });
    for (const kind of securityEventKinds) await note(kind, 5);
    expect(await database.db('security_events').distinct('kind').pluck('kind')).toHaveLength(5);
  });

  it('keeps sixty events of one kind that one address leaves in a minute, and counts the rest', async () => {
    const { context, db, metrics } = contextWithLog();
    const at = new Date(Date.now() + 3_600_000);
    const from = (ip: string | null): Promise<void> =>
      recordSecurityEvent(db, { ...context, at, ip }, { kind: 'token-refused', details: {} });
    for (let n = 0; n < 70; n += 1) await from('203.0.113.99');
    await from('203.0.113.98');
    await from(null);
    const kept = await database.db('security_events').where({ at }).countDistinct('slot as count').first();
    expect(kept).toEqual({ count: 62 });
    expect(await metrics.registry.metrics()).toContain('security_events_total{kind="token-refused"} 72');
  });

  it('raises an alarm when strangers send much, once for all that came since the last look', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino(
      { level: 'warn' },
      { write: (line: string) => void lines.push(JSON.parse(line) as never) },
    );
    const context = { ...contextWithLog().context, log };
    const at = new Date(Date.now() + 7_200_000);
    expect(await watchSecurityEvents(database.db, { ...context, at })).toEqual({ busyKinds: 0 });
    for (let n = 0; n < 100; n += 1) {
      const ip = `203.0.113.${String(n % 2)}`;
      await recordSecurityEvent(database.db, { ...context, at, ip }, { kind: 'forged-request', details: {} });
    }
    const soon = new Date(at.getTime() + 1000);
    expect(await watchSecurityEvents(database.db, { ...context, at: soon })).toEqual({ busyKinds: 1 });
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      kinds: [{ kind: 'forged-request', events: 100, addresses: 2 }],
    });
  });
});

describe('the time of an audit row', () => {
  it('is bounded for the app’s role: not in the future, and not older than the spool may be', async () => {
    const { context } = contextWithLog();
    await database.ownerDb.raw("update audit_time_bounds set oldest = '31 days', ahead = '5 minutes'");
    try {
      const write = async (seconds: number): Promise<unknown> => {
        const at = new Date(Date.now() + seconds * 1000);
        const row = toAuditRow({ ...context, at }, { action: 'logout', success: true });
        return insertAuditEvents(database.db, [row]).then(
          () => 'written',
          (error: unknown) => (error as { code?: string }).code,
        );
      };
      const day = 86_400;
      expect(await write(0)).toBe('written');
      expect(await write(240)).toBe('written');
      expect(await write(-30 * day)).toBe('written');
      expect(await write(600)).toBe('23514');
      expect(await write(366 * day)).toBe('23514');
      expect(await write(-32 * day)).toBe('23514');
      await database.db.transaction(async (trx) => {
        const at = new Date(Date.now() - 40 * day * 1000);
        const refusal = await insertInTransaction(
          trx,
          toAuditRow({ ...context, at }, { action: 'logout', success: true }),
        );
        expect(refusal).toContain('23514');
        // A temporary table of the same name does not replace the bounds either.
        await trx.raw(
          "create temporary table audit_time_bounds on commit drop as select interval '99 years' as oldest, interval '0' as ahead",
        );
        expect(
          await insertInTransaction(trx, toAuditRow({ ...context, at }, { action: 'logout', success: true })),
        ).toContain('23514');
      });
      for (const change of [
        "update audit_time_bounds set oldest = '99 years'",
        'delete from audit_time_bounds',
      ])
        await expect(database.db.raw(change)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.ownerDb.raw("update audit_time_bounds set oldest = '1000 years', ahead = '1000 years'");
    }
  });
});
