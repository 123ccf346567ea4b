import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import { whereContains } from '../../db/where-contains.ts';
import { DAY_MS } from '../../durations.ts';
import type { CaseState } from '../case-states.ts';
import type { Network } from '../networks.ts';
import { cases, type DisputeCase } from '../queries.ts';

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
