import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  everything,
  findPersonInTrail,
  listAuditRows,
  listNewestAuditRows,
  type AuditFilter,
} from '../../src/admin/audit-queries.ts';
import type { AuditEntryRow } from '../../src/audit/audit-record.ts';
import type { Page } from '../../src/db/keyset.ts';
import { parseTimedId, timedEnds, type TimedCursor } from '../../src/db/timed-cursor.ts';
import { makeMonthsAhead, useTestDatabase } from '../support/database.ts';
import { findParents, plansOf, type PlanNode } from '../support/postgres/plans.ts';

const database = useTestDatabase({ isUnused: true });

const MONTHS = 24;

/**
 * The first company has an event twice a day, the second one a week, the third none for a year and a half.
 * The first two have a row of a month to come.
 */
const [BUSY, QUIET, DORMANT] = [1, 2, 3];

/** Two years of use. Rows beyond the months that there are stand in the default partition. */
const TRAIL = [
  `insert into companies (name, subdomain, created_at)
     select 'Company ' || n, 'company-' || n, now() from generate_series(1, 20) n`,
  `insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
     select n, 'person-' || n || '@example.com', 'Person ' || n, 'none', 'admin', 'en', now() from generate_series(1, 20) n`,
  `insert into audit_logs
       (timestamp, company_id, user_id, actor_type, action_type, resource_type, resource_id, ip_address, success)
     select now() - n * interval '12 hours' + company * interval '1 minute', company,
            case when n % 20 = 0 then company end, 'system', case when n % 10 = 0 then 'login' else 'logout' end,
            case when n % 12 = 0 then 'invoice' else 'user' end,
            (company * 100 + n % 25)::text, '10.0.0.0'::inet + n % 30, n % 15 <> 0
     from generate_series(1, 1400) n, (select ${String(BUSY)} union all select generate_series(4, 20)) as busy (company)`,
  `insert into audit_logs (timestamp, company_id, actor_type, action_type, success)
     select now() - n * interval '1 week', ${String(QUIET)}, 'system', 'login', true from generate_series(0, 100) n
     union all
     select date_trunc('hour', now()) - interval '18 months', ${String(DORMANT)}, 'system', 'login', true
     from generate_series(1, 120)
     union all
     select now() + interval '5 years', company, 'system', 'login', true
     from unnest(array[${String(BUSY)}, ${String(QUIET)}]) company`,
];

let parents: Map<string, string>;
/** Not the ends of the trail: where a month has few rows, one index is as good as another. */
let filledMonths: Set<string>;

beforeAll(async () => {
  const { ownerDb } = database;
  await makeMonthsAhead(database);
  await makeMonths(ownerDb);
  for (const statement of TRAIL) await ownerDb.raw(statement);
  await ownerDb.raw('analyze audit_logs');
  parents = await findParents(ownerDb);
  const { rows } = await ownerDb.raw<{ rows: { month: string }[] }>(
    'select tableoid::regclass::text as month from audit_logs where timestamp < now() group by 1 having count(*) > 400',
  );
  filledMonths = new Set(rows.map(({ month }) => month));
});

/**
 * The months as two years of use would have left them: the first partition, which has no beginning, gives way
 * to them.
 */
async function makeMonths(ownerDb: Knex): Promise<void> {
  const { rows } = await ownerDb.raw<{ rows: { partition_name: string }[] }>(
    `select partition_name from list_partitions('audit_logs') where starts_at is null and not is_default`,
  );
  for (const { partition_name } of rows) await ownerDb.raw('drop table ??', [partition_name]);
  await ownerDb.raw(
    `select make_month_partition('audit_logs', 'timestamp', month_start(now(), -n)) from generate_series(?::int, 0, -1) n
     where not exists (
       select from list_partitions('audit_logs') made
       where made.starts_at <= month_start(now(), -n) and made.ends_at > month_start(now(), -n))`,
    [MONTHS],
  );
}

async function read(
  companyId: number,
  cursor: TimedCursor = {},
  filter: Partial<AuditFilter> = {},
): Promise<Page<AuditEntryRow>> {
  return listAuditRows(database.db, { companyId, filter: { ...everything, ...filter }, cursor });
}

/** Where the page beside this one starts, as its link says. */
function beside(page: Page<AuditEntryRow>, side: 'next' | 'prev'): TimedCursor | undefined {
  const ends = timedEnds(page, (row) => row.timestamp);
  const place = parseTimedId(side === 'next' ? ends.nextId : ends.prevId);
  return place === undefined ? undefined : { [side]: place.id, near: place.near };
}

async function allIds(companyId: number): Promise<number[]> {
  const rows = await database
    .db('audit_logs')
    .where({ company_id: companyId })
    .orderBy([
      { column: 'timestamp', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select<{ id: number }[]>('id');
  return rows.map(({ id }) => id);
}

/** A page that begins so many rows down, with the link that leads to it. */
async function cursorAt(companyId: number, skipped: number): Promise<TimedCursor> {
  const [row] = await database
    .db('audit_logs')
    .where({ company_id: companyId })
    .orderBy([
      { column: 'timestamp', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .offset(skipped - 1)
    .limit(1)
    .select<{ id: number; timestamp: Date }[]>('id', 'timestamp');
  return { next: row?.id, near: row?.timestamp };
}

/** How many months a query was planned for. */
function monthsIn(plan: PlanNode[]): number {
  const tables = plan.map((node) => node['Relation Name'] ?? '');
  return new Set(tables.filter((table) => parents.get(table) === 'audit_logs')).size;
}

async function plansOfPage(
  companyId: number,
  cursor: TimedCursor,
  filter: Partial<AuditFilter> = {},
  options: { maySort?: boolean | 'ties' } = {},
): Promise<PlanNode[][]> {
  const list = (trx: Knex): Promise<unknown> =>
    listAuditRows(trx, { companyId, filter: { ...everything, ...filter }, cursor });
  return plansOf(database.db, list, options);
}

describe('the pages of an audit trail of years', () => {
  it.each([
    ['something happens every day', BUSY],
    ['little happens', QUIET],
    ['nothing has happened for long', DORMANT],
  ])('hold every row once, newest first, in either direction, where %s', async (_name, companyId) => {
    const down: number[][] = [];
    let last: TimedCursor | undefined;
    for (let cursor: TimedCursor | undefined = {}; cursor !== undefined;) {
      const page: Page<AuditEntryRow> = await read(companyId, cursor);
      down.push(page.rows.map((row) => row.id));
      last = beside(page, 'prev');
      cursor = beside(page, 'next');
    }
    expect(down.flat()).toEqual(await allIds(companyId));
    const up: number[][] = [];
    for (let cursor = last; cursor !== undefined;) {
      const page: Page<AuditEntryRow> = await read(companyId, cursor);
      up.push(page.rows.map((row) => row.id));
      cursor = beside(page, 'prev');
    }
    expect(up.toReversed()).toEqual(down.slice(0, -1));
  });

  it('begin with what is dated years ahead, though no month has been made for it', async () => {
    const [ahead] = (await read(QUIET)).rows;
    expect(ahead?.timestamp.getTime()).toBeGreaterThan(Date.now() + 4 * 365 * 86_400_000);
    const newest = await listNewestAuditRows(database.db, { companyId: QUIET, userId: null, limit: 3 });
    expect(newest.map((row) => row.id)).toEqual((await allIds(QUIET)).slice(0, 3));
  });

  it('end with the period asked for, however the months lie', async () => {
    const [to, from] = [400, 500].map((days) => new Date(Date.now() - days * 86_400_000));
    const found = (await read(QUIET, {}, { from: from ?? null, to: to ?? null })).rows;
    expect(found).toHaveLength(14);
    const far = new Date('2199-01-01T00:00:00Z');
    expect((await read(DORMANT, {}, { to: far })).rows).toHaveLength(25);
    expect((await read(DORMANT, {}, { from: far })).rows).toEqual([]);
  });
});

describe('the cost of a page of the audit trail', () => {
  it('is two months for any page but the first, which also looks at the months to come', async () => {
    const [first, ...more] = await plansOfPage(BUSY, {});
    expect(more).toEqual([]);
    // The last month and this one, the three ahead, and the default partition.
    expect(monthsIn(first ?? [])).toBe(6);
    for (const skipped of [50, 100, 600, 1300]) {
      const next = await cursorAt(BUSY, skipped);
      const back = { prev: next.next, near: next.near };
      for (const cursor of [next, ...(skipped > 300 ? [back] : [])]) {
        const [start, page, ...rest] = await plansOfPage(BUSY, cursor);
        expect(rest).toEqual([]);
        expect(monthsIn(start ?? [])).toBe(1);
        expect(monthsIn(page ?? [])).toBeLessThanOrEqual(2);
      }
    }
  });

  it('is five queries and no month twice where nothing matches', async () => {
    const plans = await plansOfPage(BUSY, {}, { ip: '203.0.113.1' });
    expect(plans.length).toBeLessThanOrEqual(5);
    const tables = plans.flat().map((node) => node['Relation Name'] ?? '');
    const months = tables.filter((table) => parents.get(table) === 'audit_logs' && !/default$/.test(table));
    expect(months).toHaveLength(MONTHS + 4);
    expect(new Set(months).size).toBe(months.length);
  });

  it.each<[string, Partial<AuditFilter>, (false | 'ties')?]>([
    ['idx_audit_logs_company_id', {}],
    ['idx_audit_logs_company_id', { ip: '10.0.0.7' }],
    ['idx_audit_logs_company_id', { ip: '203.0.113.1' }],
    ['idx_audit_logs_company_failures', { result: 'failure' }],
    ['idx_audit_logs_company_failures', { result: 'failure', userId: BUSY }],
    ['idx_audit_logs_company_failures', { result: 'failure', ip: '10.0.0.15' }],
    ['idx_audit_logs_company_failures', { result: 'failure', ip: '203.0.113.1' }],
    ['idx_audit_logs_user_id', { userId: BUSY }, 'ties'],
  ])(
    'is read from %s, in order, with the filter that it is for: %o',
    async (index, filter, maySort = false) => {
      const nodes = (await plansOfPage(BUSY, {}, filter, { maySort })).flat();
      const sorts = nodes.filter((node) => node['Node Type'].includes('Sort'));
      expect(sorts.filter((node) => maySort !== 'ties' || node['Node Type'] === 'Sort')).toEqual([]);
      const used = nodes.filter((node) => filledMonths.has(node['Relation Name'] ?? ''));
      const indexes = used.map((node) => parents.get(node['Index Name'] ?? ''));
      expect([...new Set(indexes)]).toEqual([index]);
      // They are looked for in the index: rows of other people and addresses are not read.
      for (const column of [
        ...('ip' in filter ? ['ip_address'] : []),
        ...('userId' in filter ? ['user_id'] : []),
      ]) {
        const others = used.filter((node) => node['Index Cond']?.includes(`${column} = `) !== true);
        expect(others).toEqual([]);
      }
    },
  );

  it('is the same for a filter by anybody elsewhere, with an account or without one', async () => {
    const find = (emailOrId: string) => (trx: Knex) => findPersonInTrail(trx, { companyId: BUSY, emailOrId });
    const [, trailOfMember] = await plansOf(database.db, find('person-4@example.com'));
    const [, trailOfNobody] = await plansOf(database.db, find('missing@example.com'));
    expect(trailOfMember?.map((node) => node['Index Cond']).join()).toContain("user_id = '0'");
    expect(trailOfMember).toEqual(trailOfNobody);
  });

  it.each<[string, Partial<AuditFilter>]>([
    ['idx_audit_logs_action_type', { action: 'workspace_delete' }],
    ['idx_audit_logs_action_type', { action: 'payments' }],
    ['idx_audit_logs_resource_type', { resource_type: 'payment' }],
    ['idx_audit_logs_resource_type', { resource_type: 'user', resource_id: '9107' }],
  ])('with a filter for what is rare is that of finding it in %s', async (index, filter) => {
    const nodes = (await plansOfPage(BUSY, {}, filter, { maySort: true })).flat();
    const used = nodes.filter((node) => filledMonths.has(node['Relation Name'] ?? ''));
    const indexes = used.map((node) => parents.get(node['Index Name'] ?? ''));
    expect([...new Set(indexes)]).toEqual([index]);
  });
});
