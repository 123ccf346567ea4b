import type { Knex } from 'knex';
import { streamRows } from '../../db/stream-rows.ts';
import { DAY_MS } from '../../durations.ts';
import { judgeEvent } from '../rules/judge-event.ts';
import { emptyProfile, type Profile } from '../rules/profile.ts';
import { ruleNames, type RuleName, type RuleSettings } from '../rules/rule-settings.ts';
import type { WatchedEvent } from '../rules/watched-event.ts';
import { HISTORY_DAYS, selectCompanyRows } from '../watch/history-queries.ts';
import { isByStaff, readEvent, type WatchedRow } from '../watch/read-event.ts';

export const PREVIEW_DAYS = 30;

/** The number of alerts that rules would have raised in the last `PREVIEW_DAYS`. */
export interface Preview {
  byRule: Record<RuleName, number>;
  /** An event that breaks several rules raises one alert. */
  alerts: number;
  people: number;
}

/** A choice of rules with what it has raised so far, and what it knows of each account. */
interface Choice {
  settings: RuleSettings;
  preview: Preview;
  profiles: Map<string, Profile>;
}

/**
 * Counts what each choice of rules would have raised in a company, by the code that judges new events. The
 * events of a year are read once for all choices, and in batches: only what is known of each account is kept.
 */
export async function previewRules(
  db: Knex,
  input: { companyId: number; at: Date; choices: RuleSettings[] },
): Promise<Preview[]> {
  const { companyId, at } = input;
  const since = new Date(at.getTime() - HISTORY_DAYS * DAY_MS);
  const from = new Date(at.getTime() - PREVIEW_DAYS * DAY_MS);
  const members = await db('users')
    .where('company_id', companyId)
    .whereNull('deactivated_at')
    .select<{ id: number; created_at: Date }[]>(['id', 'created_at']);
  const madeAt = new Map(members.map(({ id, created_at }) => [id, created_at]));
  const choices = input.choices.map((settings) => emptyChoice(settings, members.length));
  await db.transaction(
    async (trx) => {
      const query = selectCompanyRows(trx, { companyId, since });
      for await (const rows of streamRows<WatchedRow>(trx, query))
        for (const row of rows) {
          const event = readEvent(row);
          const account = isByStaff(row) ? 'staff' : String(row.user_id);
          const since = madeAt.get(row.user_id) ?? row.timestamp;
          if (event !== null) for (const choice of choices) count(choice, { account, since, event, from });
        }
    },
    { readOnly: true },
  );
  return choices.map(({ preview }) => preview);
}

function emptyChoice(settings: RuleSettings, people: number): Choice {
  const byRule = Object.fromEntries(ruleNames.map((rule) => [rule, 0])) as Record<RuleName, number>;
  return { settings, preview: { byRule, alerts: 0, people }, profiles: new Map() };
}

function count(
  { settings, preview, profiles }: Choice,
  { account, since, event, from }: { account: string; since: Date; event: WatchedEvent; from: Date },
): void {
  const profile = profiles.get(account) ?? emptyProfile(since);
  profiles.set(account, profile);
  const rules = judgeEvent(profile, event, settings);
  if (rules.length === 0 || event.at <= from) return;
  preview.alerts += 1;
  for (const rule of rules) preview.byRule[rule] += 1;
}
