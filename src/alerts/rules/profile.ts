import type { RuleName } from './rule-settings.ts';
import type { WatchedEvent } from './watched-event.ts';
import { DAY_MS, HOUR_MS } from '../../durations.ts';

/** When something was first and last seen with a person. */
interface Seen {
  first: Date;
  last: Date;
}

/** A remembered browser of a person. */
export interface DeviceSeen extends Seen {
  browser: string | null;
}

/** A person as earlier events show them. Grows event by event, see `noteEvent`. */
export interface Profile {
  /** Since when there is an account. */
  since: Date;
  lastSignInAt: Date | null;
  countries: Map<string, Seen>;
  networks: Map<string, Seen>;
  devices: Map<number, DeviceSeen>;
  failures: { at: Date; attempts: number }[];
  /** Where a browser was seen last. */
  place: { at: Date; country: string; deviceId: number | null } | null;
  /** Number of events at each hour of the day (UTC). */
  hours: number[];
  /** When a rule that rests after an alert raised one, by rule and subject. */
  raised: Map<string, Date>;
}

/** Failures older than this play no part in any rule. */
const FAILURES_KEPT_MS = DAY_MS;

/** The profile of a person nothing is known of yet. */
export function emptyProfile(since: Date): Profile {
  return {
    since,
    lastSignInAt: null,
    countries: new Map(),
    networks: new Map(),
    devices: new Map(),
    failures: [],
    place: null,
    hours: new Array<number>(24).fill(0),
    raised: new Map(),
  };
}

/** Adds an event to what is known, after the rules have looked at it. Failures are strangers' as a rule. */
export function noteEvent(profile: Profile, event: WatchedEvent): void {
  if (event.kind === 'operator-looked') return;
  if (event.kind === 'failure') {
    const since = event.at.getTime() - FAILURES_KEPT_MS;
    profile.failures = profile.failures.filter(({ at }) => at.getTime() > since);
    profile.failures.push({ at: event.at, attempts: event.attempts });
    return;
  }
  const hour = event.at.getUTCHours();
  profile.hours[hour] = (profile.hours[hour] ?? 0) + 1;
  if (event.kind === 'sign-in') noteSignIn(profile, event);
  if (event.kind === 'sign-in' || event.kind === 'session-moved') notePlace(profile, event);
}

/** True when something was seen within so many days before `at`. */
export function isFamiliar(seen: Seen | undefined, at: Date, days: number): boolean {
  return seen !== undefined && at.getTime() - seen.last.getTime() <= days * DAY_MS;
}

/**
 * True for an event in a network and in a kind of browser that the person has used for so many days. Events
 * other than sign-ins do not name their browser, but that says where they most likely came from.
 */
export function isFromFamiliarPlace(profile: Profile, event: WatchedEvent, days: number): boolean {
  const { network, browser, at } = event;
  const isOld = (seen: Seen | undefined): boolean =>
    seen !== undefined && at.getTime() - seen.first.getTime() >= days * DAY_MS;
  if (network === null || browser === null || !isOld(profile.networks.get(network))) return false;
  return [...profile.devices.values()].some((device) => device.browser === browser && isOld(device));
}

/** The share of events within two hours of this time of day, from 0 to 1. */
export function shareOfHour(profile: Profile, at: Date): { share: number; events: number } {
  const events = profile.hours.reduce((sum, count) => sum + count, 0);
  const hour = Math.floor(at.getTime() / HOUR_MS) % 24;
  const near = [-2, -1, 0, 1, 2].reduce((sum, by) => sum + (profile.hours[(hour + by + 24) % 24] ?? 0), 0);
  return { share: events === 0 ? 1 : near / events, events };
}

/** The key of a rule that rests after an alert: an operator's looks rest for each operator alone. */
export function restKey(rule: RuleName, { operatorId }: WatchedEvent): string {
  return operatorId === null ? rule : `${rule} ${String(operatorId)}`;
}

function noteSignIn(profile: Profile, event: WatchedEvent): void {
  profile.lastSignInAt = event.at;
  if (event.deviceId === null) return;
  const first = profile.devices.get(event.deviceId)?.first ?? event.at;
  // Deleted first, so that the newest stands last.
  profile.devices.delete(event.deviceId);
  profile.devices.set(event.deviceId, { first, last: event.at, browser: event.browser });
}

function notePlace(profile: Profile, { at, country, network, deviceId }: WatchedEvent): void {
  if (network !== null) see(profile.networks, network, at);
  if (country === null) return;
  see(profile.countries, country, at);
  profile.place = { at, country, deviceId };
}

function see(seen: Map<string, Seen>, key: string, at: Date): void {
  seen.set(key, { first: seen.get(key)?.first ?? at, last: at });
}
