import type { Knex } from 'knex';
import type { Locale } from '../../web/locales/catalogues.ts';

/** An admin who is told what becomes of the company's subscription. */
interface SubscriptionAdmin {
  id: number;
  full_name: string;
  email: string;
  locale: Locale;
}

/**
 * The active admins of a company with a confirmed address: one that nobody confirmed may be a stranger's.
 */
export async function listSubscriptionAdmins(db: Knex, companyId: number): Promise<SubscriptionAdmin[]> {
  return db('users')
    .where({ 'users.company_id': companyId, 'users.role': 'admin' })
    .whereNull('users.deactivated_at')
    .whereNotNull('users.email_confirmed_at')
    .orderBy('users.id')
    .select<SubscriptionAdmin[]>(['users.id', 'users.full_name', 'users.email', 'users.locale']);
}
