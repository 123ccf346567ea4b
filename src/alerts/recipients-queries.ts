import type { Knex } from 'knex';
import type { AccountOwner } from '../mail/queue-account-mail.ts';
import type { DeclinableKind } from './notice-kinds.ts';

const columns = ['users.id', 'users.company_id', 'users.full_name', 'users.email', 'users.locale'];

/**
 * The person of an account, at the addresses that are known to be theirs: the confirmed one, and one that was
 * changed so lately that the change can still be taken back. An address that nobody confirmed may be a
 * stranger's, who could lock the account by the mail.
 */
export async function listOwnAddresses(
  db: Knex,
  { userId, at }: { userId: number; at: Date },
): Promise<AccountOwner[]> {
  const person = await people(db).where('users.id', userId).first<AccountOwner | undefined>(columns);
  if (person === undefined) return [];
  const former = await db('email_changes')
    .where('user_id', userId)
    .where('back_until', '>', at)
    .whereNull('back_ended_at')
    .distinct()
    .pluck<string[]>('old_email');
  return [...new Set([person.email, ...former])].map((email) => ({ ...person, email }));
}

/** The admins of a company with a confirmed address, without those who declined this kind of mail. */
export async function listAdmins(
  db: Knex,
  { companyId, kind }: { companyId: number; kind: DeclinableKind },
): Promise<AccountOwner[]> {
  return people(db)
    .where({ 'users.company_id': companyId, 'users.role': 'admin' })
    .whereNotExists(
      db('notification_choices')
        .whereRaw('notification_choices.user_id = users.id')
        .whereRaw('?::text = any(notification_choices.declined)', [kind])
        .select(db.raw('1')),
    )
    .orderBy('users.id')
    .select<AccountOwner[]>(columns);
}

function people(db: Knex): Knex.QueryBuilder {
  return db('users').whereNull('users.deactivated_at').whereNotNull('users.email_confirmed_at');
}
