import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { AuditReason } from '../audit/reasons.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { recordLock } from './account-lock.ts';
import { attemptKey } from './known-device.ts';
import { forgetFailures, reserveAttempt } from './login-lock.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { findUserByEmail, type UserWithPassword } from './queries.ts';
import { recordSignIn, type SignedIn } from './record-sign-in.ts';
import { recordRefusedSignIn } from './refuse-sign-in.ts';

interface SignInInput {
  /** Trimmed and lower-case. */
  email: string;
  password: string;
  /** The token of a browser with an earlier sign-in, or null. */
  deviceToken: string | null;
}

export type SignInOutcome =
  | ({ ok: true } & SignedIn)
  | ({ ok: false; reason: 'second-factor' } & PasswordGiven)
  | { ok: false; reason: 'wrong-credentials' }
  /** The password was right, but must be set anew first. */
  | { ok: false; reason: 'new-password-needed' }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

/** A person whose password was right, and who has not signed in: a second factor is missing. */
interface PasswordGiven {
  userId: number;
  email: string;
  /** The print of the hash that the password was checked against, see `passwordPrint`. */
  print: string;
}

/** Tells whether a password is still the one that was checked, without saying anything about it. */
export function passwordPrint(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('hex');
}

/**
 * Checks an e-mail address and a password. Every attempt is in the audit trail, also one that breaks
 * half-way.
 *
 * 1. An unknown address, a wrong password and a deactivated person are the same to the caller, in answer and
 *    in time; only the audit trail tells them apart.
 * 2. The fifth failure in a row locks the address (or the address on this known device) for half an hour.
 * 3. A person with a second factor has not signed in yet (`second-factor`), unless the browser is trusted.
 * 4. Refused attempts that can be made without end share one row, see `recordRefusedSignIn`.
 */
export async function signIn(db: Knex, context: RequestContext, input: SignInInput): Promise<SignInOutcome> {
  let person: UserWithPassword | undefined;
  try {
    person = await findUserByEmail(db, input.email);
    return await check(db, context, input, person);
  } catch (error) {
    const failed = { email: input.email, person, reason: 'unexpected-error', isKnownDevice: false } as const;
    await recordRefusedSignIn(db, context, failed);
    throw error;
  }
}

async function check(
  db: Knex,
  context: RequestContext,
  input: SignInInput,
  person: UserWithPassword | undefined,
): Promise<SignInOutcome> {
  const { email } = input;
  const { key, isKnownDevice, trustedUntil } = await attemptKey(db, input);
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok) {
    await recordRefusedSignIn(db, context, { email, person, reason: 'locked', isKnownDevice });
    return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  }
  const password = await verifyPassword(person?.password_hash ?? null, input.password);
  const isRight = password !== 'wrong';
  if (person !== undefined && isRight) {
    const checkedHash = await hashInForce(db, person, input, password);
    const right = { ...input, key, person, checkedHash };
    const isTrusted = trustedUntil !== null && trustedUntil > context.at;
    const accepted = needsFactor(person) && !isTrusted ? askForFactor : accept;
    const outcome = await accepted(db, context, right);
    if (outcome !== undefined) return outcome;
  }
  const reason = refusalOf(person, isRight);
  await recordRefusedSignIn(db, context, { email, person, reason, isKnownDevice });
  await recordLock(db, context, { email, person, lockedUntil: attempt.lockedUntil });
  return { ok: false, reason: reason === 'new-password-needed' ? reason : 'wrong-credentials' };
}

type RightPassword = SignInInput & { key: string; person: UserWithPassword; checkedHash: string };

/** Not for somebody who may not sign in at all. */
function needsFactor({ second_factor_at, deactivated_at, password_blocked_at }: UserWithPassword): boolean {
  return second_factor_at !== null && deactivated_at === null && password_blocked_at === null;
}

/** Notes that the password was right. The count of wrong ones ends; that of wrong second factors goes on. */
async function askForFactor(
  db: Knex,
  context: RequestContext,
  { key, person, email, checkedHash }: RightPassword,
): Promise<SignInOutcome> {
  await db.transaction(async (trx) => {
    await forgetFailures(trx, key);
    await AuditLogger.log(trx, context, {
      action: 'second_factor_asked',
      success: true,
      resourceType: 'user',
      resourceId: person.id,
      userId: person.id,
      companyId: person.company_id,
      actorType: 'anonymous',
      details: { email },
    });
  });
  return { ok: false, reason: 'second-factor', userId: person.id, email, print: passwordPrint(checkedHash) };
}

async function accept(
  db: Knex,
  context: RequestContext,
  input: RightPassword,
): Promise<SignInOutcome | undefined> {
  return db.transaction(async (trx) => {
    const { email, deviceToken, person, checkedHash } = input;
    const signedIn = await recordSignIn(trx, context, {
      userId: person.id,
      email,
      deviceToken,
      method: 'password',
      ...(needsFactor(person) ? { factor: 'remembered-device' as const } : {}),
      checkedHash,
    });
    if (signedIn === undefined) return undefined;
    await forgetFailures(trx, input.key);
    return { ok: true, ...signedIn };
  });
}

/** The hash of the right password; one from before passwords were normalised is replaced first. */
async function hashInForce(
  db: Knex,
  person: UserWithPassword,
  { password }: SignInInput,
  check: 'right' | 'outdated' | 'wrong',
): Promise<string> {
  if (check !== 'outdated') return person.password_hash;
  const password_hash = await hashPassword(password);
  // Unless it was replaced meanwhile: then nobody signs in by it.
  await db('users').where({ id: person.id, password_hash: person.password_hash }).update({ password_hash });
  return password_hash;
}

function refusalOf(person: UserWithPassword | undefined, isRight: boolean): AuditReason {
  if (person === undefined) return 'unknown-email';
  if (isRight && person.deactivated_at === null && person.password_blocked_at !== null)
    return 'new-password-needed';
  // A right password that was refused belongs to a deactivated person, also when the deactivation happened in
  // this very moment.
  return isRight || person.deactivated_at !== null ? 'deactivated' : 'wrong-password';
}
