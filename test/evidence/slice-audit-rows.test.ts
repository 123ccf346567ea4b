import { beforeAll, describe, expect, it } from 'vitest';
import { auditRows } from '../../src/evidence/queries.ts';
import { auditRowsInScope, sessionsInScope, type EvidenceScope } from '../../src/evidence/scope.ts';
import { sliceAuditRows } from '../../src/evidence/slice-audit-rows.ts';
import type { ShownLog } from '../../src/transparency/proof/find-shown-log.ts';
import { leafPlaceRows } from '../../src/transparency/proof/leaf-places.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { makeMonthsAhead, useTestDatabase } from '../support/database.ts';
import { plansOf } from '../support/postgres/plans.ts';
import { buildAuditRow } from './support.ts';

const database = useTestDatabase({ isUnused: true });
let cast: Cast;
let starts: Date[];

beforeAll(async () => {
  await makeMonthsAhead(database);
  cast = await buildCast(database.db);
  const { rows } = await database.db.raw<{ rows: { starts_at: Date }[] }>(
    `select starts_at from list_partitions('audit_logs') where starts_at is not null order by 1`,
  );
  starts = rows.map(({ starts_at }) => starts_at);
  // On both sides of every edge, long before the first and long after the last.
  const times = starts.flatMap((start) => [-1, 0, 1].map((ms) => start.getTime() + ms));
  for (const time of [...times, Date.parse('2001-01-01'), Date.parse('2099-01-01')]) {
    await buildAuditRow(database.db, cast.bob, { timestamp: new Date(time).toISOString() });
  }
});

async function readSlices(
  scope: Partial<EvidenceScope>,
): Promise<{ times: number[]; slices: EvidenceScope[] }> {
  const whole: EvidenceScope = {
    userId: cast.bob.id,
    companyId: cast.acme.id,
    from: null,
    to: null,
    download: { at: new Date(Date.parse('2098-01-01')), requestId: 'none' },
    ...scope,
  };
  const slices: EvidenceScope[] = [];
  const times: number[] = [];
  await database.db.transaction(async (snapshot) => {
    const read = async function* (slice: EvidenceScope): AsyncGenerator<{ timestamp: Date }[], void> {
      slices.push(slice);
      yield (await auditRows(snapshot, slice)) as { timestamp: Date }[];
    };
    for await (const rows of sliceAuditRows(snapshot, whole, read, (piece) => piece.length)) {
      times.push(...rows.map(({ timestamp }) => timestamp.getTime()));
    }
  });
  return { times, slices };
}

describe('sliceAuditRows', () => {
  it('reads every row once, newest first, whatever month it is in', async () => {
    const { times, slices } = await readSlices({});
    expect(times).toHaveLength(3 * starts.length + 2);
    expect(times).toEqual([...new Set(times)].sort((a, b) => b - a));
    expect(slices.length).toBeGreaterThan(1);
  });

  it('keeps to the period that is asked for', async () => {
    const [first, second] = starts;
    const { times } = await readSlices({ from: first ?? null, to: second ?? null });
    expect(times).toHaveLength(3);
    expect(Math.min(...times)).toBe(first?.getTime());
    expect(Math.max(...times)).toBe((second?.getTime() ?? 0) - 1);
  });

  it('lets Postgres touch the months of a slice only, by indexes', async () => {
    const { slices } = await readSlices({});
    const bounded = slices.find(({ from, to }) => from !== null && to !== null);
    if (bounded === undefined) throw new Error('no slice has both ends');
    const plan = await database.db.transaction(async (snapshot) => {
      // The test's table is too small for an index to be worth it.
      await snapshot.raw('set local enable_seqscan = off');
      const { rows } = await snapshot.raw<{ rows: { 'QUERY PLAN': string }[] }>('explain ?', [
        auditRows(snapshot, bounded),
      ]);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    const tables = new Set(plan.match(/(?<!Bitmap Index Scan) on audit_logs_\w+/g));
    expect(tables.size).toBeLessThanOrEqual(2);
    expect(plan).not.toContain('Seq Scan');
  });

  it('has the leaves of its rows read by their numbers, also of a log that has grown since Postgres counted', async () => {
    await database.db.raw(
      `insert into log_leaves (log_id, leaf_index, type, record_id, leaf_hash)
       select 2, n, 'audit_log', 1000000 + n, sha256('') from generate_series(0, 2999) as n`,
    );
    await database.ownerDb.raw('analyze log_leaves');
    const log: ShownLog = { id: 1, log_uuid: '', integrated: 1000, size: 1000, checkpoint: '' };
    const { slices } = await readSlices({});
    const plans = await plansOf(
      database.db,
      async (trx) => {
        for (const slice of slices) {
          const ids = auditRowsInScope(trx, slice).select('audit_logs.id');
          await leafPlaceRows(trx, log, { type: 'audit_log', ids });
        }
        const ids = sessionsInScope(trx, { ...slices[0]!, from: null }).select('workspace_sessions.id');
        await leafPlaceRows(trx, log, { type: 'workspace_session', ids });
      },
      { maySort: true, mayCombine: true },
    );
    expect(plans).toHaveLength(slices.length + 1);
    for (const plan of plans) {
      expect(plan.filter((node) => /Join|Nested Loop/.test(node['Node Type']))).toEqual([]);
      const leaves = plan.filter((node) => node['Relation Name'] === 'log_leaves');
      expect(leaves).toHaveLength(1);
      expect(leaves[0]?.['Index Name']).toBe('uq_log_leaves_record');
      expect(leaves[0]?.['Index Cond']).toContain('record_id = ANY');
    }
  });
});
