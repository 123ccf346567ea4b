import type { WatchedEvent } from '../../src/alerts/rules/watched-event.ts';
import { MINUTE_MS } from '../../src/durations.ts';
import { eventOf, momentOf, newDevice, signInOf, type Device, type Person } from './person.ts';
import type { Place, World } from './places.ts';
import type { Random } from './random.ts';

/** A browser session lasts seven days at most (`SESSION_MAX_DAYS`), so a browser in use signs in as often. */
const DAYS_BETWEEN_SIGN_INS = 5;

/** Chances of a month, as a day sees them. */
const monthly = (count: number): number => count / 30;

/** A person's life so far: what the product knows of it, and what goes on. */
export interface Life {
  person: Person;
  events: WatchedEvent[];
  known: Set<number>;
}

interface Today {
  random: Random;
  world: World;
  life: Life;
  day: number;
  at: Date;
  /** Set while abroad. */
  abroad: Place | null;
}

/** The events of an honest person for so many days, in their order. */
export function liveHonestly(random: Random, world: World, person: Person, days: number): Life {
  const life: Life = { person, events: [], known: new Set() };
  life.events.push(signInOf(person.since, person.home, person.laptop, life.known));
  let abroad: { place: Place; until: number } | null = null;
  let awayUntil = 0;
  for (let day = 1; day < days; day += 1) {
    if (abroad !== null && day >= abroad.until) abroad = null;
    if (abroad === null && random.chance(monthly(person.travels ? 0.25 : 0.03)))
      abroad = {
        place: world.in(
          random.chance(0.5) ? random.pick(person.habitual) : world.elsewhere([person.country], random),
          random,
        ),
        until: day + random.between(3, 10),
      };
    if (random.chance(monthly(0.06))) awayUntil = day + random.between(7, 21);
    if (random.chance(monthly(0.004))) awayUntil = day + random.between(60, 120);
    const today = {
      random,
      world,
      life,
      day,
      at: momentOf(random, person, day),
      abroad: abroad?.place ?? null,
    };
    beAttacked(today);
    if (day < awayUntil || (day % 7 >= 5 && random.chance(0.8))) continue;
    changeThings(today);
    signIn(today);
    workOn(today);
  }
  life.events.sort((a, b) => a.at.getTime() - b.at.getTime());
  return life;
}

/** Strangers try passwords, and do not get in. */
function beAttacked({ random, world, life, at }: Today): void {
  if (!random.chance(monthly(0.004))) return;
  const place = world.in(world.elsewhere([], random), random);
  const attempts = Math.floor(random.between(5, 30));
  life.events.push(eventOf(at, 'failure', place, { attempts }));
}

/** New telephones and computers, cleared cookies, another provider at home. */
function changeThings({ random, world, life }: Today): void {
  const { person } = life;
  if (random.chance(monthly(1 / 42))) person.laptop = newDevice(random, 'laptop');
  if (person.phone !== null && random.chance(monthly(1 / 36))) person.phone = newDevice(random, 'phone');
  // The same browser without its cookies.
  if (random.chance(monthly(person.clearsCookies ? 0.5 : 0.02)))
    person.laptop = newDevice(random, 'laptop', person.laptop.browser);
  if (random.chance(monthly(1 / 20))) person.home = world.in(person.country, random);
}

function placeOf({ random, life, abroad, day }: Today, device: Device): Place {
  const { person } = life;
  if (person.vpn.length > 0 && random.chance(0.3)) return random.pick(person.vpn);
  // A phone abroad mostly goes out by its own operator at home.
  if (device === person.phone && random.chance(0.6)) return random.pick(person.mobile);
  if (abroad !== null) return abroad;
  return person.worksAtOffice && day % 7 < 5 && random.chance(0.6) ? person.office : person.home;
}

function signIn(today: Today): void {
  const { random, life, at } = today;
  const { person, events, known } = life;
  for (const device of [person.laptop, person.phone]) {
    if (device === null) continue;
    const isDue = !known.has(device.id) || random.chance(1 / DAYS_BETWEEN_SIGN_INS);
    if (!isDue || (device === person.phone && random.chance(0.5))) continue;
    const place = placeOf(today, device);
    if (random.chance(0.03))
      mistype(today, place, random.chance(0.05) ? 5 : Math.floor(random.between(1, 3)));
    events.push(signInOf(new Date(at.getTime() + MINUTE_MS), place, device, known));
  }
  // Another browser once, or a colleague's computer.
  if (random.chance(monthly(0.01)))
    events.push(
      signInOf(
        new Date(at.getTime() + 2 * MINUTE_MS),
        placeOf(today, person.laptop),
        newDevice(random, 'laptop'),
        known,
      ),
    );
  if (random.chance(monthly(0.004))) {
    const borrowed = newDevice(random, 'laptop');
    events.push(
      signInOf(new Date(at.getTime() + 3 * MINUTE_MS), person.office, borrowed, known, {
        isOthersDevice: true,
      }),
    );
  }
}

function mistype({ life, at }: Today, place: Place, times: number): void {
  for (let n = 0; n < times; n += 1)
    life.events.push(
      eventOf(new Date(at.getTime() - (times - n) * 1000), 'failure', place, {
        browser: life.person.laptop.browser,
      }),
    );
}

/** Work within a session: the VPN goes on, a journey begins, a key is added, an admin downloads evidence. */
function workOn(today: Today): void {
  const { random, life, at, abroad } = today;
  const { person, events } = life;
  const { browser } = person.laptop;
  const later = new Date(at.getTime() + 30 * MINUTE_MS);
  const here = placeOf(today, person.laptop);
  const moved = { browser, browserBefore: browser };
  if (person.vpn.length > 0 && random.chance(0.1))
    events.push(eventOf(later, 'session-moved', random.pick(person.vpn), moved));
  if (abroad !== null && random.chance(0.2)) events.push(eventOf(later, 'session-moved', abroad, moved));
  const now = (kind: WatchedEvent['kind'], aMonth: number): void => {
    if (random.chance(monthly(aMonth))) events.push(eventOf(later, kind, here, { browser }));
  };
  if (person.usesTokens) now('token-created', 1 / 4);
  if (person.usesSsh) now('key-added', 1 / 12);
  if (person.isAdmin) now('evidence-downloaded', 0.25);
  now('factor-changed', 1 / 60);
  now('address-changed', 1 / 120);
  // Operators answer a request or a dispute; their looks are told to the company, here to its admin.
  if (person.isAdmin && random.chance(monthly(0.05)))
    events.push(eventOf(later, 'operator-looked', here, { operatorId: 1 }));
}
