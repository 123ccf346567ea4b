import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { forgetFailures, reserveAttempt } from '../../auth/login-lock.ts';
import { verifyPassword } from '../../auth/password.ts';
import { hashSecret } from '../../secret-token.ts';

/** The refusal of a password beside a link. */
export type ProofRefusal =
  { ok: false; reason: 'wrong-password' } | { ok: false; reason: 'locked'; retryAfterSeconds: number };

/**
 * Checks the password of an account for the link of a mail that was opened where nobody is signed in. Null
 * when it is right. Wrong ones are counted for the account, apart from those of sign-ins: whoever has a link
 * must not shut its account out.
 */
export async function refusePassword(
  db: Knex,
  context: RequestContext,
  { userId, password }: { userId: number; password: string | null },
): Promise<ProofRefusal | null> {
  const key = hashSecret(`confirm\n${String(userId)}`);
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok) return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  const row = await db('users')
    .where('id', userId)
    .first<{ password_hash: string } | undefined>('password_hash');
  const check = await verifyPassword(row?.password_hash ?? null, password ?? '');
  if (check === 'wrong') return { ok: false, reason: 'wrong-password' };
  await forgetFailures(db, key);
  return null;
}
