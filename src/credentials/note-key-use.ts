import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/**
 * Records that a key was used, from the address in the context. To be called when the client has proven the
 * key, not when it merely offered it.
 */
export async function noteKeyUse(
  db: Knex,
  context: RequestContext,
  input: { keyId: number; companyId: number },
): Promise<void> {
  await db('ssh_keys')
    .where({ id: input.keyId, company_id: input.companyId })
    .update({ last_used_at: context.at, last_used_ip: context.ip });
}
