import type { Knex } from 'knex';
import { parseSshPublicKey } from '../../credentials/ssh-public-key.ts';
import { authorizedKeyLine } from './authorized-key-line.ts';
import type { OneTimeSecrets } from './one-time-secrets.ts';
import { findKeyByFingerprint } from './ssh-facts.ts';

/**
 * The line of authorized_keys for a key that a client offers; empty when the key opens nothing. The line runs
 * the session command with its own secret. Writes no evidence, since nobody has proven yet to hold the key,
 * and everybody who knows a public key can offer it.
 */
export async function answerKeyQuestion(
  db: Knex,
  input: { type: string; blob: string; at: Date; command: string[]; secrets: OneTimeSecrets },
): Promise<string> {
  const asked = parseSshPublicKey(`${input.type} ${input.blob}`);
  if ('fault' in asked) return '';
  const key = await findKeyByFingerprint(db, asked.fingerprint);
  if (key?.key_blob !== asked.blob || key.deactivated_at !== null) return '';
  const { key_id: keyId, company_id: companyId, user_id: userId } = key;
  const secret = input.secrets.issue({ keyId, companyId, userId }, input.at);
  return authorizedKeyLine({ command: [...input.command, secret], type: asked.type, blob: asked.blob });
}
