import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { Decision, RequestChannel, RequestKind } from './input.ts';

/** A request as the desk and its person see it. */
export interface DataRequest {
  id: number;
  kind: RequestKind;
  channel: RequestChannel;
  user_id: number | null;
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
  words: string;
  received_at: Date;
  due_at: Date;
  identity_check: string | null;
  identity_at: Date | null;
  reminded_at: Date | null;
  decision: Decision | null;
  ground: string | null;
  kept_words: string | null;
  answered_at: Date | null;
  letter: string | null;
}

/** The days from receipt after which operators are told, and those until an answer is due (KVKK art. 13). */
export const ALARM_DAYS = 20;

export const requestColumns = [
  'id',
  'kind',
  'channel',
  'user_id',
  'company_id',
  'full_name',
  'email',
  'locale',
  'words',
  'received_at',
  'due_at',
  'identity_check',
  'identity_at',
  'reminded_at',
  'decision',
  'ground',
  'kept_words',
  'answered_at',
  'letter',
] as const;

/** The lists of the desk. */
export const requestLists = ['open', 'answered'] as const;
type RequestList = (typeof requestLists)[number];

/** Open requests, the most urgent first, or answered ones, the newest first. For operators only. */
export async function listRequests(
  db: Knex,
  { list, cursor }: { list: RequestList; cursor: Cursor },
): Promise<Page<DataRequest>> {
  const isOpen = list === 'open';
  const query = db('data_requests').select([...requestColumns]);
  void (isOpen ? query.whereNull('answered_at') : query.whereNotNull('answered_at'));
  return readPage<DataRequest>(
    db,
    query,
    {
      keys: [isOpen ? 'due_at' : 'answered_at', 'id'],
      direction: isOpen ? 'asc' : 'desc',
      startsAmong: db('data_requests'),
      size: PAGE_SIZE,
    },
    cursor,
  );
}

/** A request, of anybody: for operators only. */
export async function findRequest(db: Knex, id: number): Promise<DataRequest | undefined> {
  return db('data_requests')
    .where({ id })
    .first<DataRequest | undefined>([...requestColumns]);
}

/** A person's own requests, newest first; a person has few. */
export async function listOwnRequests(db: Knex, userId: number): Promise<DataRequest[]> {
  return db('data_requests')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .limit(100)
    .select<DataRequest[]>([...requestColumns]);
}

/** The notes about a request, oldest first. */
export async function listNotes(
  db: Knex,
  requestId: number,
): Promise<{ written_at: Date; words: string; writer_name: string }[]> {
  return db('data_request_notes')
    .join('users', 'users.id', 'data_request_notes.written_by')
    .where('data_request_notes.request_id', requestId)
    .orderBy('data_request_notes.id')
    .select(['data_request_notes.written_at', 'data_request_notes.words', 'users.full_name as writer_name']);
}

/** How many open requests wait, and how many of them have waited too long or nearly so. */
export async function countUrgent(db: Knex, at: Date): Promise<{ late: number; soon: number }> {
  const alarmed = new Date(at.getTime() - ALARM_DAYS * 86_400_000);
  return db('data_requests')
    .whereNull('answered_at')
    .first<{ late: number; soon: number }>([
      db.raw('count(*) filter (where due_at < ?)::int as late', [at]),
      db.raw('count(*) filter (where due_at >= ? and received_at <= ?)::int as soon', [at, alarmed]),
    ]);
}

/** True when the answer came, or would come now, after its day: for ever, since neither time can change. */
export function isLate(
  { due_at, answered_at }: Pick<DataRequest, 'due_at' | 'answered_at'>,
  at: Date,
): boolean {
  return (answered_at ?? at).getTime() > due_at.getTime();
}
