import type { Knex } from 'knex';
import type { Locale } from '../web/locales/catalogues.ts';
import type { DeclinableKind } from './notice-kinds.ts';

/** Somebody who gets a mail of alerts. */
export interface Recipient {
  id: number;
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
}

const columns = ['users.id', 'users.company_id', 'users.full_name', 'users.email', 'users.locale'];

/**
 * The people who are mailed: the person of an account, or the admins of a company, without those who declined
 * this kind of mail. Nobody without access is among them.
 */
export async function listRecipients(
  db: Knex,
  of: { userId: number } | { adminsOf: number | null; kind?: DeclinableKind },
): Promise<Recipient[]> {
  const query = db('users').whereNull('users.deactivated_at').orderBy('users.id');
  if ('userId' in of) return query.where('users.id', of.userId).select<Recipient[]>(columns);
  return query
    .where({ 'users.company_id': of.adminsOf, 'users.role': 'admin' })
    .whereNotExists(
      db('notification_choices')
        .whereRaw('notification_choices.user_id = users.id')
        .whereRaw('?::text = any(notification_choices.declined)', [of.kind ?? 'staff-looks'])
        .select(db.raw('1')),
    )
    .select<Recipient[]>(columns);
}
