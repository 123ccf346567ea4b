import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { isUniqueViolation } from '../../errors.ts';
import { checkNewPasskey } from '../factors/check-new-passkey.ts';
import { lockPerson, noteFactorAdded } from './note-factor.ts';

/** Passkeys that one person can have. */
export const PASSKEYS_MAX = 20;

type AddPasskeyOutcome =
  | { ok: true; recoveryCodes: string[] | null }
  | { ok: false; reason: 'wrong-passkey' | 'too-many' | 'taken' };

/** Adds a passkey that a browser has just made for the person, under a name by which they will know it. */
export async function addPasskey(
  db: Knex,
  context: RequestContext,
  input: { config: Config; userId: number; name: string; answer: string },
): Promise<AddPasskeyOutcome> {
  const { config, userId, name } = input;
  const checked = await checkNewPasskey(db, context, input);
  if (checked === null) return { ok: false, reason: 'wrong-passkey' };
  try {
    return await db.transaction(async (trx): Promise<AddPasskeyOutcome> => {
      const person = await lockPerson(trx, userId);
      const known = await trx('passkeys').where('user_id', userId).select('id');
      if (known.length >= PASSKEYS_MAX) return { ok: false, reason: 'too-many' };
      await trx('passkeys').insert({ user_id: userId, name, ...checked, created_at: context.at });
      const recoveryCodes = await noteFactorAdded(trx, context, { config, person, kind: 'passkey', name });
      return { ok: true, recoveryCodes };
    });
  } catch (error) {
    if (isUniqueViolation(error, 'uq_passkeys_credential')) return { ok: false, reason: 'taken' };
    throw error;
  }
}
