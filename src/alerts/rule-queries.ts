import type { Knex } from 'knex';
import { presetSettings, readSettings, type RuleSettings } from './rules/rule-settings.ts';

/** The rules of a company. Those of the platform's staff (null) are as they are without a choice. */
export async function findRuleSettings(db: Knex, companyId: number | null): Promise<RuleSettings> {
  if (companyId === null) return presetSettings;
  const row = await db('alert_rules')
    .where('company_id', companyId)
    .first<{ settings: Parameters<typeof readSettings>[0] } | undefined>('settings');
  return row === undefined ? presetSettings : readSettings(row.settings);
}
