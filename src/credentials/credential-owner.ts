import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { Forbidden } from '../errors.ts';
import { findMemberForUpdate } from '../auth/queries.ts';

/** Whose access tokens or SSH keys are meant. */
export interface CredentialOwner {
  companyId: number;
  userId: number;
}

/**
 * The person of the context, who can have tokens and keys. Throws `Forbidden` for strangers and operators.
 */
export function credentialOwner({ userId, companyId }: RequestContext): CredentialOwner {
  if (userId === null || companyId === null) throw new Forbidden({ message: 'not a person of a company' });
  return { userId, companyId };
}

/**
 * Locks the owner until the transaction ends, so that of two things made at once the second is counted after
 * the first. Throws `Forbidden` for somebody who was deactivated meanwhile.
 */
export async function lockCredentialOwner(trx: Knex.Transaction, owner: CredentialOwner): Promise<void> {
  const person = await findMemberForUpdate(trx, owner);
  if (person === undefined || person.deactivated_at !== null) throw new Forbidden({ message: 'deactivated' });
}
