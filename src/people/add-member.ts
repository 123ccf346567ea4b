import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Locale } from '../web/locales/catalogues.ts';

/**
 * Adds a person to a company, with a period of membership that starts now, in the caller's transaction.
 * Returns the person's id. An address that is taken is refused by `uq_users_email`, unless the account is to
 * wait for it (`holdsEmail` is false).
 */
export async function addMember(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    companyId: number;
    email: string;
    fullName: string;
    passwordHash: string;
    role: 'member' | 'admin';
    locale: Locale;
    holdsEmail?: boolean;
  },
): Promise<number> {
  const [user] = await trx('users')
    .insert({
      company_id: input.companyId,
      email: input.email,
      full_name: input.fullName,
      password_hash: input.passwordHash,
      role: input.role,
      locale: input.locale,
      holds_email: input.holdsEmail ?? true,
      created_at: context.at,
    })
    .returning<{ id: number }[]>('id');
  if (user === undefined) throw new Error('Bug! An insert returned no row');
  await trx('membership_periods').insert({
    user_id: user.id,
    company_id: input.companyId,
    started_at: context.at,
  });
  return user.id;
}
