import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { everything, listAuditRows } from '../../src/admin/audit-queries.ts';
import { listHolds, listOpenHolds } from '../../src/holds/queries.ts';
import { listInvitations, listPeople } from '../../src/admin/people-queries.ts';
import { listCompanies, listPaymentsOfPerson } from '../../src/admin/queries.ts';
import { listInvoices } from '../../src/billing/invoices/queries.ts';
import { listPayments } from '../../src/billing/queries.ts';
import { listPaymentsInReview } from '../../src/billing/review/queries.ts';
import type { Cursor } from '../../src/db/keyset.ts';
import { listWorkspaces } from '../../src/workspace/queries.ts';
import { listSessions } from '../../src/workspace/sessions/session-queries.ts';
import { useTestDatabase } from '../support/database.ts';
import { findParents, plansOf } from '../support/postgres/plans.ts';

const database = useTestDatabase({ isUnused: true });

type List = (db: Knex, cursor: Cursor) => Promise<unknown>;

const company = { companyId: 1 };
const search = null;

/**
 * Every list of which a person sees one page, the index that was made for it, and a row of the company to
 * start from.
 */
const lists: [name: string, index: string, list: List, start?: number][] = [
  [
    'companies',
    'idx_companies_by_name',
    (db, cursor) => listCompanies(db, { search, cursor, at: new Date() }),
  ],
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
    'idx_audit_logs_company_id',
    (db, cursor) => listAuditRows(db, { ...company, filter: everything, cursor }),
    2501,
  ],
  [
    'open holds of a company',
    'idx_legal_holds_company_open',
    (db, cursor) => listHolds(db, { ...company, list: 'open', cursor }),
    2501,
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
    2501,
  ],
  [
    'workspaces of a person',
    'idx_workspaces_owner',
    (db, cursor) => listWorkspaces(db, { ...company, ownerUserId: 1, page: cursor, at: new Date() }),
    2501,
  ],
  [
    'sessions of a workspace',
    'idx_workspace_sessions_workspace_id',
    (db, cursor) => listSessions(db, { ...company, workspaceId: 1, page: cursor }),
  ],
];

/** For the index of a partition the one it belongs to. */
let parents: Map<string, string>;

/** Many tenants with a little each: which of two indexes is the better one shows only then. */
const TENANTS = `
  insert into companies (name, subdomain, created_at)
    select 'Company ' || n, 'company-' || n, now() from generate_series(1, 500) n;
  insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
    select n, 'person-' || n || '@example.com', 'Person ' || n, 'none', 'admin', 'en', now() from generate_series(1, 500) n;
  insert into workspaces (company_id, owner_user_id, name, port, created_at)
    select 1 + n % 500, 1 + n % 500, 'w' || n, 20000 + n, now() from generate_series(0, 4999) n;
  insert into workspace_sessions
      (company_id, workspace_id, user_id, started_at, last_activity_at, session_id, access_method)
    select 1 + n % 500, 1 + n % 5000, 1 + n % 500, now(), now(), 's' || n, 'web' from generate_series(0, 4999) n;
  insert into legal_holds
      (company_id, kind, reference, reason, placed_at, placed_by, released_at, released_by, release_note)
    select 1 + n % 500, 'dispute', n::text, 'why', now() - n * interval '1 minute', 1, released.at, released.by, released.note
    from generate_series(0, 4999) n
    left join (values (now(), 1, 'over')) as released (at, by, note) on n % 2 = 0;
  insert into audit_logs (timestamp, company_id, actor_type, action_type, success)
    select now() - n * interval '1 minute', 1 + n % 500, 'system', 'login', true from generate_series(0, 4999) n;
  insert into invitations (company_id, email, role, token_hash, invited_by, created_at, expires_at)
    values (1, 'new@example.com', 'member', 'hash', 1, now(), now());
  insert into payments
      (company_id, user_id, merchant_oid, plan, currency, amount_minor, status, created_at, test_mode, review_reason)
    values (1, 1, 'YAC1', 'team', 'TRY', 10000, 'review', now(), false, 'why');
  insert into invoices
      (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start, period_end, currency, total_minor,
       tax_minor, tax_percent, buyer, seller)
    values (1, 1, 2026, 1, 'YAC1', now(), 'team', now(), now() + interval '1 day', 'TRY', 10000, 0, 20, '{}', '{}')`;

beforeAll(async () => {
  await database.ownerDb.raw(TENANTS);
  await database.ownerDb.raw('analyze');
  parents = await findParents(database.ownerDb);
});

describe('a page of a list', () => {
  it.each(lists)(
    'of %s is read in order from %s, wherever it starts',
    async (_name, index, list, start = 1) => {
      for (const cursor of [{}, { next: start }, { prev: start }]) {
        const plans = await plansOf(database.db, (trx) => list(trx, cursor));
        // The first query finds the row to start from.
        const nodes = plans.slice(Object.keys(cursor).length).flat();
        expect(
          nodes.filter((node) => node['Node Type'].includes('Sort')),
          JSON.stringify(cursor),
        ).toEqual([]);
        const used = nodes.map((node) => node['Index Name'] ?? '');
        expect(used.map((name) => parents.get(name) ?? name)).toContain(index);
      }
    },
  );
});
