import type { Knex } from 'knex';
import type { Exhibit } from './exhibit.ts';

const columns = [
  'dispute_exhibits.id',
  'dispute_exhibits.dispute_id',
  'dispute_exhibits.company_id',
  'dispute_exhibits.round',
  'dispute_exhibits.kind',
  'dispute_exhibits.name',
  'dispute_exhibits.description',
  'dispute_exhibits.proves',
  'dispute_exhibits.file_kind',
  'dispute_exhibits.bytes',
  'dispute_exhibits.sha256',
  'dispute_exhibits.received_sha256',
  'dispute_exhibits.width',
  'dispute_exhibits.height',
  'dispute_exhibits.pages',
  'dispute_exhibits.text',
  'dispute_exhibits.mail_id',
  'mails.state as mail_state',
  'dispute_exhibits.added_at',
  'dispute_exhibits.added_by',
  'adders.full_name as added_by_name',
  'dispute_exhibits.withdrawn_at',
  'withdrawers.full_name as withdrawn_by_name',
  'dispute_exhibits.withdrawn_reason',
];

/**
 * The exhibits of a case, oldest first. By default all of them; `round` leaves out those that were withdrawn
 * and those that came too late for the answer of that round. The caller has found the case in its scope.
 */
export async function listExhibits(
  db: Knex,
  { disputeId, round }: { disputeId: number; round?: number },
): Promise<Exhibit[]> {
  const query = exhibits(db).where('dispute_exhibits.dispute_id', disputeId).orderBy('dispute_exhibits.id');
  if (round !== undefined)
    void query.whereNull('dispute_exhibits.withdrawn_at').where('dispute_exhibits.round', '<=', round);
  return query.select<Exhibit[]>(columns);
}

/** An exhibit of a case. */
export async function findExhibit(
  db: Knex,
  { disputeId, exhibitId }: { disputeId: number; exhibitId: number },
): Promise<Exhibit | undefined> {
  return exhibits(db)
    .where({ 'dispute_exhibits.dispute_id': disputeId, 'dispute_exhibits.id': exhibitId })
    .first<Exhibit | undefined>(columns);
}

/** The same with its bytes. */
export async function readExhibit(
  db: Knex,
  { disputeId, exhibitId }: { disputeId: number; exhibitId: number },
): Promise<(Exhibit & { content: Buffer }) | undefined> {
  return exhibits(db)
    .where({ 'dispute_exhibits.dispute_id': disputeId, 'dispute_exhibits.id': exhibitId })
    .first<(Exhibit & { content: Buffer }) | undefined>([...columns, 'dispute_exhibits.content']);
}

/** How many mails to the customer a case has: the number that a form to send one more is about. */
export async function countCustomerMails(db: Knex, disputeId: number): Promise<number> {
  const row = await db('dispute_exhibits')
    .where({ dispute_id: disputeId, kind: 'customer-mail' })
    .count<{ count: number }[]>('* as count')
    .first();
  return row?.count ?? 0;
}

function exhibits(db: Knex): Knex.QueryBuilder {
  return db('dispute_exhibits')
    .join('users as adders', 'adders.id', 'dispute_exhibits.added_by')
    .leftJoin('users as withdrawers', 'withdrawers.id', 'dispute_exhibits.withdrawn_by')
    .leftJoin('mails', 'mails.id', 'dispute_exhibits.mail_id');
}
