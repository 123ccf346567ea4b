import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { fetchRates } from '../rates/fetch-rates.ts';
import { arePricesConverted } from './queries.ts';

/** Fetches exchange rates while they are needed (`needsRates`). */
export async function keepRates(
  db: Knex,
  context: RequestContext,
  config: Config,
): Promise<{ pricesAreFixed: true } | Awaited<ReturnType<typeof fetchRates>>> {
  if (!(await needsRates(db, { at: context.at, config }))) return { pricesAreFixed: true };
  return fetchRates(db, context, { config });
}

/**
 * Whether exchange rates are needed: for prices that are converted, for what a receipt in another currency is
 * worth in liras, or because the settings say always.
 */
export async function needsRates(
  db: Knex,
  { at, config }: { at: Date; config: Pick<Config, 'tcmb' | 'paytr'> },
): Promise<boolean> {
  if (config.tcmb.always || config.paytr.currencies.some((currency) => currency !== 'TRY')) return true;
  return arePricesConverted(db, at);
}
