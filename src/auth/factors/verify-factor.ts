import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { openBytes } from '../../sealed-bytes.ts';
import { attemptKeyOf, factorKey } from '../known-device.ts';
import { forgetFailures, reserveAttempt } from '../login-lock.ts';
import { findTotp } from './factor-queries.ts';
import { isRecoveryCode, recoveryCodeHash } from './recovery-code.ts';
import { matchingStep } from './totp.ts';
import { verifyPasskey } from './verify-passkey.ts';

/** The ways in which a second factor can be given. */
export type Factor = 'totp' | 'passkey' | 'recovery-code';

/** A second factor as somebody gave it: a code that was typed, or the answer of a passkey, as JSON. */
export interface GivenFactor {
  code: string;
  passkey: string;
}

type FactorOutcome =
  | { ok: true; factor: Factor; key: string }
  | { ok: false; reason: WrongFactor; lockedUntil: Date | null }
  | { ok: false; reason: 'locked'; retryAfterSeconds: number };

/** Why a second factor was refused. */
export type WrongFactor = 'wrong-code' | 'wrong-passkey' | 'counter-went-back';

interface Person {
  id: number;
  email: string;
}

/**
 * Checks a second factor of a person, and uses it up: a code is taken once, also by two requests at once.
 *
 * 1. The fifth wrong one in a row locks for half an hour, in all processes. A right password does not start
 *    the count anew, or whoever has it could go on guessing for ever.
 * 2. A browser that the person uses has a lock of its own, as for passwords.
 * 3. The caller calls `forgetFailures` with `key` when the step is done.
 */
export async function verifyFactor(
  db: Knex,
  context: RequestContext,
  input: {
    config: Config;
    person: Person;
    given: GivenFactor;
    deviceToken: string | null;
  },
): Promise<FactorOutcome> {
  const { person } = input;
  const key = await factorLockKey(db, person, input.deviceToken);
  const attempt = await reserveAttempt(db, context, key);
  if (!attempt.ok) return { ok: false, reason: 'locked', retryAfterSeconds: attempt.retryAfterSeconds };
  const used = await useFactor(db, context, input);
  if (used.ok) return { ...used, key };
  return { ...used, lockedUntil: attempt.lockedUntil };
}

/** Starts counting anew after a second factor that was right. */
export async function forgetFactorFailures(db: Knex, key: string): Promise<void> {
  await forgetFailures(db, key);
}

async function factorLockKey(db: Knex, person: Person, deviceToken: string | null): Promise<string> {
  return factorKey(await attemptKeyOf(db, { userId: person.id, email: person.email, deviceToken }));
}

async function useFactor(
  db: Knex,
  context: RequestContext,
  input: { config: Config; person: Person; given: GivenFactor },
): Promise<{ ok: true; factor: Factor } | { ok: false; reason: WrongFactor }> {
  const { config, person, given } = input;
  if (given.passkey !== '') {
    const asked = { config, answer: given.passkey, purpose: 'confirm', userId: person.id } as const;
    const outcome = await verifyPasskey(db, context, asked);
    return outcome.ok ? { ok: true, factor: 'passkey' } : outcome;
  }
  const digits = given.code.replace(/[\s-]/g, '');
  const isTotp = /^\d{6}$/.test(digits) && (await useTotp(db, context, { config, person, digits }));
  if (isTotp) return { ok: true, factor: 'totp' };
  const isCode =
    isRecoveryCode(given.code) && (await useRecoveryCode(db, context, { config, person, code: given.code }));
  return isCode ? { ok: true, factor: 'recovery-code' } : { ok: false, reason: 'wrong-code' };
}

async function useTotp(
  db: Knex,
  context: RequestContext,
  { config, person, digits }: { config: Config; person: Person; digits: string },
): Promise<boolean> {
  const row = await findTotp(db, person.id);
  const secret = row === undefined ? null : openBytes(config.sessionSecret, row.sealed_secret, 'totp');
  if (row === undefined || secret === null) return false;
  const step = matchingStep(secret, digits, context.at);
  if (step === null) return false;
  // The second of two requests with one code finds the step taken.
  const taken = await db('totp_secrets')
    .where('id', row.id)
    .where((query) => query.whereNull('last_step').orWhere('last_step', '<', step))
    .update({ last_step: step, last_used_at: context.at });
  return taken === 1;
}

async function useRecoveryCode(
  db: Knex,
  context: RequestContext,
  { config, person, code }: { config: Config; person: Person; code: string },
): Promise<boolean> {
  const used = await db('recovery_codes')
    .where('user_id', person.id)
    .where('code_hash', recoveryCodeHash(config.sessionSecret, person.id, code))
    .whereNull('used_at')
    .update({ used_at: context.at });
  return used === 1;
}
