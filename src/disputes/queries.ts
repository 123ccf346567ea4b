import type { Knex } from 'knex';
import type { Currency } from '../currency.ts';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../db/keyset.ts';
import { whereContains } from '../db/where-contains.ts';
import { DAY_MS } from '../durations.ts';
import type { CaseSource, CaseState } from './case-states.ts';
import type { Network } from './networks.ts';

/** A case with the names that its pages show. */
export interface DisputeCase {
  id: number;
  company_id: number;
  company_name: string;
  payment_id: number;
  merchant_oid: string;
  user_id: number;
  payer_name: string;
  payer_email: string;
  state: CaseState;
  round: 1 | 2;
  /** The bank's; null while no bank has told of the case. */
  reference: string | null;
  source: CaseSource;
  network: Network | null;
  reason_code: string | null;
  claim: string | null;
  /** Minor units; null until the bank has told. */
  amount_minor: number | null;
  currency: Currency | null;
  received_at: Date;
  /** The last instant for an answer; null where none is known, and after one was sent. */
  answer_by: Date | null;
  /** Days (YYYY-MM-DD) of the dispute at the network. */
  submitted_on: string | null;
  processed_on: string | null;
  opened_at: Date;
  /** When the bank's dispute came; null while the case is only a warning. */
  disputed_at: Date | null;
  opened_by: number | null;
  fee_minor: number | null;
  lost_minor: number | null;
  closed_at: Date | null;
  closed_by: number | null;
  note: string | null;
  refund_id: number | null;
  /** The package that is fixed as the answer; null while none is. */
  frozen_package_id: number | null;
  /** The charge of the payment, in minor units of `charged_currency`. */
  charged_minor: number | null;
  charged_currency: Currency | null;
  payment_status: string;
}

/** A case; of any company when `companyId` is null. */
export async function findCase(
  db: Knex,
  { companyId, disputeId }: { companyId: number | null; disputeId: number },
): Promise<DisputeCase | undefined> {
  const query = cases(db).where('disputes.id', disputeId);
  if (companyId !== null) void query.where('disputes.company_id', companyId);
  return query.first<DisputeCase | undefined>();
}

/** Cases with the columns of `DisputeCase`; the caller narrows and orders them. */
function cases(db: Knex): Knex.QueryBuilder {
  return db('disputes')
    .join('companies', 'companies.id', 'disputes.company_id')
    .join('payments', 'payments.id', 'disputes.payment_id')
    .join('users as payers', 'payers.id', 'disputes.user_id')
    .select([
      'disputes.id',
      'disputes.company_id',
      'companies.name as company_name',
      'disputes.payment_id',
      'payments.merchant_oid',
      'disputes.user_id',
      'payers.full_name as payer_name',
      'payers.email as payer_email',
      'disputes.state',
      'disputes.round',
      'disputes.reference',
      'disputes.source',
      'disputes.network',
      'disputes.reason_code',
      'disputes.claim',
      'disputes.amount_minor',
      'disputes.currency',
      'disputes.received_at',
      'disputes.answer_by',
      db.raw('disputes.submitted_on::text as submitted_on'),
      db.raw('disputes.processed_on::text as processed_on'),
      'disputes.opened_at',
      'disputes.disputed_at',
      'disputes.opened_by',
      'disputes.fee_minor',
      'disputes.lost_minor',
      'disputes.closed_at',
      'disputes.closed_by',
      'disputes.note',
      'disputes.refund_id',
      'disputes.frozen_package_id',
      'payments.charged_minor',
      'payments.charged_currency',
      'payments.status as payment_status',
    ]);
}

/** The lists of the desk. */
export const caseLists = ['open', 'closed'] as const;
type CaseList = (typeof caseLists)[number];

/** The filters of the desk; null: everything. */
export interface CaseFilter {
  list: CaseList;
  companyId: number | null;
  state: CaseState | null;
  network: Network | null;
  /** A part of a reference, an order number, a company or a payer. */
  search: string | null;
}

/** Cases by urgency (the nearest last day first, those without one last), or the newest ended first. */
export async function listCases(
  db: Knex,
  { filter, cursor }: { filter: CaseFilter; cursor: Cursor },
): Promise<Page<DisputeCase>> {
  const isOpenList = filter.list === 'open';
  return readPage<DisputeCase>(
    db,
    narrow(cases(db), filter),
    {
      keys: isOpenList
        ? [`coalesce(disputes.answer_by, 'infinity')`, 'disputes.id']
        : ['disputes.closed_at', 'disputes.id'],
      direction: isOpenList ? 'asc' : 'desc',
      startsAmong: ofCompany(db('disputes'), filter.companyId),
      size: PAGE_SIZE,
    },
    cursor,
  );
}

/** How many cases are open, how many of these must be answered within two days, and how many have ended. */
export async function countCases(
  db: Knex,
  { companyId, at }: { companyId: number | null; at: Date },
): Promise<{ open: number; urgent: number; closed: number }> {
  const soon = new Date(at.getTime() + 2 * DAY_MS);
  const row = await ofCompany(db('disputes'), companyId).first<
    { open: number; urgent: number; closed: number } | undefined
  >([
    db.raw('count(*) filter (where closed_at is null)::int as open'),
    db.raw('count(*) filter (where closed_at is null and answer_by <= ?)::int as urgent', [soon]),
    db.raw('count(*) filter (where closed_at is not null)::int as closed'),
  ]);
  return row ?? { open: 0, urgent: 0, closed: 0 };
}

function ofCompany(query: Knex.QueryBuilder, companyId: number | null): Knex.QueryBuilder {
  return companyId === null ? query : query.where('disputes.company_id', companyId);
}

function narrow(query: Knex.QueryBuilder, filter: CaseFilter): Knex.QueryBuilder {
  const { list, companyId, state, network, search } = filter;
  void ofCompany(query, companyId);
  void (list === 'open' ? query.whereNull('disputes.closed_at') : query.whereNotNull('disputes.closed_at'));
  if (state !== null) void query.where('disputes.state', state);
  if (network !== null) void query.where('disputes.network', network);
  if (search !== null) whereContains(query, searched, search);
  return query;
}

const searched = [
  'disputes.reference',
  'payments.merchant_oid',
  'companies.name',
  'payers.full_name',
  'payers.email',
];

/** Something that happened to a case, as its timeline shows it. */
interface CaseEvent {
  id: number;
  at: Date;
  action_type: string;
  success: boolean;
  /** Null: the schedule, or a link of a mail. */
  actor_name: string | null;
  details: Record<string, unknown>;
}

/** The newest events of a case, newest first, from the audit trail. */
export async function listCaseEvents(
  db: Knex,
  { companyId, disputeId }: { companyId: number; disputeId: number },
): Promise<CaseEvent[]> {
  return db('audit_logs')
    .leftJoin('users', (join) => {
      join.on('users.id', 'audit_logs.user_id').andOnIn('audit_logs.actor_type', ['user', 'operator']);
    })
    .where({
      'audit_logs.resource_type': 'dispute',
      'audit_logs.company_id': companyId,
      'audit_logs.resource_id': String(disputeId),
    })
    .orderBy('audit_logs.id', 'desc')
    .limit(200)
    .select<CaseEvent[]>([
      'audit_logs.id',
      'audit_logs.timestamp as at',
      'audit_logs.action_type',
      'audit_logs.success',
      'users.full_name as actor_name',
      'audit_logs.details',
    ]);
}

/** An answer that was handed over; its package is kept byte for byte. */
interface CaseAnswer {
  id: number;
  round: number;
  package_id: number;
  sent_at: Date;
  sender_name: string;
  channel: string;
  sent_to: string | null;
  zip_sha256: string;
}

/** The answers of a case, one a round at most. */
export async function listAnswers(db: Knex, disputeId: number): Promise<CaseAnswer[]> {
  return db('dispute_answers')
    .join('users', 'users.id', 'dispute_answers.sent_by')
    .join('dispute_packages', 'dispute_packages.id', 'dispute_answers.package_id')
    .where('dispute_answers.dispute_id', disputeId)
    .orderBy('dispute_answers.round')
    .select<CaseAnswer[]>([
      'dispute_answers.id',
      'dispute_answers.round',
      'dispute_answers.package_id',
      'dispute_answers.sent_at',
      'users.full_name as sender_name',
      'dispute_answers.channel',
      'dispute_answers.sent_to',
      'dispute_packages.zip_sha256',
    ]);
}
