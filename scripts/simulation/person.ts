import type { WatchedEvent } from '../../src/alerts/rules/watched-event.ts';
import { DAY_MS, HOUR_MS } from '../../src/durations.ts';
import type { Place, World } from './places.ts';
import type { Random } from './random.ts';

/** A browser that a person signs in with. */
export interface Device {
  id: number;
  browser: string;
}

/** Somebody whose sign-ins are simulated, with the habits that make them look suspicious or not. */
export interface Person {
  country: string;
  home: Place;
  office: Place;
  /** A phone's gateway: one of a few networks of the operator, which do not follow its place. */
  mobile: Place[];
  laptop: Device;
  phone: Device | null;
  worksAtOffice: boolean;
  travels: boolean;
  /** Countries to which the person comes again: family, clients. */
  habitual: string[];
  /** Exits of the VPN in use; empty without one. */
  vpn: Place[];
  clearsCookies: boolean;
  isAdmin: boolean;
  usesTokens: boolean;
  usesSsh: boolean;
  /** Local hour at which a day begins. */
  firstHour: number;
  since: Date;
}

const LAPTOPS = [
  'Chrome, Windows',
  'Chrome, Windows',
  'Microsoft Edge, Windows',
  'Chrome, macOS',
  'Safari, macOS',
  'Firefox, Linux',
  'Firefox, Windows',
];
const PHONES = ['Safari, iOS', 'Chrome, Android', 'Chrome, Android', 'Samsung Internet for Android, Android'];

let devices = 0;

/** A browser that nobody has signed in with. */
export function newDevice(random: Random, kind: 'laptop' | 'phone', browser?: string): Device {
  devices += 1;
  return { id: devices, browser: browser ?? random.pick(kind === 'laptop' ? LAPTOPS : PHONES) };
}

/** Draws a person of a company that sits in `country` and has one office network. */
export function createPerson(
  random: Random,
  world: World,
  { country, office, since, isAdmin }: { country: string; office: Place; since: Date; isAdmin: boolean },
): Person {
  const exits = random.chance(0.08)
    ? [1, 2].map(() => world.in(world.elsewhere([country], random), random))
    : [];
  return {
    country,
    home: world.in(country, random),
    office,
    mobile: [1, 2, 3].map(() => world.in(country, random)),
    laptop: newDevice(random, 'laptop'),
    phone: random.chance(0.5) ? newDevice(random, 'phone') : null,
    worksAtOffice: random.chance(0.6),
    travels: random.chance(0.15),
    habitual: [1, 2].map(() => world.elsewhere([country], random)),
    vpn: exits,
    clearsCookies: random.chance(0.12),
    isAdmin,
    usesTokens: random.chance(0.15),
    usesSsh: random.chance(0.4),
    firstHour: random.chance(0.1) ? 18 : random.between(5, 8),
    since,
  };
}

let events = 0;

/** An event of any kind; what the kind has no use for is empty. */
export function eventOf(
  at: Date,
  kind: WatchedEvent['kind'],
  place: Place,
  more: Partial<WatchedEvent>,
): WatchedEvent {
  events += 1;
  return {
    id: String(events),
    at,
    kind,
    ...place,
    browser: null,
    deviceId: null,
    isNewDevice: false,
    isOthersDevice: false,
    attempts: 1,
    browserBefore: null,
    operatorId: null,
    ...more,
  };
}

/** A sign-in by a browser; `known` remembers which have signed in before. */
export function signInOf(
  at: Date,
  place: Place,
  device: Device,
  known: Set<number>,
  more: Partial<WatchedEvent> = {},
): WatchedEvent {
  const isNewDevice = !known.has(device.id);
  known.add(device.id);
  return eventOf(at, 'sign-in', place, {
    browser: device.browser,
    deviceId: device.id,
    isNewDevice,
    ...more,
  });
}

/** A moment of a person's day. */
export function momentOf(random: Random, { firstHour, since }: Person, day: number): Date {
  const midnight = Math.floor(since.getTime() / DAY_MS) * DAY_MS + day * DAY_MS;
  return new Date(midnight + (firstHour + random.between(0, 9)) * HOUR_MS);
}
