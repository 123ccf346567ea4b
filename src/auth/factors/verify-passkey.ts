import { verifyAuthenticationResponse, type AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { passkeyAnswer } from './passkey-input.ts';
import { relyingParty, useChallenge, type PasskeyPurpose } from './passkey-challenges.ts';

type PasskeyOutcome =
  { ok: true; userId: number; name: string } | { ok: false; reason: 'wrong-passkey' | 'counter-went-back' };

interface KnownPasskey {
  id: number;
  user_id: number;
  name: string;
  credential_id: string;
  public_key: Buffer;
  counter: number;
}

/**
 * Checks the answer of a passkey: to a challenge of ours that nobody has answered yet, at our origin, with
 * the person verified by the device. `userId` null finds the person by the passkey.
 *
 * A device that counts its uses and counts back was copied, or its answer was: it is refused, and the reason
 * says so (WebAuthn, section 6.1.1).
 */
export async function verifyPasskey(
  db: Knex,
  context: RequestContext,
  input: { config: Pick<Config, 'baseUrl'>; answer: string; purpose: PasskeyPurpose; userId: number | null },
): Promise<PasskeyOutcome> {
  const { userId, purpose } = input;
  const answer = passkeyAnswer(input.answer) as AuthenticationResponseJSON | null;
  const known = answer === null ? undefined : await findPasskey(db, answer.id);
  if (answer === null || known === undefined || (userId !== null && known.user_id !== userId))
    return { ok: false, reason: 'wrong-passkey' };
  const isOurs = (challenge: string): Promise<boolean> =>
    useChallenge(db, context, { challenge, purpose, userId });
  const counter = await verifiedCounter(context, { ...input, answer, known, isOurs });
  if (counter === null) return { ok: false, reason: 'wrong-passkey' };
  const used = await db('passkeys')
    .where('id', known.id)
    .where((query) => query.where('counter', '<', counter).orWhere({ counter: 0 }))
    .update({ counter, last_used_at: context.at });
  if (used === 0) return { ok: false, reason: 'counter-went-back' };
  return { ok: true, userId: known.user_id, name: known.name };
}

/** The count of uses that the device reports. Null when the answer is not good. */
async function verifiedCounter(
  context: RequestContext,
  input: {
    config: Pick<Config, 'baseUrl'>;
    answer: AuthenticationResponseJSON;
    known: KnownPasskey;
    isOurs(challenge: string): Promise<boolean>;
  },
): Promise<number | null> {
  const { rpId, origin } = relyingParty(input.config);
  const { known } = input;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: input.answer,
      expectedChallenge: input.isOurs,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      // The library would throw the same error for a count that went back as for a forgery.
      credential: { id: known.credential_id, publicKey: new Uint8Array(known.public_key), counter: 0 },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch (error) {
    context.log.info({ err: error }, 'the answer of a passkey is not good');
    return null;
  }
}

async function findPasskey(db: Knex, credentialId: string): Promise<KnownPasskey | undefined> {
  return db('passkeys')
    .where('credential_id', credentialId)
    .first<KnownPasskey | undefined>(['id', 'user_id', 'name', 'credential_id', 'public_key', 'counter']);
}
