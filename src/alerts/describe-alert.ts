import { countryData } from '../origin/find-country.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import type { AlertEntry } from './alert-queries.ts';
import { countryName } from '../web/locales/country-name.ts';

/** An alert with its country in the reader's words. */
type ShownAlert = AlertEntry & { countryText: string | null; state: 'reported' | 'open' | 'unsent' };

/** Alerts as a page shows them. */
export function describeAlerts(alerts: AlertEntry[], locale: Locale): ShownAlert[] {
  return alerts.map((alert) => ({
    ...alert,
    countryText: alert.country === null ? null : countryName(alert.country, locale),
    state: alert.reported_at !== null ? 'reported' : alert.is_mailed ? 'open' : 'unsent',
  }));
}

/** The credit that the data of countries wants on a page; null for a page without a country. */
export function creditOf(alerts: AlertEntry[]): (typeof countryData & { from: Date }) | null {
  const newest = alerts.find(({ country_data_from: from }) => from !== null);
  const from = newest?.country_data_from ?? null;
  return from === null ? null : { ...countryData, from };
}
