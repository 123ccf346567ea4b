import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordLock } from '../../auth/account-lock.ts';
import { attemptKeyOf, endTrustOf, forgetDevices } from '../../auth/known-device.ts';
import { withdrawFactors } from '../../auth/enrolment/withdraw-factors.ts';
import { forgetFailures, reserveAttempt } from '../../auth/login-lock.ts';
import { isPersonalPassword } from '../../auth/common-passwords.ts';
import { hashPassword, verifyPassword } from '../../auth/password.ts';
import { findSignedInUser } from '../../auth/require-user.ts';
import type { Config } from '../../config/config.ts';
import { hashSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { endAccess } from '../end-access.ts';
import { endLinksOf } from '../address/end-links.ts';
import { noteConfirmed } from '../address/note-confirmed.ts';
import { queueChangedMail } from './password-mails.ts';

interface Account {
  id: number;
  company_id: number | null;
  email: string;
  full_name: string;
  locale: Locale;
  password_hash: string;
  email_confirmed_at: Date | null;
}

/** The input that both ways to a new password have. */
interface NewPassword {
  password: string;
  endsCredentials: boolean;
  /** The browser's token, by which a lock knows it. */
  deviceToken: string | null;
  config: Config;
}

type ChangeOutcome =
  /** The person as they are now: a browser session of before is over. */
  | { ok: true; user: Express.User }
  | { ok: false; reason: 'wrong-password' | 'is-personal' }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

const accountColumns = [
  'id',
  'company_id',
  'email',
  'full_name',
  'locale',
  'password_hash',
  'email_confirmed_at',
];

/** True while a link from a mail can set a password. Changes nothing. */
export async function isResetOpen(db: Knex, context: RequestContext, token: string): Promise<boolean> {
  return (await findOpenReset(db, context, token)) !== undefined;
}

/**
 * Sets a new password by the link of a mail: once. Everywhere else the person is signed out, and what a lock
 * after wrong passwords kept closed is open again. `endsCredentials` also withdraws access tokens and SSH
 * keys. The link came by mail, so it confirms the address too. When nobody had done that before, a stranger
 * may have made the account: then everything that opened it ends, asked for or not.
 */
export async function resetPassword(
  db: Knex,
  context: RequestContext,
  input: NewPassword & { token: string },
): Promise<{ ok: true } | { ok: false; reason: 'over' | 'is-personal' }> {
  const passwordHash = await hashPassword(input.password);
  return db.transaction(async (trx) => {
    const reset = await findOpenReset(trx, context, input.token);
    const account = reset === undefined ? undefined : await lockAccount(trx, reset.user_id);
    // Another form with the same link may have come first.
    const again = await findOpenReset(trx, context, input.token);
    if (account === undefined || again === undefined) return { ok: false, reason: 'over' };
    if (isPersonalPassword(input.password, [account.email, account.full_name]))
      return { ok: false, reason: 'is-personal' };
    const byThem: RequestContext = { ...context, actorType: 'user', userId: account.id };
    // No stranger makes an account of the staff, whose link comes from the command line.
    const isClaim = account.company_id !== null && account.email_confirmed_at === null;
    await storePassword(trx, byThem, {
      account,
      passwordHash,
      ...input,
      endsCredentials: input.endsCredentials || isClaim,
      action: 'password_reset_finished',
    });
    if (isClaim) {
      const owner = { userId: account.id, companyId: account.company_id };
      await withdrawFactors(trx, byThem, { ...owner, since: null, cause: 'claimed' });
      await forgetDevices(trx, account.id);
      await noteConfirmed(trx, byThem, { account, how: 'password-reset' });
    }
    // A mailbox and a browser that was left behind are not two factors.
    await endTrustOf(trx, account.id);
    for (const deviceToken of [null, input.deviceToken]) {
      const key = await attemptKeyOf(trx, { userId: account.id, email: account.email, deviceToken });
      await forgetFailures(trx, key);
    }
    return { ok: true };
  });
}

/**
 * Changes the password of a signed-in person who knows the old one. Everywhere else the person is signed out;
 * the caller starts a new browser session for this browser. Wrong passwords count as those of a sign-in do,
 * with the same lock.
 */
export async function changePassword(
  db: Knex,
  context: RequestContext,
  input: NewPassword & { userId: number; oldPassword: string },
): Promise<ChangeOutcome> {
  const found = await db('users')
    .where('id', input.userId)
    .first<{ email: string; full_name: string; password_hash: string } | undefined>([
      'email',
      'full_name',
      'password_hash',
    ]);
  if (found === undefined) return { ok: false, reason: 'wrong-password' };
  if (isPersonalPassword(input.password, [found.email, found.full_name]))
    return { ok: false, reason: 'is-personal' };
  const { userId, deviceToken } = input;
  const key = await attemptKeyOf(db, { userId, email: found.email, deviceToken });
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok) return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  if ((await verifyPassword(found.password_hash, input.oldPassword)) === 'wrong') {
    await AuditLogger.log(db, context, {
      action: 'password_changed',
      success: false,
      resourceType: 'user',
      resourceId: input.userId,
      errorMessage: 'wrong-password',
    });
    await recordLock(db, context, {
      email: found.email,
      person: { id: input.userId, company_id: context.companyId },
      lockedUntil: attempt.lockedUntil,
    });
    return { ok: false, reason: 'wrong-password' };
  }
  const passwordHash = await hashPassword(input.password);
  return db.transaction(async (trx) => {
    const account = await lockAccount(trx, input.userId);
    // Somebody may have set another one meanwhile.
    if (account?.password_hash !== found.password_hash) return { ok: false, reason: 'wrong-password' };
    await storePassword(trx, context, { account, passwordHash, ...input, action: 'password_changed' });
    await forgetFailures(trx, key);
    const user = await findSignedInUser(trx, input.userId);
    if (user === undefined) throw new Error('Bug! a locked person is gone');
    return { ok: true, user };
  });
}

async function findOpenReset(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<{ user_id: number } | undefined> {
  return db('password_resets')
    .where('token_hash', hashSecret(token))
    .whereNull('ended_at')
    .where('expires_at', '>', context.at)
    .first<{ user_id: number } | undefined>('user_id');
}

async function lockAccount(trx: Knex.Transaction, userId: number): Promise<Account | undefined> {
  return trx('users')
    .where('id', userId)
    .whereNull('deactivated_at')
    .forNoKeyUpdate()
    .first<Account | undefined>(accountColumns);
}

async function storePassword(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    account: Account;
    passwordHash: string;
    endsCredentials: boolean;
    config: Config;
    action: 'password_reset_finished' | 'password_changed';
  },
): Promise<void> {
  const { account, config } = input;
  const { id: userId, company_id: companyId } = account;
  await trx('users')
    .where('id', userId)
    .update({ password_hash: input.passwordHash, password_blocked_at: null });
  await trx('password_resets')
    .where('user_id', userId)
    .whereNull('ended_at')
    .update({ ended_at: context.at });
  await endLinksOf(trx, context, userId);
  const reason = input.endsCredentials ? 'password-changed' : null;
  const ended = await endAccess(trx, context, { userId, companyId, reason });
  await AuditLogger.log(trx, context, {
    action: input.action,
    success: true,
    resourceType: 'user',
    resourceId: userId,
    userId,
    companyId,
    details: { email: account.email, ...ended },
  });
  await queueChangedMail(trx, context, { config, person: account });
}
