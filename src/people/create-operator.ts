import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { isUniqueViolation } from '../errors.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { hashPassword } from '../auth/password.ts';
import { isMemberMailbox } from './operator-queries.ts';

/**
 * Creates an operator, one of the platform's own staff, who belong to no company. Only the command line calls
 * this; no page can. Refuses an address that is taken, in a company or not, and an address whose mail a
 * person of a company reads.
 */
export async function createOperator(
  db: Knex,
  context: RequestContext,
  input: { email: string; fullName: string; password: string; locale: Locale },
): Promise<{ ok: true; userId: number } | { ok: false; reason: 'email-taken' }> {
  if (await isMemberMailbox(db, input.email)) return { ok: false, reason: 'email-taken' };
  const passwordHash = await hashPassword(input.password);
  try {
    return await db.transaction(async (trx) => {
      const userId = await insertOperator(trx, context, { ...input, passwordHash });
      await AuditLogger.log(trx, context, {
        action: 'operator_created',
        success: true,
        resourceType: 'user',
        resourceId: userId,
        details: { email: input.email, full_name: input.fullName },
      });
      return { ok: true, userId };
    });
  } catch (error) {
    if (isUniqueViolation(error, 'uq_users_email')) return { ok: false, reason: 'email-taken' };
    throw error;
  }
}

async function insertOperator(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { email: string; fullName: string; passwordHash: string; locale: Locale },
): Promise<number> {
  const [row] = await trx('users')
    .insert({
      company_id: null,
      email: input.email,
      full_name: input.fullName,
      password_hash: input.passwordHash,
      role: 'operator',
      locale: input.locale,
      created_at: context.at,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row.id;
}
