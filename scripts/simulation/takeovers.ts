import type { WatchedEvent } from '../../src/alerts/rules/watched-event.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/durations.ts';
import type { Life } from './honest-life.ts';
import { eventOf, newDevice, signInOf, type Device } from './person.ts';
import type { Place, World } from './places.ts';
import type { Random } from './random.ts';

/** A thief and the account: what a takeover begins with. */
interface Scene {
  random: Random;
  world: World;
  life: Life;
  at: Date;
  /** Another network of the victim's country, as proxies are sold by country. */
  proxy: Place;
  /** Another country than the victim was ever in. */
  abroad: Place;
  thief: Device;
}

type Takeover = (scene: Scene) => WatchedEvent[];

/** The twelve kinds, each as what the product sees of it. */
export const takeovers: Record<string, Takeover> = {
  'a leaked password, used abroad': ({ at, abroad, thief, life }) => [
    signInOf(at, abroad, thief, life.known),
  ],
  'a stolen session': stealSession,
  'a phished password behind a proxy in the same country': ({ at, proxy, life, random }) => [
    // Half of the thieves use the browser that most people use.
    signInOf(
      at,
      proxy,
      random.chance(0.5)
        ? newDevice(random, 'laptop', life.person.laptop.browser)
        : newDevice(random, 'laptop'),
      life.known,
    ),
  ],
  'a colleague at the office, with their own computer': ({ at, life, random }) => {
    // One in ten opens a private window, which has no cookie of theirs.
    const isOthersDevice = !random.chance(0.1);
    return [signInOf(at, life.person.office, newDevice(random, 'laptop'), life.known, { isOthersDevice })];
  },
  'a password guessed after a burst': ({ at, proxy, thief, life }) => [
    ...[4, 3, 2, 1].map((n) => eventOf(new Date(at.getTime() - n * MINUTE_MS), 'failure', proxy, {})),
    signInOf(at, proxy, thief, life.known),
  ],
  'a sign-in, then an access token to stay': ({ at, proxy, thief, life }) => [
    signInOf(at, proxy, thief, life.known),
    eventOf(new Date(at.getTime() + MINUTE_MS), 'token-created', proxy, { browser: thief.browser }),
  ],
  'an address changed from a copied session': ({ at, proxy, life }) => [
    eventOf(at, 'address-changed', proxy, { browser: life.person.laptop.browser }),
  ],
  'a second factor removed from a copied session': ({ at, proxy, life }) => [
    eventOf(at, 'factor-changed', proxy, { browser: life.person.laptop.browser }),
  ],
  'a sleeping account': ({ at, proxy, life, random }) => [
    signInOf(
      new Date(at.getTime() + 100 * DAY_MS),
      proxy,
      newDevice(random, 'laptop', life.person.laptop.browser),
      life.known,
    ),
  ],
  'a sign-in far away while the person works': ({ at, abroad, thief, life }) => [
    signInOf(new Date(at.getTime() - HOUR_MS), life.person.home, life.person.laptop, life.known),
    signInOf(at, abroad, thief, life.known),
  ],
  'a stolen cookie of a known browser, with the password': ({ at, abroad, proxy, life, random }) => {
    // Three in ten take a proxy of the country, half pretend to be the victim's browser.
    const place = random.chance(0.3) ? proxy : abroad;
    const browser = random.chance(0.5) ? life.person.laptop.browser : newDevice(random, 'laptop').browser;
    return [signInOf(at, place, { ...life.person.laptop, browser }, life.known)];
  },
  'evidence downloaded at night from a copied session': ({ at, proxy, life }) => {
    const night = new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS + HOUR_MS);
    return [eventOf(night, 'evidence-downloaded', proxy, { browser: life.person.laptop.browser })];
  },
};

/** Half copy the whole browser and go out in the same country; of these, four in ten leave a token behind. */
function stealSession({ random, at, proxy, abroad, thief, life }: Scene): WatchedEvent[] {
  const { browser } = life.person.laptop;
  if (random.chance(0.5))
    return [
      eventOf(at, 'session-moved', random.chance(0.5) ? abroad : proxy, {
        browser: thief.browser,
        browserBefore: browser,
      }),
    ];
  return random.chance(0.4) ? [eventOf(at, 'token-created', proxy, { browser })] : [];
}

/** Sets the scene: the account at the end of an honest life. */
export function setScene(random: Random, world: World, life: Life): Scene {
  const seen = [...new Set(life.events.map(({ country }) => country))];
  const last = life.events.at(-1)?.at ?? life.person.since;
  return {
    random,
    world,
    life,
    at: new Date(last.getTime() + 36 * HOUR_MS),
    proxy: world.in(life.person.country, random),
    abroad: world.in(world.elsewhere(seen, random), random),
    thief: newDevice(random, 'laptop'),
  };
}
