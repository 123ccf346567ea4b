import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { RuleSettings } from '../rules/rule-settings.ts';
import { findRuleSettings } from '../rule-queries.ts';

/** Gives a company other rules of alerts. `isSame` when nothing differs: then nothing is written. */
export async function changeRules(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; userId: number; settings: RuleSettings },
): Promise<{ isSame: boolean }> {
  return db.transaction(async (trx) => {
    // Two admins who save at once come one after the other, each with a row of what was before.
    await trx('companies').where('id', input.companyId).forNoKeyUpdate().first('id');
    const before = await findRuleSettings(trx, input.companyId);
    if (JSON.stringify(before) === JSON.stringify(input.settings)) return { isSame: true };
    const row = {
      settings: JSON.stringify(input.settings),
      changed_at: context.at,
      changed_by: input.userId,
    };
    await trx('alert_rules')
      .insert({ company_id: input.companyId, ...row })
      .onConflict('company_id')
      .merge(row);
    await AuditLogger.log(trx, context, {
      action: 'alert_rules_changed',
      success: true,
      resourceType: 'company',
      resourceId: input.companyId,
      details: { changed: changedRules(before, input.settings) },
    });
    return { isSame: false };
  });
}

function changedRules(before: RuleSettings, after: RuleSettings): Record<string, unknown> {
  const names = (Object.keys(after) as (keyof RuleSettings)[]).filter(
    (rule) => JSON.stringify(before[rule]) !== JSON.stringify(after[rule]),
  );
  return Object.fromEntries(names.map((rule) => [rule, { before: before[rule], after: after[rule] }]));
}
