import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueFactorMailTo } from '../factors/factor-mails.ts';
import { findPolicy, listOwnersWithoutFactor } from './queries.ts';

/**
 * Sets from when on the people of a company need a second factor; null: they need none. Those who have none
 * are told by mail. The row of the company is locked, so that two admins come one after the other.
 */
export async function setFactorPolicy(
  db: Knex,
  context: RequestContext,
  input: { config: Config; companyId: number; userId: number; requiredFrom: Date | null },
): Promise<void> {
  const { config, companyId, userId, requiredFrom } = input;
  await db.transaction(async (trx) => {
    await trx('companies').where('id', companyId).forNoKeyUpdate().first('id');
    const before = await findPolicy(trx, companyId);
    await trx('second_factor_policies').where('company_id', companyId).delete();
    if (requiredFrom !== null)
      await trx('second_factor_policies').insert({
        company_id: companyId,
        required_from: requiredFrom,
        set_by: userId,
        set_at: context.at,
      });
    await AuditLogger.log(trx, context, {
      action: 'second_factor_policy_changed',
      success: true,
      resourceType: 'company',
      resourceId: companyId,
      companyId,
      details: {
        required_from: requiredFrom?.toISOString() ?? null,
        required_from_before: before?.toISOString() ?? null,
      },
    });
    if (requiredFrom === null) return;
    for (const to of await listOwnersWithoutFactor(trx, companyId))
      await queueFactorMailTo(trx, context, { config, to, event: 'required', from: requiredFrom });
  });
}
