import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { AuditReason } from '../audit/reasons.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { isUniqueViolation } from '../errors.ts';
import { credentialOwner, lockCredentialOwner, type CredentialOwner } from './credential-owner.ts';
import { listSshKeys } from './ssh-key-queries.ts';
import type { SshPublicKey } from './ssh-public-key.ts';

/** SSH keys that one person can have: enough for all their machines, and few enough to check. */
export const SSH_KEYS_MAX = 20;

export type AddKeyOutcome =
  | { ok: true; keyId: number }
  /** `own`: this person has the key already. `taken`: somebody else has it, who is not named. */
  | { ok: false; reason: 'too-many' | 'own' | 'taken' };

interface NewKey {
  label: string;
  publicKey: Omit<SshPublicKey, 'comment'>;
}

/**
 * Adds a public key of the signed-in person. A key stands for one person in all companies: a key that
 * somebody has already is refused, and the refusal is in the evidence. Throws `Forbidden` for strangers,
 * operators and people deactivated meanwhile.
 */
export async function addSshKey(db: Knex, context: RequestContext, input: NewKey): Promise<AddKeyOutcome> {
  const owner = credentialOwner(context);
  const outcome = await db.transaction(async (trx): Promise<AddKeyOutcome> => {
    await lockCredentialOwner(trx, owner);
    const keys = await listSshKeys(trx, owner);
    if (keys.some((key) => key.fingerprint === input.publicKey.fingerprint))
      return { ok: false, reason: 'own' };
    if (keys.length >= SSH_KEYS_MAX) return { ok: false, reason: 'too-many' };
    const keyId = await insert(trx, context, { ...owner, ...input });
    if (keyId === null) return { ok: false, reason: 'taken' };
    await log(trx, context, { ...input, keyId });
    return { ok: true, keyId };
  });
  if (!outcome.ok) await log(db, context, { ...input, reason: outcome.reason });
  return outcome;
}

/** Null when another request was first. A savepoint lets the transaction go on. */
async function insert(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, userId, label, publicKey }: CredentialOwner & NewKey,
): Promise<number | null> {
  try {
    const [row] = await trx.transaction((savepoint) =>
      savepoint('ssh_keys')
        .insert({
          company_id: companyId,
          user_id: userId,
          label,
          key_type: publicKey.type,
          key_blob: publicKey.blob,
          fingerprint: publicKey.fingerprint,
          created_at: context.at,
        })
        .returning<{ id: number }[]>('id'),
    );
    return row?.id ?? null;
  } catch (error) {
    if (isUniqueViolation(error, 'uq_ssh_keys_live')) return null;
    throw error;
  }
}

async function log(
  db: Knex,
  context: RequestContext,
  { label, publicKey, keyId, reason }: NewKey & { keyId?: number; reason?: AuditReason },
): Promise<void> {
  await AuditLogger.log(db, context, {
    action: 'ssh_key_added',
    success: reason === undefined,
    resourceType: 'ssh_key',
    ...(keyId === undefined ? {} : { resourceId: keyId }),
    details: { label, key_type: publicKey.type, fingerprint: publicKey.fingerprint },
    ...(reason === undefined ? {} : { errorMessage: reason }),
  });
}
