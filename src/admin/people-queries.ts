import type { Knex } from 'knex';
import type { MailState } from '../mail/mail-states.ts';
import type { Role } from '../auth/require-user.ts';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import { whereContains } from '../db/where-contains.ts';

/** Names sort as a Turkish reader expects, ç after c and ı before i. */
const BY_NAME = 'users.full_name collate "tr-x-icu"';

/** A person in the admin's list. */
export interface PersonEntry {
  id: number;
  full_name: string;
  email: string;
  role: Exclude<Role, 'operator'>;
  created_at: Date;
  last_login_at: Date | null;
  deactivated_at: Date | null;
  email_confirmed_at: Date | null;
}

const personColumns = [
  'users.id',
  'users.full_name',
  'users.email',
  'users.role',
  'users.created_at',
  'users.last_login_at',
  'users.deactivated_at',
  'users.email_confirmed_at',
];

/** The people of a company by name: those who may sign in, or those who no longer may. */
export async function listPeople(
  db: Knex,
  input: { companyId: number; isFormer: boolean; search: string | null; cursor: Cursor },
): Promise<Page<PersonEntry>> {
  const query = db('users').where('users.company_id', input.companyId).select(personColumns);
  void (input.isFormer
    ? query.whereNotNull('users.deactivated_at')
    : query.whereNull('users.deactivated_at'));
  if (input.search !== null) whereContains(query, ['users.full_name', 'users.email'], input.search);
  const order: KeysetOrder = {
    keys: [BY_NAME, 'users.id'],
    direction: 'asc',
    startsAmong: db('users').where('users.company_id', input.companyId),
    size: PAGE_SIZE,
  };
  return readPage<PersonEntry>(db, query, order, input.cursor);
}

/** A person of a company. */
export async function findPerson(
  db: Knex,
  input: { companyId: number; userId: number },
): Promise<PersonEntry | undefined> {
  return db('users')
    .where({ 'users.company_id': input.companyId, 'users.id': input.userId })
    .first<PersonEntry | undefined>(personColumns);
}

interface InvitationEntry {
  id: number;
  email: string;
  role: Exclude<Role, 'operator'>;
  created_at: Date;
  expires_at: Date;
  inviter_name: string;
  /** The state of its mail; null when there was none. */
  mail_state: MailState | null;
}

/** The invitations of a company that are neither accepted nor withdrawn, newest first. */
export async function listInvitations(
  db: Knex,
  input: { companyId: number; search: string | null; cursor: Cursor },
): Promise<Page<InvitationEntry>> {
  const query = db('invitations')
    .join('users', 'users.id', 'invitations.invited_by')
    .where('invitations.company_id', input.companyId)
    .whereNull('invitations.accepted_at')
    .whereNull('invitations.revoked_at')
    .select([
      'invitations.id',
      'invitations.email',
      'invitations.role',
      'invitations.created_at',
      'invitations.expires_at',
      'users.full_name as inviter_name',
      db('mails')
        .where('cause_type', 'invitation')
        .whereRaw('cause_id = invitations.id::text')
        .orderBy('id', 'desc')
        .limit(1)
        .select('state')
        .as('mail_state'),
    ]);
  if (input.search !== null) whereContains(query, ['invitations.email'], input.search);
  const order: KeysetOrder = {
    keys: ['invitations.created_at', 'invitations.id'],
    direction: 'desc',
    startsAmong: db('invitations').where('invitations.company_id', input.companyId),
    size: PAGE_SIZE,
  };
  return readPage<InvitationEntry>(db, query, order, input.cursor);
}

/** How many people may sign in, no longer may, and are invited. */
export async function countPeople(
  db: Knex,
  companyId: number,
): Promise<{ active: number; former: number; invited: number }> {
  return db
    .select({
      active: db('users').where({ company_id: companyId }).whereNull('deactivated_at').count('*'),
      former: db('users').where({ company_id: companyId }).whereNotNull('deactivated_at').count('*'),
      invited: db('invitations')
        .where({ company_id: companyId })
        .whereNull('accepted_at')
        .whereNull('revoked_at')
        .count('*'),
    })
    .first<{ active: number; former: number; invited: number }>();
}

/** The workspaces that a person ever had, also deleted ones, newest first. */
export async function listOwnWorkspaces(
  db: Knex,
  { userId, companyId }: { userId: number; companyId: number },
): Promise<{ id: number; name: string }[]> {
  return db('workspaces')
    .where({ owner_user_id: userId, company_id: companyId })
    .orderBy('id', 'desc')
    .select<{ id: number; name: string }[]>('id', 'name');
}
