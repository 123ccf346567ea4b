import type { Locale } from '../web/locales/catalogues.ts';

const names = new Map<Locale, Intl.DisplayNames>();

/** The name of a country in a language; its code when it has none. */
export function countryName(code: string, locale: Locale): string {
  const found = names.get(locale) ?? new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' });
  names.set(locale, found);
  return found.of(code) ?? code;
}
