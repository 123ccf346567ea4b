import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import { whereContains } from '../db/where-contains.ts';
import type { MailState } from './mail-states.ts';

/** A mail in a list. */
interface MailEntry {
  id: number;
  created_at: Date;
  company_id: number | null;
  company_name: string | null;
  recipient: string;
  subject: string;
  template: string;
  state: MailState;
  tries: number;
  next_try_at: Date | null;
}

/** A mail with all that is kept of it. */
export interface MailRecord extends MailEntry {
  user_id: number | null;
  locale: string;
  template_version: number;
  message_id: string;
  cause_type: string;
  cause_id: string;
  kept: Buffer;
  kept_sha256: string;
  sent_sha256: string;
}

/** One thing that became of a mail. */
interface MailEvent {
  id: number;
  at: Date;
  state: MailState;
  try: number;
  source: 'hand-over' | 'report' | 'person' | 'outbox';
  server: string | null;
  answer: string;
}

const entryColumns = [
  'mails.id',
  'mails.created_at',
  'mails.company_id',
  'companies.name as company_name',
  'mails.recipient',
  'mails.subject',
  'mails.template',
  'mails.state',
  'mails.tries',
  'mails.next_try_at',
];

const recordColumns = [
  'mails.user_id',
  'mails.locale',
  'mails.template_version',
  'mails.message_id',
  'mails.cause_type',
  'mails.cause_id',
  'mails.kept',
  'mails.kept_sha256',
  'mails.sent_sha256',
];

/** The mails of a company or, for operators, of all (null), newest first. */
export async function listMails(
  db: Knex,
  input: { companyId: number | null; state: MailState | null; search: string | null; cursor: Cursor },
): Promise<Page<MailEntry>> {
  const query = mails(db, input.companyId)
    .leftJoin('companies', 'companies.id', 'mails.company_id')
    .select(entryColumns);
  if (input.state !== null) void query.where('mails.state', input.state);
  if (input.search !== null) whereContains(query, ['mails.recipient', 'mails.subject'], input.search);
  const order: KeysetOrder = {
    keys: ['mails.id'],
    direction: 'desc',
    startsAmong: mails(db, input.companyId),
    size: PAGE_SIZE,
  };
  return readPage<MailEntry>(db, query, order, input.cursor);
}

/** A mail of a company or, for operators, of any (null). */
export async function findMail(
  db: Knex,
  input: { companyId: number | null; mailId: number },
): Promise<MailRecord | undefined> {
  return mails(db, input.companyId)
    .leftJoin('companies', 'companies.id', 'mails.company_id')
    .where('mails.id', input.mailId)
    .first<MailRecord | undefined>([...entryColumns, ...recordColumns]);
}

/** The events of a mail, oldest first. The caller has looked the mail up in the company's scope. */
export async function listMailEvents(db: Knex, mailId: number): Promise<MailEvent[]> {
  return db('mail_events')
    .where('mail_events.mail_id', mailId)
    .orderBy('mail_events.id')
    .select<MailEvent[]>([
      'mail_events.id',
      'mail_events.at',
      'mail_events.state',
      'mail_events.source',
      'mail_events.try',
      'mail_events.server',
      'mail_events.answer',
    ]);
}

/** How many mails failed, wait for a mail server, or may not have arrived, since a time. For operators. */
export async function countMailTrouble(db: Knex, since: Date): Promise<number> {
  const row = await db('mails')
    .whereRaw(`state in ('failed', 'uncertain', 'delayed')`)
    .where('created_at', '>=', since)
    .count<{ count: number }[]>('* as count')
    .first();
  return row?.count ?? 0;
}

function mails(db: Knex, companyId: number | null): Knex.QueryBuilder {
  const query = db('mails');
  return companyId === null ? query : query.where('mails.company_id', companyId);
}
