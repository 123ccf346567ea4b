import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/**
 * Notes that a key was used; from where, the context says. Call it when the key was proven, not when it was
 * merely offered.
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
