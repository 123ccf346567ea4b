import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordRefusedAttempt } from '../../audit/security/refused-attempts.ts';
import { attemptKey } from '../known-device.ts';
import { forgetFailures, reserveAttempt } from '../login-lock.ts';
import { verifyPassword } from '../password.ts';
import { findPasswordHash } from '../queries.ts';

/** How an attempt ended to prove again who the signed-in person is. */
type ConfirmOutcome =
  | { ok: true }
  | { ok: false; reason: 'wrong-password' }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

/**
 * Checks the password of the signed-in person once more, before something sensitive. A wrong one counts as
 * one of a sign-in does, with the same lock. `before` is the address of what the person wants to do, without
 * its query. Proofs given and refused are audit rows; attempts during a lock are counted.
 */
export async function confirmIdentity(
  db: Knex,
  context: RequestContext,
  input: {
    user: { id: number; email: string };
    password: string;
    deviceToken: string | null;
    before: string;
  },
): Promise<ConfirmOutcome> {
  const { user, password, deviceToken, before } = input;
  const { key } = await attemptKey(db, { email: user.email, deviceToken });
  const attempt = await reserveAttempt(db, context, key);
  const entry: AuditEntry = {
    action: 'identity_confirmed',
    success: false,
    resourceType: 'user',
    resourceId: user.id,
    details: { method: 'password', before },
  };
  if (!attempt.ok) {
    const locked = { ...entry, errorMessage: 'locked' } as const;
    await recordRefusedAttempt(db, context, { kind: 'sign-in-refused', ownRows: 0, entry: locked });
    return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  }
  const passwordHash = await findPasswordHash(db, user.id);
  if ((await verifyPassword(passwordHash, password)) === 'wrong') {
    await AuditLogger.log(db, context, { ...entry, errorMessage: 'wrong-password' });
    return { ok: false, reason: 'wrong-password' };
  }
  await db.transaction(async (trx) => {
    await forgetFailures(trx, key);
    await AuditLogger.log(trx, context, { ...entry, success: true });
  });
  return { ok: true };
}
