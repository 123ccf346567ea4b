import type { Knex } from 'knex';
import {
  PAGE_SIZE,
  SHORT_PAGE_SIZE,
  readPage,
  type Cursor,
  type KeysetOrder,
  type Page,
} from '../db/keyset.ts';
import { whereContains } from '../db/where-contains.ts';
import { planAt } from '../billing/subscription-state.ts';
import { planTimesColumns, type Plan, type PlanTimes } from '../plan.ts';
import type { CompanyRow } from '../people/queries.ts';

/** A company in the operators' list to choose from. */
interface CompanyEntry extends CompanyRow {
  created_at: Date;
  /** The plan that runs now. */
  plan: Plan;
  people: number;
}

/**
 * Companies by name; `search` looks into name and subdomain. For operators only, since the list covers every
 * company.
 */
export async function listCompanies(
  db: Knex,
  input: { search: string | null; cursor: Cursor; at: Date },
): Promise<Page<CompanyEntry>> {
  const query = db('companies')
    .join('subscriptions', 'subscriptions.company_id', 'companies.id')
    .select([
      'companies.id',
      'companies.name',
      'companies.subdomain',
      'companies.created_at',
      ...planTimesColumns,
      db('users')
        .whereRaw('users.company_id = companies.id')
        .whereNull('users.deactivated_at')
        .count('*')
        .as('people'),
    ]);
  if (input.search !== null) whereContains(query, ['companies.name', 'companies.subdomain'], input.search);
  const order: KeysetOrder = {
    keys: ['companies.name collate "tr-x-icu"', 'companies.id'],
    direction: 'asc',
    startsAmong: db('companies'),
    size: PAGE_SIZE,
  };
  const page = await readPage<CompanyEntry & PlanTimes>(db, query, order, input.cursor);
  return { ...page, rows: page.rows.map((row) => ({ ...row, plan: planAt(row, input.at) })) };
}

export interface PaymentEntry {
  id: number;
  merchant_oid: string;
  plan: string;
  currency: string;
  amount_minor: number;
  charged_minor: number | null;
  charged_currency: string | null;
  status: string;
  superseded_at: Date | null;
  created_at: Date;
}

/** A page of the payments that a person started, newest first. */
export async function listPaymentsOfPerson(
  db: Knex,
  input: { companyId: number; userId: number; cursor: Cursor },
): Promise<Page<PaymentEntry>> {
  const ofPerson = { 'payments.company_id': input.companyId, 'payments.user_id': input.userId };
  const query = db('payments')
    .where(ofPerson)
    .select([
      'payments.id',
      'payments.merchant_oid',
      'payments.plan',
      'payments.currency',
      'payments.amount_minor',
      'payments.charged_minor',
      'payments.charged_currency',
      'payments.status',
      'payments.superseded_at',
      'payments.created_at',
    ]);
  const order: KeysetOrder = {
    keys: ['payments.created_at', 'payments.id'],
    direction: 'desc',
    startsAmong: db('payments').where(ofPerson),
    size: SHORT_PAGE_SIZE,
  };
  return readPage<PaymentEntry>(db, query, order, input.cursor);
}

export interface JobEntry {
  name: string;
  next_run_at: Date;
  last_started_at: Date | null;
  last_finished_at: Date | null;
  last_succeeded: boolean | null;
  last_message: string | null;
}

/** Every piece of scheduled work and how its last run ended. */
export async function listScheduledJobs(db: Knex): Promise<JobEntry[]> {
  return db('scheduled_jobs')
    .orderBy('name')
    .select<JobEntry[]>([
      'name',
      'next_run_at',
      'last_started_at',
      'last_finished_at',
      'last_succeeded',
      'last_message',
    ]);
}
