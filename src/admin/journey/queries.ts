import type { Knex } from 'knex';
import type { CaseState } from '../../disputes/case-states.ts';
import type { EvidenceScope } from '../../evidence/scope.ts';
import type { MailState } from '../../mail/mail-states.ts';

/** A mail to a person, without its text. */
export interface MailOfPerson {
  created_at: Date;
  subject: string;
  state: MailState;
}

/** A case about a payment that the person started. */
export interface CaseOfPerson {
  id: number;
  reference: string | null;
  state: CaseState;
  merchant_oid: string;
  received_at: Date;
  closed_at: Date | null;
}

/** The cases about payments of a person that came within a time, newest first. */
export async function listCasesAbout(
  db: Knex,
  { userId, companyId, from, to, limit }: OfPerson & { limit: number },
): Promise<CaseOfPerson[]> {
  const query = db('disputes')
    .join('payments', 'payments.id', 'disputes.payment_id')
    .where({ 'disputes.user_id': userId, 'disputes.company_id': companyId })
    .orderBy([
      { column: 'disputes.received_at', order: 'desc' },
      { column: 'disputes.id', order: 'desc' },
    ])
    .limit(limit);
  if (from !== null) void query.where('disputes.received_at', '>=', from);
  if (to !== null) void query.where('disputes.received_at', '<', to);
  return query.select<CaseOfPerson[]>([
    'disputes.id',
    'disputes.reference',
    'disputes.state',
    'payments.merchant_oid',
    'disputes.received_at',
    'disputes.closed_at',
  ]);
}

type OfPerson = Pick<EvidenceScope, 'userId' | 'companyId' | 'from' | 'to'>;

/** The mails to a person, newest first. */
export async function listMailsTo(db: Knex, of: OfPerson & { limit: number }): Promise<MailOfPerson[]> {
  return mailsTo(db, of)
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(of.limit)
    .select<MailOfPerson[]>(['created_at', 'subject', 'state']);
}

/** How many mails there are to a person. */
export async function countMailsTo(db: Knex, of: OfPerson): Promise<number> {
  const [row] = await mailsTo(db, of).count<{ count: number }[]>('id as count');
  return row?.count ?? 0;
}

/** Names and addresses of the people whom rows of the person's evidence name. */
export async function listNamesOf(
  db: Knex,
  ids: (number | null)[],
): Promise<Map<number, { full_name: string; email: string }>> {
  const known = [...new Set(ids.filter((id) => id !== null))];
  const rows = await db('users')
    .whereIn('id', known)
    .select<{ id: number; full_name: string; email: string }[]>(['id', 'full_name', 'email']);
  return new Map(rows.map(({ id, ...name }) => [id, name]));
}

function mailsTo(db: Knex, { userId, companyId, from, to }: OfPerson): Knex.QueryBuilder {
  return db('mails')
    .where({ user_id: userId, company_id: companyId })
    .modify((query) => {
      if (from !== null) void query.where('created_at', '>=', from);
      if (to !== null) void query.where('created_at', '<', to);
    });
}
