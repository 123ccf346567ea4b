import type { Knex } from 'knex';
import type { Role } from '../auth/require-user.ts';

/** The facts of an account that its own page shows. */
interface Account {
  full_name: string;
  email: string;
  role: Role;
  time_zone: string;
  company_name: string | null;
  created_at: Date;
  last_login_at: Date | null;
}

/** The account of a person who may sign in. */
export async function findAccount(db: Knex, userId: number): Promise<Account | undefined> {
  return db('users')
    .leftJoin('companies', 'companies.id', 'users.company_id')
    .where('users.id', userId)
    .whereNull('users.deactivated_at')
    .first<Account | undefined>([
      'users.full_name',
      'users.email',
      'users.role',
      'users.time_zone',
      'companies.name as company_name',
      'users.created_at',
      'users.last_login_at',
    ]);
}
