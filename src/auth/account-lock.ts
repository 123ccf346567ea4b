import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../audit/audit-logger.ts';
import { recordRefusedAttempt } from '../audit/security/refused-attempts.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { FAILURES_BEFORE_LOCK } from './login-lock.ts';
import { KEPT_OF_NOBODY } from './refuse-sign-in.ts';

/**
 * Records that an address is locked after too many wrong passwords, wherever they were given: at sign-in,
 * where the password is changed, or where it is asked for again. For a person's account it also notes that a
 * mail may be due, which `mailLocks` writes. `lockedUntil` is null when this attempt locked nothing.
 */
export async function recordLock(
  db: Knex,
  context: RequestContext,
  input: {
    email: string;
    person: { id: number; company_id: number | null } | undefined;
    lockedUntil: Date | null;
  },
): Promise<void> {
  const { email, person, lockedUntil } = input;
  if (lockedUntil === null) return;
  const entry: AuditEntry = {
    action: 'account_locked',
    success: true,
    resourceType: 'user',
    ...(person === undefined ? {} : { resourceId: person.id }),
    userId: person?.id ?? null,
    companyId: person?.company_id ?? null,
    actorType: 'system',
    details: { email, failures: FAILURES_BEFORE_LOCK, locked_until: lockedUntil.toISOString() },
  };
  if (person === undefined) {
    // Addresses that nobody has can be invented without end, and each is locked in its turn.
    await recordRefusedAttempt(db, context, { kind: 'sign-in-refused', ownRows: KEPT_OF_NOBODY, entry });
    return;
  }
  await AuditLogger.log(db, context, entry);
  await db('account_locks').insert({
    user_id: person.id,
    email,
    locked_at: context.at,
    locked_until: lockedUntil,
  });
}
