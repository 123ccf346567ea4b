import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { cutSeconds } from '../delivery/cut-sql.ts';
import { microseconds, personTime, type PersonTime, type UsePart } from '../delivery/person-time.ts';

/** A payment on a statement: what it paid for, and the use of that in the month. */
export interface StatementPayment extends PersonTime {
  payment_id: number;
  user_id: number;
  kind: 'paid' | 'upgrade';
  plan: PaidPlan;
  /** The receipt's. */
  invoice_no: string;
  total_minor: number;
  currency: Currency;
  paid_at: Date;
  from_at: Date;
  to_at: Date;
  sessions: number;
  /** Bounds of the use within the month, of sessions added up. */
  proven_seconds: number;
  at_most_seconds: number;
  last_use_at: Date | null;
}

/** A month of one company; `from` counts, `to` does not. */
interface StatementOf {
  companyId: number;
  from: Date;
  to: Date;
}

/** The seconds of a ledger row that fall into the month. */
const share = cutSeconds({
  proven: 'd.proven_seconds',
  atMost: 'd.at_most_seconds',
  ...{ whole: 'whole', inside: 'inside' },
});

/**
 * The payments whose paid time reaches into a month, oldest first, with the use in it. A session over an
 * edge of the month is cut there by the rule of the ledger (`cutSeconds`).
 */
export async function listStatementPayments(db: Knex, of: StatementOf): Promise<StatementPayment[]> {
  const { rows } = await db.raw<{
    rows: (Omit<StatementPayment, keyof PersonTime> & { parts: UsePart[] })[];
  }>(
    `select p.payment_id, payments.user_id, p.kind, invoices.plan, invoices.invoice_no, invoices.total_minor,
       invoices.currency, payments.paid_at, p.from_at, p.to_at, used.sessions, used.proven_seconds, used.at_most_seconds,
       used.last_use_at, used.parts
     from delivery_periods as p
     join payments on payments.id = p.payment_id
     join invoices on invoices.payment_id = p.payment_id
     cross join lateral (
       select count(*) as sessions,
         coalesce(sum(least), 0)::bigint as proven_seconds,
         coalesce(sum(most), 0)::bigint as at_most_seconds,
         max(least(d.to_at, :to)) as last_use_at,
         coalesce(json_agg(json_build_object(
           'user_id', d.user_id,
           'from_us', ${microseconds('greatest(d.from_at, :from)')},
           'to_us', ${microseconds('least(d.to_at, :to)')},
           'proven_seconds', least,
           'at_most_seconds', most)), '[]') as parts
       from payment_deliveries as d
       cross join lateral (
         select extract(epoch from d.to_at - d.from_at) as whole,
           extract(epoch from least(d.to_at, :to) - greatest(d.from_at, :from)) as inside
       ) as cut
       cross join lateral (select ${share.least} as least, ${share.most} as most) as share
       where d.payment_id = p.payment_id and d.from_at < :to and (d.to_at > :from or d.from_at >= :from)
     ) as used
     where p.company_id = :companyId and p.from_at < :to and p.to_at > :from and p.to_at > p.from_at
     order by p.from_at, p.payment_id`,
    { ...of },
  );
  return rows.map(({ parts, ...payment }) => ({ ...payment, ...personTime(parts) }));
}

/** Somebody who reads statements: an admin, or the person who paid. */
export interface StatementReader {
  id: number;
  full_name: string;
  email: string;
  locale: Locale;
  company_id: number;
  company_name: string;
  role: 'admin' | 'member';
}

/** The active admins of a company and those of `payerIds`, with confirmed addresses. */
export async function listStatementReaders(
  db: Knex,
  { companyId, payerIds }: { companyId: number; payerIds: number[] },
): Promise<StatementReader[]> {
  return readers(db)
    .where('users.company_id', companyId)
    .whereNotNull('users.email_confirmed_at')
    .where((who) => who.where('users.role', 'admin').orWhereIn('users.id', payerIds))
    .orderBy('users.id')
    .select<StatementReader[]>(readerColumns);
}

/** A statement's link that is still good, with its reader as they are now. */
export interface StatementLink {
  id: number;
  statement_id: number;
  month: string;
  expires_at: Date;
  not_me_at: Date | null;
  cancelled_at: Date | null;
  reader: StatementReader;
}

/** The link of a token; undefined when it is unknown or too old, or its reader has left the company. */
export async function findStatementLink(
  db: Knex,
  { tokenHash, at, forUpdate = false }: { tokenHash: string; at: Date; forUpdate?: boolean },
): Promise<StatementLink | undefined> {
  const link = await db('usage_statement_links as l')
    .join('usage_statements as s', 's.id', 'l.statement_id')
    .where('l.token_hash', tokenHash)
    .where('l.expires_at', '>', at)
    .modify((query) => {
      if (forUpdate) query.forUpdate('l');
    })
    .first<(Omit<StatementLink, 'reader'> & { user_id: number; company_id: number }) | undefined>([
      ...['l.id', 'l.statement_id', 's.month', 'l.expires_at', 'l.not_me_at', 'l.cancelled_at', 'l.user_id'],
      'l.company_id',
    ]);
  if (link === undefined) return undefined;
  const { user_id: userId, company_id: companyId, ...rest } = link;
  const reader = await readers(db)
    .where({ 'users.id': userId, 'users.company_id': companyId })
    .first<StatementReader | undefined>(readerColumns);
  return reader === undefined ? undefined : { ...rest, reader };
}

/** Companies with paid time in a month and no statement of it yet. */
export async function listCompaniesToTell(
  db: Knex,
  { month, from, to, limit }: { month: string; from: Date; to: Date; limit: number },
): Promise<number[]> {
  return db('delivery_periods as p')
    .distinct('p.company_id')
    .where('p.from_at', '<', to)
    .where('p.to_at', '>', from)
    .whereRaw('p.to_at > p.from_at')
    .whereNotExists(
      db('usage_statements as s')
        .select(db.raw('1'))
        .where('s.month', month)
        .where('s.company_id', db.ref('p.company_id')),
    )
    .orderBy('p.company_id')
    .limit(limit)
    .pluck<number[]>('p.company_id');
}

const readerColumns = [
  ...['users.id', 'users.full_name', 'users.email', 'users.locale', 'users.company_id', 'users.role'],
  'companies.name as company_name',
];

function readers(db: Knex): Knex.QueryBuilder {
  return db('users').join('companies', 'companies.id', 'users.company_id').whereNull('users.deactivated_at');
}
