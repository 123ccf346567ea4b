import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { newestPossibleBulletin, weekdaysBefore } from './bulletin-days.ts';
import { findNewestBulletin, listBulletinDays } from './queries.ts';
import { storeBulletin } from './store-bulletin.ts';
import { fetchBulletin, type TcmbConnection } from './fetch-bulletin.ts';

/** The number of the bulletin that was here already, or that was fetched, with those of the days before. */
type FetchedRates = { newestBulletin: string } | { fetchedBulletin: string; missedBulletins: number };

/**
 * Fetches the newest bulletin unless it is here already, and with a new one those of the days before that
 * were missed. Returns a summary. Throws when the newest could not be had, so that the
 * schedule shows it; the next run tries again.
 *
 * A day without a bulletin is a weekend or a holiday. The days before are asked for once for each new
 * bulletin, so a holiday is not asked for every half hour.
 */
export async function fetchRates(
  db: Knex,
  context: RequestContext,
  { config, ...given }: { config: Pick<Config, 'tcmb' | 'rateMaxAgeDays'>; fetch?: typeof fetch },
): Promise<FetchedRates> {
  const newest = await findNewestBulletin(db);
  if (newest !== undefined && newest.bulletin_date >= newestPossibleBulletin(context.at))
    return { newestBulletin: newest.bulletin_no };
  const connection: TcmbConnection = { ...config.tcmb, ...given };
  const answer = await fetchBulletin(connection, null);
  if (!answer.found) throw new Error(`No bulletin: ${answer.problem ?? 'there is none'}`);
  const stored = await storeBulletin(db, context, { file: answer.file, of: null });
  if (!stored.ok) throw new Error(`The bulletin was not taken: ${stored.problem}`);
  if (!stored.isNew) return { newestBulletin: stored.number };
  const missed = await fetchMissed(db, context, connection, {
    before: stored.day,
    days: config.rateMaxAgeDays,
  });
  context.log.info({ bulletin: stored.number, missed }, 'exchange rates fetched');
  return { fetchedBulletin: stored.number, missedBulletins: missed };
}

/** Fetches the bulletins of earlier days that are not here, until one fails: nobody needs them today. */
async function fetchMissed(
  db: Knex,
  context: RequestContext,
  connection: TcmbConnection,
  { before, days }: { before: string; days: number },
): Promise<number> {
  const here = await listBulletinDays(db, { before, days });
  let fetched = 0;
  for (const day of weekdaysBefore(before, days).filter((each) => !here.includes(each))) {
    const answer = await fetchBulletin(connection, day);
    const stored = answer.found ? await storeBulletin(db, context, { file: answer.file, of: day }) : null;
    const problem = answer.found ? (stored?.ok === false ? stored.problem : null) : answer.problem;
    if (problem !== null) {
      context.log.warn({ day, problem }, 'a missed bulletin could not be had');
      return fetched;
    }
    if (stored !== null) fetched += 1;
  }
  return fetched;
}
