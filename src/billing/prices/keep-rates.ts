import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { fetchRates } from '../rates/fetch-rates.ts';
import { needsRates } from './queries.ts';

/** Fetches exchange rates while they are needed: by a price list, or because the settings say always. */
export async function keepRates(
  db: Knex,
  context: RequestContext,
  config: Config,
): Promise<{ pricesAreFixed: true } | Awaited<ReturnType<typeof fetchRates>>> {
  if (!config.tcmb.always && !(await needsRates(db, context.at))) return { pricesAreFixed: true };
  return fetchRates(db, context, { config });
}
