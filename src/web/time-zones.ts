import { LRUCache } from 'lru-cache';

/** A time zone to choose from. */
interface TimeZoneChoice {
  /** As the IANA database names it. */
  zone: string;
  /** Its distance from UTC at that moment, as `GMT+3`. */
  offset: string;
}

/** `Europe/Istanbul`, `America/Argentina/Salta`, `Etc/GMT+5` and `UTC`; no distances such as `+03:00`. */
const NAME = /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})$/;

/** Clocks change at quarters of an hour only, also where they change by half an hour. */
const QUARTER_MS = 15 * 60_000;

const lists = new LRUCache<number, readonly TimeZoneChoice[]>({ max: 2 });

/** Every time zone, in the order of names. Made once a quarter of an hour, since that takes 40 ms. */
export function listTimeZones(at: Date): readonly TimeZoneChoice[] {
  const quarter = Math.floor(at.getTime() / QUARTER_MS);
  const known = lists.get(quarter);
  if (known !== undefined) return known;
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  const list = zones.map((zone) => ({ zone, offset: offsetOf(zone, at) }));
  lists.set(quarter, list);
  return list;
}

/**
 * The time zone that a text names, whatever its case, with spaces or low lines; a city alone is enough where
 * there is only one of that name. Null for anything else.
 */
export function readTimeZone(text: string): string | null {
  const name = text.trim().replace(/\s+/g, '_');
  const all = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const folded = name.toLowerCase();
  const exact = all.find((zone) => zone.toLowerCase() === folded);
  if (exact !== undefined) return exact;
  const cities = all.filter((zone) => zone.toLowerCase().endsWith(`/${folded}`));
  if (cities[0] !== undefined && cities.length === 1) return cities[0];
  return NAME.test(name) ? olderName(name) : null;
}

/** An older name, such as `Asia/Calcutta` or `Turkey`, that the database still knows. */
function olderName(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function offsetOf(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
