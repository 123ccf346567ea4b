import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { openBytes, sealBytes } from '../../sealed-bytes.ts';
import { forgetFailures, reserveAttempt } from '../login-lock.ts';
import { matchingStep, newTotpSecret } from '../factors/totp.ts';
import { hashSecret } from '../../secret-token.ts';
import { lockPerson, noteFactorAdded } from './note-factor.ts';

type Input = { config: Config; userId: number };

export type EnrolOutcome =
  | { ok: true; recoveryCodes: string[] | null }
  | { ok: false; reason: 'none' | 'wrong-code' }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

/** Makes a secret for an authenticator app, which counts for nothing until `confirmTotp`. */
export async function startTotp(db: Knex, context: RequestContext, { config, userId }: Input): Promise<void> {
  const sealed_secret = sealBytes(config.sessionSecret, newTotpSecret(), 'totp');
  await db.transaction(async (trx) => {
    await lockPerson(trx, userId);
    await trx('totp_secrets').where('user_id', userId).whereNull('confirmed_at').delete();
    await trx('totp_secrets').insert({ user_id: userId, sealed_secret, created_at: context.at });
  });
}

/** The secret that waits for a code, to be shown; null when there is none. */
export async function findWaitingSecret(db: Knex, { config, userId }: Input): Promise<Buffer | null> {
  const row = await db('totp_secrets')
    .where('user_id', userId)
    .whereNull('confirmed_at')
    .first<{ sealed_secret: Buffer } | undefined>('sealed_secret');
  return row === undefined ? null : openBytes(config.sessionSecret, row.sealed_secret, 'totp');
}

/**
 * Takes the authenticator app into use that shows the right code, in place of one before. That code is used
 * up. The fifth wrong one in a row stops further ones for half an hour.
 */
export async function confirmTotp(
  db: Knex,
  context: RequestContext,
  input: Input & { code: string },
): Promise<EnrolOutcome> {
  const { config, userId } = input;
  const key = hashSecret(`enrol totp\n${String(userId)}`);
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok) return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  return db.transaction(async (trx) => {
    const person = await lockPerson(trx, userId);
    const secret = await findWaitingSecret(trx, input);
    if (secret === null) return { ok: false, reason: 'none' };
    const step = matchingStep(secret, input.code.replace(/[\s-]/g, ''), context.at);
    if (step === null) return { ok: false, reason: 'wrong-code' };
    await trx('totp_secrets').where('user_id', userId).whereNotNull('confirmed_at').delete();
    await trx('totp_secrets').where('user_id', userId).update({ confirmed_at: context.at, last_step: step });
    await forgetFailures(trx, key);
    return { ok: true, recoveryCodes: await noteFactorAdded(trx, context, { config, person, kind: 'totp' }) };
  });
}
