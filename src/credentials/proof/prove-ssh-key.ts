import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { credentialOwner } from '../credential-owner.ts';
import { findSshKey, type SshKey } from '../ssh-key-queries.ts';
import { isChallengeGood, PROOF_NAMESPACE } from './key-challenge.ts';
import { findSignatureFault, type SignatureFault } from './ssh-signature.ts';

type ProofOutcome = { ok: true } | { ok: false; reason: SignatureFault | 'over' | 'proven-before' };

/**
 * Notes that a person holds the private half of an SSH key of theirs, by a signature over a text of ours. A
 * refused signature is in the evidence too. Throws `NotFound` for a key that is removed or not theirs.
 */
export async function proveSshKey(
  db: Knex,
  context: RequestContext,
  input: { keyId: number; challenge: string; signature: string; sessionSecret: string },
): Promise<ProofOutcome> {
  const { keyId, challenge, signature, sessionSecret } = input;
  const owner = credentialOwner(context);
  const outcome = await db.transaction(async (trx): Promise<ProofOutcome & { key: SshKey }> => {
    const key = await findSshKey(trx, { ...owner, keyId, forUpdate: true });
    if (key === undefined) throw new NotFound();
    if (key.proven_at !== null) return { ok: false, reason: 'proven-before', key };
    const of = { userId: owner.userId, keyId, sessionSecret };
    if (!isChallengeGood(of, challenge, context.at)) return { ok: false, reason: 'over', key };
    const signed = { keyBlob: key.key_blob, namespace: PROOF_NAMESPACE, message: challenge };
    const fault = findSignatureFault(signature, signed);
    if (fault !== null) return { ok: false, reason: fault, key };
    await trx('ssh_keys')
      .where({ id: keyId, company_id: owner.companyId, user_id: owner.userId })
      .update({ proven_at: context.at });
    await log(trx, context, key, true);
    return { ok: true, key };
  });
  if (!outcome.ok && isRefusal(outcome.reason)) await log(db, context, outcome.key, false);
  return outcome;
}

/** A signature that is not by this key over our text says something about whoever sent it. */
function isRefusal(reason: SignatureFault | 'over' | 'proven-before'): boolean {
  return reason === 'other-key' || reason === 'other-namespace' || reason === 'wrong';
}

async function log(db: Knex, context: RequestContext, key: SshKey, success: boolean): Promise<void> {
  await AuditLogger.log(db, context, {
    action: 'ssh_key_proven',
    success,
    resourceType: 'ssh_key',
    resourceId: key.id,
    details: { label: key.label, key_type: key.key_type, fingerprint: key.fingerprint },
    ...(success ? {} : { errorMessage: 'bad-signature' }),
  });
}
