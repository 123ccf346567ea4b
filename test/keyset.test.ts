import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { everything, listAuditRows } from '../src/admin/audit-queries.ts';
import { listHolds, listOpenHolds } from '../src/admin/hold-queries.ts';
import { listInvitations, listPeople } from '../src/admin/people-queries.ts';
import { listCompanies, listPaymentsOfPerson } from '../src/admin/queries.ts';
import { listInvoices } from '../src/billing/invoice-queries.ts';
import { listPayments, listPaymentsInReview } from '../src/billing/queries.ts';
import type { Cursor } from '../src/keyset.ts';
import { listSessions, listWorkspaces } from '../src/workspace/queries.ts';
import { useTestDatabase } from './support/database.ts';

const database = useTestDatabase();

type List = (db: Knex, cursor: Cursor) => Promise<unknown>;

const company = { companyId: 1 };
const search = null;

/** Every list of which a person sees one page, and the index that was made for it. */
const lists: [name: string, index: string, list: List][] = [
  ['companies', 'idx_companies_name', (db, cursor) => listCompanies(db, { search, cursor })],
  [
    'people',
    'idx_users_company_name',
    (db, cursor) => listPeople(db, { ...company, isFormer: false, search, cursor }),
  ],
  [
    'invitations',
    'idx_invitations_company_open',
    (db, cursor) => listInvitations(db, { ...company, search, cursor }),
  ],
  [
    'the audit trail',
    'idx_audit_logs_company_keyset',
    (db, cursor) => listAuditRows(db, { ...company, filter: everything, cursor }),
  ],
  [
    'open holds of a company',
    'idx_legal_holds_company_open',
    (db, cursor) => listHolds(db, { ...company, list: 'open', cursor }),
  ],
  [
    'released holds of a company',
    'idx_legal_holds_company_released',
    (db, cursor) => listHolds(db, { ...company, list: 'released', cursor }),
  ],
  ['open holds of all companies', 'idx_legal_holds_open', listOpenHolds],
  [
    'payments of a person',
    'idx_payments_user',
    (db, cursor) => listPaymentsOfPerson(db, { ...company, userId: 1, cursor }),
  ],
  ['payments of a company', 'idx_payments_company', (db, cursor) => listPayments(db, 1, cursor)],
  [
    'payments to look at of a company',
    'idx_payments_company_review',
    (db, cursor) => listPaymentsInReview(db, 1, cursor),
  ],
  [
    'payments to look at of all companies',
    'idx_payments_review',
    (db, cursor) => listPaymentsInReview(db, null, cursor),
  ],
  ['invoices', 'idx_invoices_company', (db, cursor) => listInvoices(db, 1, cursor)],
  [
    'workspaces of a company',
    'idx_workspaces_company',
    (db, cursor) => listWorkspaces(db, { ...company, ownerUserId: null, page: cursor, at: new Date() }),
  ],
  [
    'workspaces of a person',
    'idx_workspaces_owner',
    (db, cursor) => listWorkspaces(db, { ...company, ownerUserId: 1, page: cursor, at: new Date() }),
  ],
  [
    'sessions of a workspace',
    'idx_workspace_sessions_workspace_keyset',
    (db, cursor) => listSessions(db, { ...company, workspaceId: 1, page: cursor }),
  ],
];

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/** The plan of the one query that a list makes, in an order it cannot get by sorting unless there is no other way. */
async function planOf(list: List, cursor: Cursor): Promise<PlanNode[]> {
  return database.db.transaction(async (trx) => {
    await trx.raw(
      'set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off; set local enable_incremental_sort = off',
    );
    const queries: { sql: string; bindings: readonly Knex.RawBinding[] }[] = [];
    trx.on('query', (query: (typeof queries)[number]) => queries.push(query));
    await list(trx, cursor);
    trx.removeAllListeners('query');
    expect(queries).toHaveLength(1);
    const { sql, bindings } = queries[0] ?? { sql: '', bindings: [] };
    const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] }>(
      `explain (format json) ${sql.replaceAll('\\?', '?').replaceAll(/\$\d+/g, '?')}`,
      bindings,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return plan === undefined ? [] : flatten(plan);
  });
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** For the index of a partition the one it belongs to. */
const parents = new Map<string, string>();

/** Many tenants with a little each: which of two indexes is the better one shows only then. */
const TENANTS = `
  insert into companies (name, subdomain, created_at)
    select 'Company ' || n, 'company-' || n, now() from generate_series(1, 50) n;
  insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
    select n, 'person-' || n || '@example.com', 'Person ' || n, 'none', 'admin', 'en', now() from generate_series(1, 50) n;
  insert into workspaces (company_id, owner_user_id, name, port, created_at)
    select 1 + n % 50, 1 + n % 50, 'w' || n, 20000 + n, now() from generate_series(0, 499) n;
  insert into workspace_sessions
      (company_id, workspace_id, user_id, started_at, last_activity_at, session_id, access_method)
    select 1 + n % 50, 1 + n % 500, 1 + n % 50, now(), now(), 's' || n, 'web' from generate_series(0, 4999) n;
  insert into legal_holds
      (company_id, kind, reference, reason, placed_at, placed_by, released_at, released_by, release_note)
    select 1 + n % 50, 'dispute', n::text, 'why', now(), 1, released.at, released.by, released.note
    from generate_series(0, 4999) n
    left join (values (now(), 1, 'over')) as released (at, by, note) on n % 2 = 0`;

beforeAll(async () => {
  await database.ownerDb.raw(TENANTS);
  await database.ownerDb.raw('analyze');
  const { rows } = await database.ownerDb.raw<{ rows: { child: string; parent: string }[] }>(
    'select inhrelid::regclass::text as child, inhparent::regclass::text as parent from pg_inherits',
  );
  for (const { child, parent } of rows) parents.set(child, parent);
});

describe('a page of a list', () => {
  it.each(lists)('of %s is read in order from %s, wherever it starts', async (_name, index, list) => {
    for (const cursor of [{}, { next: 5 }, { prev: 5 }]) {
      const nodes = await planOf(list, cursor);
      expect(
        nodes.filter((node) => node['Node Type'].includes('Sort')),
        JSON.stringify(cursor),
      ).toEqual([]);
      const used = nodes.map((node) => node['Index Name'] ?? '');
      expect(used.map((name) => parents.get(name) ?? name)).toContain(index);
    }
  });
});
