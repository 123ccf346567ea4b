import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { Forbidden } from '../errors.ts';
import { findMemberForUpdate } from '../auth/queries.ts';

/** The owner of access tokens or SSH keys. */
export interface CredentialOwner {
  companyId: number;
  userId: number;
}

/**
 * The person of the context, as an owner of tokens and keys. Throws `Forbidden` for strangers and operators.
 */
export function credentialOwner({ userId, companyId }: RequestContext): CredentialOwner {
  if (userId === null || companyId === null) throw new Forbidden({ message: 'not a person of a company' });
  return { userId, companyId };
}

/**
 * Locks the owner until the transaction ends, so that of two additions at once the second is counted after
 * the first. Throws `Forbidden` for a person who was deactivated meanwhile.
 */
export async function lockCredentialOwner(trx: Knex.Transaction, owner: CredentialOwner): Promise<void> {
  const person = await findMemberForUpdate(trx, owner);
  if (person === undefined || person.deactivated_at !== null) throw new Forbidden({ message: 'deactivated' });
}
