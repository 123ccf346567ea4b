import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { verifyPasskey } from '../factors/verify-passkey.ts';
import { findPersonToSignIn } from '../queries.ts';
import { recordSignIn, type SignedIn } from '../record-sign-in.ts';
import { recordRefusedSignIn } from '../refuse-sign-in.ts';

/**
 * Signs in whoever has the passkey that answered, without a password: the device has checked its owner, so
 * possession and knowledge (or the body) are both shown. Undefined when it is refused, for whatever reason;
 * the audit trail tells which.
 */
export async function signInByPasskey(
  db: Knex,
  context: RequestContext,
  input: { config: Config; answer: string; deviceToken: string | null },
): Promise<SignedIn | undefined> {
  const { config, answer, deviceToken } = input;
  const outcome = await verifyPasskey(db, context, { config, answer, purpose: 'sign-in', userId: null });
  if (!outcome.ok) {
    const refusal = { email: '', person: undefined, reason: outcome.reason, isKnownDevice: false } as const;
    await recordRefusedSignIn(db, context, refusal);
    return undefined;
  }
  const person = await findPersonToSignIn(db, outcome.userId);
  if (person === undefined) throw new Error('Bug! A passkey belongs to nobody');
  const { email } = person;
  const signedIn = await db.transaction((trx) =>
    recordSignIn(trx, context, {
      userId: person.id,
      email,
      deviceToken,
      method: 'passkey',
      factor: 'passkey',
    }),
  );
  if (signedIn === undefined) {
    const reason = person.deactivated_at === null ? 'new-password-needed' : 'deactivated';
    await recordRefusedSignIn(db, context, { email, person, reason, isKnownDevice: false });
  }
  return signedIn;
}
