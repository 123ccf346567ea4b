import type { Knex } from 'knex';
import { parseSshPublicKey } from '../../credentials/ssh-public-key.ts';
import { authorizedKeyLine } from './authorized-key-line.ts';
import type { OneTimePasses } from './one-time-passes.ts';
import { findKeyByFingerprint } from './ssh-facts.ts';

/**
 * The line of authorized_keys for a key that a client offers: it runs the session command with a pass of its
 * own. Empty when the key opens nothing. Leaves no evidence: nobody has proven anything yet, and whoever
 * knows a public key can offer it.
 */
export async function answerKeyQuestion(
  db: Knex,
  input: { type: string; blob: string; at: Date; command: string[]; passes: OneTimePasses },
): Promise<string> {
  const asked = parseSshPublicKey(`${input.type} ${input.blob}`);
  if ('fault' in asked) return '';
  const key = await findKeyByFingerprint(db, asked.fingerprint);
  if (key?.key_blob !== asked.blob || key.deactivated_at !== null) return '';
  const { key_id: keyId, company_id: companyId, user_id: userId } = key;
  const pass = input.passes.issue({ keyId, companyId, userId }, input.at);
  return authorizedKeyLine({ command: [...input.command, pass], type: asked.type, blob: asked.blob });
}
