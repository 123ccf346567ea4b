import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordRefusedAttempt } from '../../audit/security/refused-attempts.ts';
import type { Config } from '../../config/config.ts';
import { queueFactorMail } from '../factors/factor-mails.ts';
import { recordFactorLock } from '../factors/record-factor-lock.ts';
import { verifyFactor, type Factor, type GivenFactor, type WrongFactor } from '../factors/verify-factor.ts';
import { recordLock } from '../account-lock.ts';
import { attemptKeyOf } from '../known-device.ts';
import { forgetFailures, reserveAttempt } from '../login-lock.ts';
import { verifyPassword } from '../password.ts';
import { findPasswordHash } from '../queries.ts';

/** How an attempt ended to prove again who the signed-in person is. */
type ConfirmOutcome =
  | { ok: true }
  | { ok: false; reason: 'wrong-password' | WrongFactor }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

interface Proof {
  config: Config;
  user: { id: number; email: string };
  /** A password, or a second factor of somebody who has one. */
  given: { password: string } | { factor: GivenFactor };
  deviceToken: string | null;
  /** The address of what the person wants to do, without its query. */
  before: string;
}

/**
 * Checks once more who the signed-in person is, before something sensitive: by the password, or by the second
 * factor. A wrong one counts as one of a sign-in does, with the same lock. Proofs given and refused are audit
 * rows; attempts during a lock are counted.
 */
export async function confirmIdentity(
  db: Knex,
  context: RequestContext,
  input: Proof,
): Promise<ConfirmOutcome> {
  const checked =
    'factor' in input.given
      ? await verifyFactor(db, context, { ...input, person: input.user, given: input.given.factor })
      : await checkPassword(db, context, input, input.given.password);
  if (!checked.ok) {
    await recordRefusal(db, context, input, checked);
    return checked;
  }
  await db.transaction(async (trx) => {
    await forgetFailures(trx, checked.key);
    await AuditLogger.log(trx, context, entryOf(input, checked.factor));
    if (checked.factor === 'recovery-code')
      await queueFactorMail(trx, context, { ...input, userId: input.user.id, event: 'codeUsed' });
  });
  return { ok: true };
}

async function checkPassword(db: Knex, context: RequestContext, input: Proof, password: string) {
  const { user, deviceToken } = input;
  const key = await attemptKeyOf(db, { userId: user.id, email: user.email, deviceToken });
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok)
    return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds } as const;
  const isWrong = (await verifyPassword(await findPasswordHash(db, user.id), password)) === 'wrong';
  if (isWrong) {
    const person = { id: user.id, company_id: context.companyId };
    await recordLock(db, context, { email: user.email, person, lockedUntil: attempt.lockedUntil });
    return { ok: false, reason: 'wrong-password' } as const;
  }
  return { ok: true, factor: 'password', key } as const;
}

async function recordRefusal(
  db: Knex,
  context: RequestContext,
  input: Proof,
  { reason, lockedUntil = null }: { reason: AuditReason; lockedUntil?: Date | null },
): Promise<void> {
  const method = 'factor' in input.given ? 'second-factor' : 'password';
  const entry: AuditEntry = { ...entryOf(input, method), success: false, errorMessage: reason };
  if (reason === 'locked')
    await recordRefusedAttempt(db, context, { kind: 'sign-in-refused', ownRows: 0, entry });
  else
    await db.transaction(async (trx) => {
      await AuditLogger.log(trx, context, entry);
      if (lockedUntil === null) return;
      const person = { id: input.user.id, company_id: context.companyId };
      const { config, user } = input;
      await recordFactorLock(trx, context, { config, person, email: user.email, lockedUntil });
    });
}

function entryOf({ user, before }: Proof, method: 'password' | 'second-factor' | Factor): AuditEntry {
  return {
    action: 'identity_confirmed',
    success: true,
    resourceType: 'user',
    resourceId: user.id,
    details: { method, before },
  };
}
