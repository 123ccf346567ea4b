import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { emptyProfile, type Profile } from '../rules/profile.ts';
import { judgeEvent } from '../rules/judge-event.ts';
import { findRuleSettings } from '../rule-queries.ts';
import type { RuleSettings } from '../rules/rule-settings.ts';
import { findWatchedRow, listHistory } from './history-queries.ts';
import { raiseAlert } from './raise-alert.ts';
import { readEvent, type WatchedRow } from './read-event.ts';

/** Events that one run looks at; the next run follows within seconds. */
const BATCH = 500;

interface Waiting {
  event_id: string;
  /** As text, in microseconds. */
  event_at: string;
}

/**
 * Looks at the audit rows that wait in the inbox, and raises alerts. However many processes look, each row is
 * looked at once: its place in the inbox is deleted in the transaction of what it raised. A process that is
 * killed loses nothing, and a row that cannot be judged is tried again later and keeps no other waiting.
 * Younger rows than `settleMs` wait, since rows from before them may be under way. Returns a summary.
 */
export async function watchEvents(
  db: Knex,
  context: RequestContext,
  input: { config: Config; settleMs: number },
): Promise<{ lookedAt: number; raised: number }> {
  let looked = 0;
  let raised = 0;
  for (; looked < BATCH; looked += 1) {
    const outcome = await watchOne(db, context, input);
    if (outcome === 'none') break;
    if (outcome === 'raised') raised += 1;
  }
  return { lookedAt: looked, raised };
}

async function watchOne(
  db: Knex,
  context: RequestContext,
  { config, settleMs }: { config: Config; settleMs: number },
): Promise<'none' | 'quiet' | 'raised'> {
  let taken: Waiting | undefined;
  try {
    return await db.transaction(async (trx) => {
      taken = await takeEvent(trx, settleMs);
      if (taken === undefined) return 'none';
      const row = await findWatchedRow(trx, { eventId: taken.event_id, at: taken.event_at });
      return row !== undefined && (await judge(trx, context, { row, config })) ? 'raised' : 'quiet';
    });
  } catch (error) {
    if (taken === undefined) throw error;
    context.log.error(
      { err: error, event_id: taken.event_id },
      'an event could not be judged: tried again later',
    );
    await postpone(db, taken.event_id);
    return 'quiet';
  }
}

async function takeEvent(trx: Knex.Transaction, settleMs: number): Promise<Waiting | undefined> {
  const { rows } = await trx.raw<{ rows: Waiting[] }>(
    `delete from alert_inbox where event_id = (
       select event_id from alert_inbox
       where next_try_at <= clock_timestamp() - ?::integer * interval '1 millisecond'
       order by next_try_at limit 1 for update skip locked)
     returning event_id, event_at::text as event_at`,
    [settleMs],
  );
  return rows[0];
}

async function postpone(db: Knex, eventId: string): Promise<void> {
  await db.raw(
    `update alert_inbox set tries = tries + 1, next_try_at = clock_timestamp() + least(tries + 1, 60) * interval '1 minute'
     where event_id = ?`,
    [eventId],
  );
}

async function judge(
  trx: Knex.Transaction,
  context: RequestContext,
  { row, config }: { row: WatchedRow; config: Config },
): Promise<boolean> {
  const event = readEvent(row);
  if (event === null) return false;
  const settings = await findRuleSettings(trx, row.company_id);
  const profile = await readProfile(trx, row, settings);
  const rules = judgeEvent(profile, event, settings);
  if (rules.length === 0) return false;
  await raiseAlert(trx, context, { row, event, rules, config });
  return true;
}

/** The profile of the account before the row, made from its audit rows. */
async function readProfile(trx: Knex.Transaction, row: WatchedRow, settings: RuleSettings): Promise<Profile> {
  const person = await trx('users')
    .where('id', row.user_id)
    .first<{ created_at: Date } | undefined>('created_at');
  const profile = emptyProfile(person?.created_at ?? row.timestamp);
  for (const earlier of await listHistory(trx, row)) {
    const event = readEvent(earlier);
    if (event !== null) judgeEvent(profile, event, settings);
  }
  return profile;
}
