import { leastDistanceKm } from '../../origin/country-distance.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts';
import { isFamiliar, isFromFamiliarPlace, shareOfHour, type DeviceSeen, type Profile } from './profile.ts';
import type { RuleName } from './rule-settings.ts';
import type { WatchedEvent } from './watched-event.ts';

type Thresholds = Record<string, number>;
type Rule = (profile: Profile, event: WatchedEvent, thresholds: Thresholds) => boolean;

/** A browser that a person has used for so many days is trusted to be where the person is. */
const TRUSTED_DEVICE_DAYS = 7;

/** Nearer countries are reached within minutes at a border, or by a phone that picks another mast. */
const LEAST_TRAVEL_KM = 300;

/** Below this share of a person's events an hour of the day is unusual. */
const UNUSUAL_SHARE = 0.02;

const sensitiveKinds: readonly WatchedEvent['kind'][] = [
  'evidence-downloaded',
  'token-created',
  'key-added',
  'factor-changed',
  'address-changed',
];

/** Whether an event breaks a rule, for each rule. */
export const isHit: Record<RuleName, Rule> = {
  'new-device': isNewDevice,
  'new-country': isNewCountry,
  'impossible-travel': isImpossibleTravel,
  'failure-burst': (profile, event, { failures = 0, minutes = 0 }) =>
    event.kind === 'failure' && countFailures(profile, event, minutes) + event.attempts >= failures,
  'success-after-failures': (profile, event, { failures = 0, minutes = 0 }) =>
    event.kind === 'sign-in' && event.isNewDevice && countFailures(profile, event, minutes) >= failures,
  'changed-device': isChangedDevice,
  'session-moved': isMovedSession,
  'dormant-account': isDormant,
  'factor-changed': (_profile, { kind }) => kind === 'factor-changed',
  'address-changed': (_profile, { kind }) => kind === 'address-changed',
  'token-created': (profile, event, { trustedDays = 0 }) =>
    event.kind === 'token-created' && !isFromTrustedDevice(profile, event, trustedDays),
  'key-added': (profile, event, { trustedDays = 0 }) =>
    event.kind === 'key-added' && !isFromTrustedDevice(profile, event, trustedDays),
  'evidence-downloaded': (profile, event, { trustedDays = 0 }) =>
    event.kind === 'evidence-downloaded' && !isFromTrustedDevice(profile, event, trustedDays),
  'unusual-hour': isUnusualHour,
  'operator-looked': (_profile, { kind }) => kind === 'operator-looked',
};

/**
 * A browser that never signed in to this account. Softened: the same kind of browser in a network that the
 * person uses is most likely the same one without its cookies. A browser that others use is never softened.
 */
function isNewDevice(profile: Profile, event: WatchedEvent, { familiarDays = 0 }: Thresholds): boolean {
  if (event.kind !== 'sign-in' || !event.isNewDevice || profile.lastSignInAt === null) return false;
  const isSameKind = [...profile.devices.values()].some(
    ({ browser }) => browser !== null && browser === event.browser,
  );
  const network = event.network === null ? undefined : profile.networks.get(event.network);
  return event.isOthersDevice || !isSameKind || !isFamiliar(network, event.at, familiarDays);
}

/**
 * A country in which the person was not seen lately. The first known country of a person is no new one.
 * Softened: a session that goes on in the same browser travels with it, or has a VPN; the next sign-in tells.
 */
function isNewCountry(profile: Profile, event: WatchedEvent, { familiarDays = 0 }: Thresholds): boolean {
  if (event.kind !== 'sign-in' && !isMovedSession(profile, event)) return false;
  if (event.country === null || profile.countries.size === 0) return false;
  return !isFamiliar(profile.countries.get(event.country), event.at, familiarDays);
}

/**
 * Two browsers in two countries, too far apart for the time between. Softened: a browser that the person has
 * used for a week jumps with its VPN or its mobile network, and the same browser cannot be in two places.
 */
function isImpossibleTravel(
  { place, devices }: Profile,
  event: WatchedEvent,
  { kmPerHour = 0 }: Thresholds,
): boolean {
  if (event.kind !== 'sign-in' || place === null || event.country === null) return false;
  if (place.deviceId === event.deviceId) return false;
  if (event.deviceId !== null && isTrusted(devices.get(event.deviceId), event.at, TRUSTED_DEVICE_DAYS))
    return false;
  const km = leastDistanceKm(place.country, event.country);
  const hours = (event.at.getTime() - place.at.getTime()) / HOUR_MS;
  return km !== null && km >= LEAST_TRAVEL_KM && km > kmPerHour * Math.max(0, hours);
}

function countFailures({ failures }: Profile, { at }: WatchedEvent, minutes: number): number {
  const since = at.getTime() - minutes * MINUTE_MS;
  return failures
    .filter((failure) => failure.at.getTime() > since)
    .reduce((sum, { attempts }) => sum + attempts, 0);
}

/** The cookie of a known browser, sent by a browser of another kind or system: somebody has copied it. */
function isChangedDevice({ devices }: Profile, event: WatchedEvent): boolean {
  if (event.kind !== 'sign-in' || event.deviceId === null) return false;
  const before = devices.get(event.deviceId)?.browser ?? null;
  return before !== null && event.browser !== null && before !== event.browser;
}

/** A signed-in session that goes on in a browser of another kind. Another country alone is `new-country`. */
function isMovedSession(_profile: Profile, event: WatchedEvent): boolean {
  return event.kind === 'session-moved' && event.browserBefore !== event.browser;
}

/** An account that was not used for long, and that wakes up in a browser nobody knows. */
function isDormant(profile: Profile, event: WatchedEvent, { days = 0 }: Thresholds): boolean {
  if (event.kind !== 'sign-in' || !event.isNewDevice) return false;
  const last = profile.lastSignInAt ?? profile.since;
  return event.at.getTime() - last.getTime() > days * DAY_MS;
}

function isUnusualHour(profile: Profile, event: WatchedEvent, { knownEvents = 0 }: Thresholds): boolean {
  if (!sensitiveKinds.includes(event.kind)) return false;
  const { share, events } = shareOfHour(profile, event.at);
  return events >= knownEvents && share < UNUSUAL_SHARE;
}

/** With 0 days no browser is trusted, so that the rule always raises. */
function isFromTrustedDevice(profile: Profile, event: WatchedEvent, days: number): boolean {
  return days > 0 && isFromFamiliarPlace(profile, event, days);
}

function isTrusted(device: DeviceSeen | undefined, at: Date, days: number): boolean {
  return device !== undefined && at.getTime() - device.first.getTime() >= days * DAY_MS;
}
