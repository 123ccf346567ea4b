import type { Knex } from 'knex';
import { NotFound } from '../../errors.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

interface LockedOwner {
  id: number;
  company_id: number | null;
  full_name: string;
  email: string;
  locale: Locale;
  second_factor_at: Date | null;
  deactivated_at: Date | null;
  holds_email: boolean;
}

/** Locks the person of a wish, so that two steps at once come one after the other. Throws `NotFound`. */
export async function lockOwner(trx: Knex.Transaction, userId: number): Promise<LockedOwner> {
  const person = await trx('users')
    .where('id', userId)
    .forNoKeyUpdate()
    .first<LockedOwner | undefined>([
      'id',
      'company_id',
      'full_name',
      'email',
      'locale',
      'second_factor_at',
      'deactivated_at',
      'holds_email',
    ]);
  if (person === undefined) throw new NotFound();
  return person;
}
