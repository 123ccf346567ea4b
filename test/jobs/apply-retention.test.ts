import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { applyRetention, describeRetention } from '../../src/jobs/apply-retention.ts';
import { planMaintenance } from '../../src/jobs/plan-maintenance.ts';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { endOfChild, startChild } from '../support/programs/child.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { checkLogs } from '../../src/transparency/check/check-logs.ts';
import { keepLogs } from '../../src/transparency/sequence/keep-logs.ts';
import { poolsOf } from '../evidence/support.ts';

let database: TestDatabase;
let cast: Cast;

beforeEach(async () => {
  database = await createTestDatabase();
  cast = await buildCast(database.db);
  return () => database.close();
});

function context(): RequestContext {
  const log = pino({ level: 'silent' });
  return systemContext({ name: 'apply-retention', at: new Date(), log });
}

/** The first of a month so many months ago. */
function monthsAgo(count: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count));
}

/**
 * Makes partitions for these months, as years of use do, instead of the one with everything before this
 * month.
 */
async function makeOldMonths(table: string, key: string, ages: number[]): Promise<string[]> {
  const { rows } = await database.ownerDb.raw<{ rows: { partition_name: string }[] }>(
    'select partition_name from list_partitions(?) where starts_at is null and not is_default',
    [table],
  );
  for (const { partition_name } of rows) await database.ownerDb.raw('drop table ??', [partition_name]);
  for (const age of ages) {
    await database.ownerDb.raw('select make_month_partition(?, ?, ?)', [table, key, monthsAgo(age)]);
  }
  return ages.map((age) => `${table}_${monthsAgo(age).toISOString().slice(0, 7).replace('-', '_')}`);
}

async function writeEvent(age: number, row: Record<string, unknown>): Promise<void> {
  await database.db('audit_logs').insert({
    timestamp: new Date(monthsAgo(age).getTime() + 86_400_000),
    actor_type: 'user',
    action_type: 'login',
    success: true,
    ...row,
  });
}

async function placeHold(companyId: number, db = database.db): Promise<number> {
  const [hold] = await db('legal_holds')
    .insert({
      company_id: companyId,
      kind: 'dispute',
      reference: 'CB-2026-1',
      reason: 'The bank asks.',
      placed_at: new Date(),
      placed_by: cast.olivia.id,
    })
    .returning<{ id: number }[]>('id');
  return hold?.id ?? 0;
}

const partitionsOf = async (table: string): Promise<string[]> => {
  const { rows } = await database.db.raw<{ rows: { partition_name: string }[] }>(
    'select partition_name from list_partitions(?)',
    [table],
  );
  return rows.map(({ partition_name }) => partition_name);
};

/** How many transactions wait for another one. */
async function countWaiting(): Promise<number> {
  const { rows } = await database.ownerDb.raw<{ rows: unknown[] }>(
    `select distinct pid from pg_locks
     where not granted and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length;
}

const retentionRows = (): Promise<Record<string, unknown>[]> =>
  database
    .db('audit_logs')
    .where('action_type', 'retention_applied')
    .select('details', 'resource_id', 'actor_type', 'user_id', 'company_id');

/** Done by no person, and about no company. */
const bySystem = { actor_type: 'system', user_id: null, company_id: null };

/** Applies it, and says what it did as `npm run maintain` does. */
const retain = async (retentionMonths: number | null = 36): Promise<string> =>
  describeRetention(await applyRetention(database.db, context(), { retentionMonths }));

describe('retention', () => {
  it('is off until it is configured', async () => {
    await makeOldMonths('audit_logs', 'timestamp', [60]);
    const before = await partitionsOf('audit_logs');
    expect(await retain(null)).toContain('off');
    expect(await partitionsOf('audit_logs')).toEqual(before);
  });

  it('leaves the leaf of each row in the log, with an entry that says what was dropped and by which rule', async () => {
    await makeOldMonths('audit_logs', 'timestamp', [60, 37]);
    await writeEvent(37, { company_id: cast.acme.id, user_id: cast.bob.id });
    const at = new Date();
    expect(await retain()).toContain('dropped');
    const signer = poolsOf(database.db).signer;
    await keepLogs(database.db, { at }, { signer, publishSeconds: 0 });
    const [note] = await database
      .db('log_entries')
      .where({ company_id: cast.acme.id })
      .select<{ entry: Record<string, unknown> }[]>('entry');
    expect(note?.entry).toMatchObject({
      kind: 'month_dropped',
      type: 'audit_log',
      rows: 1,
      retention_months: 36,
    });
    const found = await checkLogs(database.db, context(), { signer });
    expect(found).toMatchObject({ faultCount: 0 });
    const leaves = await database.db('log_leaves').where({ type: 'audit_log' }).count('* as count').first();
    const rows = await database.db('audit_logs').count('* as count').first();
    expect(Number(leaves?.['count'])).toBeGreaterThan(Number(rows?.['count']));
  });

  it('drops whole months that have expired and no other, as the role that may drop no table, on record', async () => {
    const [older, old, young] = await makeOldMonths('audit_logs', 'timestamp', [60, 37, 36]);
    await writeEvent(37, { company_id: cast.acme.id, user_id: cast.bob.id });
    await writeEvent(36, { company_id: cast.acme.id, user_id: cast.bob.id });
    const said = await retain();
    expect(said).toBe(`dropped ${older} (0 rows), dropped ${old} (1 rows)`);
    const left = await partitionsOf('audit_logs');
    expect(left).toContain(young);
    expect(left).toContain('audit_logs_default');
    expect(left).not.toContain(old);
    expect(await retentionRows()).toMatchObject([
      { resource_id: older, ...bySystem },
      {
        resource_id: old,
        ...bySystem,
        details: {
          table: 'audit_logs',
          retention_months: 36,
          dropped_rows: 1,
          starts_at: expect.any(String),
        },
      },
    ]);
    await expect(database.db.raw('drop table ??', [young ?? ''])).rejects.toThrow(/must be owner/);
  });

  it('keeps a month with rows of a company that has an open hold, and drops it once that is released', async () => {
    const [held, free] = await makeOldMonths('audit_logs', 'timestamp', [40, 39]);
    await writeEvent(40, { company_id: cast.acme.id });
    await writeEvent(39, { company_id: cast.globex.id });
    const hold = await placeHold(cast.acme.id);
    const said = await retain();
    expect(said).toContain(`dropped ${free} (1 rows)`);
    expect(said).toContain(`kept ${held}: open holds ${hold}`);
    await database
      .db('legal_holds')
      .where('id', hold)
      .update({ released_at: new Date(), released_by: cast.olivia.id, release_note: 'won' });
    expect(await retain()).toContain(`dropped ${held}`);
  });

  it('waits for a hold that is being placed at the same time, and keeps what it keeps', async () => {
    const [held] = await makeOldMonths('audit_logs', 'timestamp', [40]);
    await writeEvent(40, { company_id: cast.acme.id });
    const { hold, said } = await database.db.transaction(async (placing) => {
      const placed = await placeHold(cast.acme.id, placing);
      const applying = retain();
      await expect.poll(countWaiting, { timeout: 5000 }).toBe(1);
      return { hold: placed, said: applying };
    });
    expect(await said).toBe(`kept ${held}: open holds ${hold}`);
    expect(await partitionsOf('audit_logs')).toContain(held);
  });

  it('keeps a month in which only a row without a company names somebody of a company on hold', async () => {
    const [held] = await makeOldMonths('audit_logs', 'timestamp', [40]);
    await writeEvent(40, { company_id: null, user_id: cast.bob.id });
    await placeHold(cast.acme.id);
    expect(await retain()).toContain(`kept ${held}`);
  });

  it('treats usage sessions alike, and keeps a month with a session that nobody has ended', async () => {
    const [open, ended] = await makeOldMonths('workspace_sessions', 'started_at', [41, 40]);
    const { id } = await buildWorkspace(database.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
    });
    for (const [age, isOpen] of [
      [41, true],
      [40, false],
    ] as const) {
      const started_at = new Date(monthsAgo(age).getTime() + 1000);
      await database.db('workspace_sessions').insert({
        company_id: cast.acme.id,
        workspace_id: id,
        user_id: cast.bob.id,
        started_at,
        last_activity_at: started_at,
        session_id: `s${age}`,
        access_method: 'web',
        ...(isOpen ? {} : { ended_at: started_at, end_reason: 'closed' }),
      });
    }
    const said = await retain();
    expect(said).toContain(`dropped ${ended} (1 rows)`);
    expect(said).toContain(`kept ${open}: an open workspace session`);
  });

  it('refuses fewer than 36 months in the database itself, whoever asks', async () => {
    await makeOldMonths('audit_logs', 'timestamp', [35]);
    for (const months of [35, 0, -1, null]) {
      await expect(
        database.db.raw('select * from drop_expired_partition(?, ?)', ['audit_logs', months]),
      ).rejects.toThrow('36 months at least');
    }
    await expect(
      database.db.raw('select * from drop_expired_partition(?, 36)', ['payments']),
    ).rejects.toThrow('36 months at least');
  });

  it('drops each month once when two processes do it at once', async () => {
    await makeOldMonths('audit_logs', 'timestamp', [50, 49, 48]);
    const said = await Promise.all([1, 2].map(() => retain()));
    expect(said.join(', ').match(/dropped audit_logs/g)).toHaveLength(3);
    expect(await retentionRows()).toHaveLength(3);
  });

  it('leaves the month when its audit row cannot be written', async () => {
    const [old] = await makeOldMonths('audit_logs', 'timestamp', [50]);
    const nobody = { ...context(), userId: 999_999_999 };
    await expect(applyRetention(database.db, nobody, { retentionMonths: 36 })).rejects.toThrow(
      'no person 999999999',
    );
    expect(await partitionsOf('audit_logs')).toContain(old);
  });
});

describe('npm run maintain', () => {
  it('says with --dry-run what it would do and changes nothing, then does it', async () => {
    const [held, free] = await makeOldMonths('audit_logs', 'timestamp', [50, 49]);
    await writeEvent(50, { company_id: cast.acme.id });
    await placeHold(cast.acme.id);
    const before = await partitionsOf('audit_logs');
    const env = { DATABASE_URL: database.appUrl, RETENTION_MONTHS: '36', PARTITION_MONTHS_AHEAD: '4' };
    const dry = await endOfChild(startChild('scripts/maintain.ts', { args: ['--dry-run'], env }));
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/would make audit_logs \d{4}-\d\d\n/);
    expect(dry.stdout).toContain(`would drop ${free}`);
    expect(dry.stdout).toContain(`would have kept ${held}`);
    expect(await partitionsOf('audit_logs')).toEqual(before);
    const done = await endOfChild(startChild('scripts/maintain.ts', { env }));
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toContain(`dropped ${free}`);
    const input = { partitionMonthsAhead: 4, retentionMonths: 36 };
    expect(await planMaintenance(database.db, input)).toEqual([
      'no partition is missing',
      expect.stringContaining(`would have kept ${held}`),
    ]);
  });

  it('names what is wrong with its configuration', async () => {
    const env = { DATABASE_URL: database.appUrl, RETENTION_MONTHS: '12' };
    const ended = await endOfChild(startChild('scripts/maintain.ts', { env }));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('RETENTION_MONTHS: evidence is kept for 36 months at least');
  });
});
