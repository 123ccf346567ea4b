import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import { NotFound } from '../errors.ts';
import { credentialOwner, type CredentialOwner } from './credential-owner.ts';
import { findSshKey, type SshKey } from './ssh-key-queries.ts';

/**
 * Removes a key of the signed-in person, which opens nothing from now on. Throws `NotFound` for a key of
 * somebody else.
 */
export async function removeSshKey(
  db: Knex,
  context: RequestContext,
  input: { keyId: number },
): Promise<{ label: string }> {
  const owner = credentialOwner(context);
  return db.transaction(async (trx) => {
    const key = await findSshKey(trx, { ...owner, ...input, forUpdate: true });
    if (key === undefined) throw new NotFound();
    await trx('ssh_keys')
      .where({ company_id: owner.companyId, user_id: owner.userId, id: key.id })
      .update({ removed_at: context.at });
    await logRemoved(trx, context, { ...owner, key, reason: 'by-owner' });
    return { label: key.label };
  });
}

/**
 * Removes every key of a person, in the transaction that ends their access or changes their password; the
 * caller ends their workspace sessions. Returns how many there were. The keys do not come back with the
 * person, who may by then have given a machine away.
 */
export async function removeSshKeysOf(
  trx: Knex.Transaction,
  context: RequestContext,
  owner: CredentialOwner,
  reason: 'deactivated' | 'password-changed' | 'account-secured',
): Promise<number> {
  const removed = await trx('ssh_keys')
    .where({ company_id: owner.companyId, user_id: owner.userId })
    .whereNull('removed_at')
    .update({ removed_at: context.at })
    .returning<RemovedKey[]>(['id', 'label', 'key_type', 'fingerprint']);
  for (const key of removed) await logRemoved(trx, context, { ...owner, key, reason });
  return removed.length;
}

type RemovedKey = Pick<SshKey, 'id' | 'label' | 'key_type' | 'fingerprint'>;

async function logRemoved(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    companyId,
    userId,
    key,
    reason,
  }: CredentialOwner & {
    key: RemovedKey;
    reason: 'by-owner' | 'deactivated' | 'password-changed' | 'account-secured';
  },
): Promise<void> {
  const { label, key_type, fingerprint } = key;
  await AuditLogger.log(trx, context, {
    action: 'ssh_key_removed',
    success: true,
    resourceType: 'ssh_key',
    resourceId: key.id,
    companyId,
    details: {
      label,
      key_type,
      fingerprint,
      reason,
      owner_user_id: userId,
    },
  });
}
