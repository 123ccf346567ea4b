import pg from 'pg';
import { hashPassword } from '../../../src/auth/password.ts';

/** Companies and people of the benchmark: what a product in its third year has. */
export const COMPANIES = 2_000;
export const PEOPLE = 20_000;

/** Everybody's password. The whole database is deleted after the run. */
export const BENCH_PASSWORD = 'benchmark of one evening 2026';

/** The address of the person with a number from 1 to `PEOPLE`. */
export function emailOf(person: number): string {
  return `person-${String(person)}@example.com`;
}

/** The number of a person's company, which is also that of its admin. */
export function companyOf(person: number): number {
  return ((person - 1) % COMPANIES) + 1;
}

/**
 * Fills a migrated database with companies that have paid, their people, and everybody's acceptance of the
 * texts.
 */
export async function fillPeople(superUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  try {
    await client.query(
      `insert into companies (id, name, subdomain, created_at) overriding system value
       select n, 'Company ' || n, 'company-' || n, now() - interval '36 months' from generate_series(1, $1::int) as n`,
      [COMPANIES],
    );
    await client.query(
      `insert into users (id, company_id, email, full_name, password_hash, role, locale, created_at, email_confirmed_at) overriding system value
       select n, (n - 1) % $2::int + 1, 'person-' || n || '@example.com', 'Person ' || n, $3,
              case when n <= $2::int then 'admin' else 'member' end, 'en', now() - interval '36 months', now() - interval '36 months'
       from generate_series(1, $1::int) as n`,
      [PEOPLE, COMPANIES, await hashPassword(BENCH_PASSWORD)],
    );
    for (const statement of AROUND_PEOPLE) await client.query(statement);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

const AROUND_PEOPLE = [
  `select setval(pg_get_serial_sequence('companies', 'id'), max(id)) from companies`,
  `select setval(pg_get_serial_sequence('users', 'id'), max(id)) from users`,
  `insert into subscriptions
     (company_id, plan, billing_currency, trial_ends_at, period_started_at, period_ends_at, updated_at)
   select id, 'team', 'TRY', now() - interval '35 months', now() - interval '35 months', now() + interval '12 months', now()
   from companies`,
  `insert into membership_periods (user_id, company_id, started_at) select id, company_id, created_at from users`,
  `insert into legal_acceptances (user_id, company_id, document_id, accepted_at, request_id)
   select users.id, users.company_id, documents.id, now(), 'bench'
   from users
   cross join (
     select distinct on (kind) id from legal_documents where locale = 'en' and kind in ('terms', 'privacy')
     order by kind, version desc
   ) as documents`,
  `insert into workspaces (id, company_id, owner_user_id, name, port, created_at) overriding system value
   select id, company_id, id, 'workspace-' || id, 20000 + id, created_at from users`,
  `select setval(pg_get_serial_sequence('workspaces', 'id'), max(id)) from workspaces`,
];
