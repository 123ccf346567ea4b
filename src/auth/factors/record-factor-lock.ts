import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { FAILURES_BEFORE_LOCK } from '../login-lock.ts';
import { queueFactorMail } from './factor-mails.ts';

/**
 * Records that further second factors of a person are refused after too many wrong ones, wherever they were
 * given, and tells the person: somebody has the password, or the browser, and is guessing the rest.
 */
export async function recordFactorLock(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    person: { id: number; company_id: number | null };
    email: string;
    lockedUntil: Date;
  },
): Promise<void> {
  const { config, person, email, lockedUntil } = input;
  await AuditLogger.log(trx, context, {
    action: 'account_locked',
    success: true,
    resourceType: 'user',
    resourceId: person.id,
    userId: person.id,
    companyId: person.company_id,
    actorType: 'system',
    details: {
      email,
      failures: FAILURES_BEFORE_LOCK,
      locked_until: lockedUntil.toISOString(),
      step: 'second-factor',
    },
  });
  await queueFactorMail(trx, context, { config, userId: person.id, event: 'factorLocked' });
}
