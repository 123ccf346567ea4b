import { verifyRegistrationResponse, type RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { passkeyAnswer } from './passkey-input.ts';
import { relyingParty, useChallenge } from './passkey-challenges.ts';

/** A new passkey that was checked, as it is kept. */
interface CheckedPasskey {
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  is_synced: boolean;
}

/**
 * Checks what a browser says about a passkey that it has just made for a person, in answer to our challenge.
 * Null when it is not good.
 */
export async function checkNewPasskey(
  db: Knex,
  context: RequestContext,
  { config, userId, answer }: { config: Pick<Config, 'baseUrl'>; userId: number; answer: string },
): Promise<CheckedPasskey | null> {
  const response = passkeyAnswer(answer) as RegistrationResponseJSON | null;
  if (response === null) return null;
  const { rpId, origin } = relyingParty(config);
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => useChallenge(db, context, { challenge, purpose: 'enrol', userId }),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
    });
    if (!verified) return null;
    const { credential, credentialDeviceType } = registrationInfo;
    return {
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: (credential.transports ?? []).map(String),
      is_synced: credentialDeviceType === 'multiDevice',
    };
  } catch (error) {
    context.log.info({ err: error }, 'a new passkey is not good');
    return null;
  }
}
