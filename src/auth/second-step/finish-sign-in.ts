import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { MINUTE_MS } from '../../durations.ts';
import type { PendingSignIn } from '../../web/sessions/browser-session.ts';
import { queueFactorMail } from '../factors/factor-mails.ts';
import { recordFactorLock } from '../factors/record-factor-lock.ts';
import {
  forgetFactorFailures,
  verifyFactor,
  type Factor,
  type GivenFactor,
  type WrongFactor,
} from '../factors/verify-factor.ts';
import { attemptKey } from '../known-device.ts';
import { findUserByEmail, type UserWithPassword } from '../queries.ts';
import { recordSignIn, type SignedIn } from '../record-sign-in.ts';
import { recordRefusedSignIn } from '../refuse-sign-in.ts';
import { passwordPrint } from '../sign-in.ts';

/** Minutes that a sign-in waits for its second factor. */
const PENDING_MINUTES = 10;

export type FinishOutcome =
  | ({ ok: true; factor: Factor } & SignedIn)
  | { ok: false; reason: 'over' | WrongFactor }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

interface Finish {
  config: Config;
  pending: PendingSignIn;
  given: GivenFactor;
  deviceToken: string | null;
  /** Spares this browser the second factor for some days. */
  isTrusted: boolean;
}

/** True while a sign-in still waits for its second factor. */
export function isPending(pending: PendingSignIn | undefined, at: Date): pending is PendingSignIn {
  return pending !== undefined && at.getTime() - pending.at < PENDING_MINUTES * MINUTE_MS;
}

/**
 * The second step of a sign-in, whose password was right: with a right second factor the person is signed in,
 * and only now does the audit trail say so. Nobody signs in by a password that was replaced since the first
 * step. A wrong factor is a failed sign-in in the audit trail.
 */
export async function finishSignIn(db: Knex, context: RequestContext, input: Finish): Promise<FinishOutcome> {
  const { pending } = input;
  const person = await findUserByEmail(db, pending.email);
  if (!isPending(pending, context.at) || person === undefined || !isSamePassword(person, pending))
    return { ok: false, reason: 'over' };
  const known = { id: person.id, email: pending.email };
  const outcome = await verifyFactor(db, context, { ...input, person: known });
  if (outcome.ok) {
    const signedIn = await accept(db, context, { ...input, person, outcome });
    return signedIn === undefined
      ? { ok: false, reason: 'over' }
      : { ok: true, factor: outcome.factor, ...signedIn };
  }
  await recordRefusal(db, context, { ...input, person, outcome });
  return outcome;
}

function isSamePassword({ id, password_hash }: UserWithPassword, { userId, print }: PendingSignIn): boolean {
  return id === userId && passwordPrint(password_hash) === print;
}

async function accept(
  db: Knex,
  context: RequestContext,
  input: Finish & { person: UserWithPassword; outcome: { factor: Factor; key: string } },
): Promise<SignedIn | undefined> {
  const { config, person, pending, outcome } = input;
  return db.transaction(async (trx) => {
    const signedIn = await recordSignIn(trx, context, {
      userId: person.id,
      email: pending.email,
      deviceToken: input.deviceToken,
      method: 'password',
      factor: outcome.factor,
      // A recovery code is for somebody who has lost a device: not the moment to trust another for long.
      isTrusted: input.isTrusted && outcome.factor !== 'recovery-code',
      checkedHash: person.password_hash,
    });
    if (signedIn === undefined) return undefined;
    await forgetFactorFailures(trx, outcome.key);
    if (outcome.factor === 'recovery-code')
      await queueFactorMail(trx, context, { config, userId: person.id, event: 'codeUsed' });
    return signedIn;
  });
}

async function recordRefusal(
  db: Knex,
  context: RequestContext,
  input: Finish & {
    person: UserWithPassword;
    outcome: { reason: 'locked' } | { reason: WrongFactor; lockedUntil: Date | null };
  },
): Promise<void> {
  const { config, person, pending, outcome, deviceToken } = input;
  const { email } = pending;
  const { isKnownDevice } = await attemptKey(db, { email, deviceToken });
  const about = { userId: person.id, companyId: person.company_id };
  const details = { step: 'second-factor' };
  if (outcome.reason === 'locked') {
    await recordRefusedSignIn(db, context, { email, person, reason: 'locked', isKnownDevice, details });
    return;
  }
  const refusal = {
    success: false,
    email,
    ...about,
    actorType: 'anonymous',
    reason: outcome.reason,
  } as const;
  const { lockedUntil } = outcome;
  await db.transaction(async (trx) => {
    await AuditLogger.logLogin(trx, context, {
      ...refusal,
      details: { known_device: isKnownDevice, ...details },
    });
    if (lockedUntil !== null) await recordFactorLock(trx, context, { config, person, email, lockedUntil });
  });
}
