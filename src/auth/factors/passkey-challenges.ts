import type { Knex } from 'knex';
import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { MINUTE_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';

/** Minutes in which a browser may answer a challenge: time to find the key and type its PIN. */
const CHALLENGE_MINUTES = 5;

export type PasskeyPurpose = 'enrol' | 'sign-in' | 'confirm';

type Asked = { config: Pick<Config, 'baseUrl'> };

/** The host that passkeys are bound to (WebAuthn, relying party id). */
export function relyingParty({ baseUrl }: Pick<Config, 'baseUrl'>): { rpId: string; origin: string } {
  const { hostname, origin } = new URL(baseUrl);
  return { rpId: hostname, origin };
}

/**
 * Asks a browser to sign in by a passkey, or to confirm with one. The list of allowed passkeys is empty:
 * devices offer those they have for this site, and whoever asks learns nothing about an account.
 */
export async function passkeyRequest(
  db: Knex,
  context: RequestContext,
  { config, ...of }: Asked & { purpose: 'sign-in' | 'confirm'; userId: number | null },
): Promise<object> {
  return generateAuthenticationOptions({
    rpID: relyingParty(config).rpId,
    challenge: Buffer.from(await newChallenge(db, context, of), 'base64url'),
    timeout: CHALLENGE_MINUTES * MINUTE_MS,
    userVerification: 'required',
    allowCredentials: [],
  });
}

/** Asks a browser to make a new passkey for a person. Devices that hold one of theirs are left out. */
export async function passkeyCreation(
  db: Knex,
  context: RequestContext,
  { config, person }: Asked & { person: { id: number; email: string; full_name: string } },
): Promise<object> {
  const known = await db('passkeys')
    .where('user_id', person.id)
    .select<{ credential_id: string; transports: string[] }[]>(['credential_id', 'transports']);
  const challenge = await newChallenge(db, context, { purpose: 'enrol', userId: person.id });
  return generateRegistrationOptions({
    rpName: 'YouAreCoder',
    rpID: relyingParty(config).rpId,
    userName: person.email,
    userDisplayName: person.full_name,
    // No address and no name: a device may show the handle to anybody (WebAuthn, section 14.6.1).
    userID: new TextEncoder().encode(`user-${String(person.id)}`),
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: CHALLENGE_MINUTES * MINUTE_MS,
    attestationType: 'none',
    excludeCredentials: known.map(({ credential_id: id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** Uses a challenge up: true once, for the purpose and the person that it was made for. */
export async function useChallenge(
  db: Knex,
  context: RequestContext,
  input: { challenge: string; purpose: PasskeyPurpose; userId: number | null },
): Promise<boolean> {
  const used = await db('passkey_challenges')
    .where({ challenge_hash: hashSecret(input.challenge), purpose: input.purpose, user_id: input.userId })
    .where('expires_at', '>', context.at)
    .delete();
  return used === 1;
}

async function newChallenge(
  db: Knex,
  context: RequestContext,
  { purpose, userId }: { purpose: PasskeyPurpose; userId: number | null },
): Promise<string> {
  const challenge = newSecret();
  await db('passkey_challenges').insert({
    challenge_hash: hashSecret(challenge),
    purpose,
    user_id: userId,
    expires_at: new Date(context.at.getTime() + CHALLENGE_MINUTES * MINUTE_MS),
  });
  return challenge;
}
