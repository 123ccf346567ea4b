import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import { judgeHistory } from '../rules/judge-event.ts';
import { ruleNames, type RuleName, type RuleSettings } from '../rules/rule-settings.ts';
import type { WatchedEvent } from '../rules/watched-event.ts';
import { isByStaff, readEvent } from '../watch/read-event.ts';
import { HISTORY_DAYS, listCompanyRows } from '../watch/history-queries.ts';

export const PREVIEW_DAYS = 30;

/** The number of alerts that rules would have raised in the last `PREVIEW_DAYS`. */
export interface Preview {
  byRule: Record<RuleName, number>;
  /** An event that breaks several rules raises one alert. */
  alerts: number;
  people: number;
}

interface History {
  since: Date;
  events: WatchedEvent[];
}

/**
 * The histories of a company's accounts, and of the looks of the platform's staff, read once for any number
 * of previews.
 */
export async function readHistories(
  db: Knex,
  input: { companyId: number; at: Date },
): Promise<{ histories: History[]; people: number }> {
  const since = new Date(input.at.getTime() - HISTORY_DAYS * DAY_MS);
  const rows = await listCompanyRows(db, { companyId: input.companyId, since });
  const members = await db('users')
    .where('company_id', input.companyId)
    .whereNull('deactivated_at')
    .select<{ id: number; created_at: Date }[]>(['id', 'created_at']);
  const madeAt = new Map(members.map(({ id, created_at }) => [id, created_at]));
  const histories = new Map<string, History>();
  for (const row of rows) {
    const event = readEvent(row);
    if (event === null) continue;
    const key = isByStaff(row) ? 'staff' : String(row.user_id);
    const history = histories.get(key) ?? { since: madeAt.get(row.user_id) ?? row.timestamp, events: [] };
    history.events.push(event);
    histories.set(key, history);
  }
  return { histories: [...histories.values()], people: members.length };
}

/** Counts what `settings` would have raised, by the rules that judge new events. Pure. */
export function previewRules(
  { histories, people }: { histories: History[]; people: number },
  { settings, at }: { settings: RuleSettings; at: Date },
): Preview {
  const from = at.getTime() - PREVIEW_DAYS * DAY_MS;
  const raised = histories
    .flatMap((history) => judgeHistory(history, settings))
    .filter(({ event }) => event.at.getTime() > from);
  const count = (rule: RuleName): number => raised.filter(({ rules }) => rules.includes(rule)).length;
  return {
    byRule: Object.fromEntries(ruleNames.map((rule) => [rule, count(rule)])) as Record<RuleName, number>,
    alerts: raised.length,
    people,
  };
}
