import { judgeEvent, judgeHistory } from '../../src/alerts/rules/judge-event.ts';
import { emptyProfile } from '../../src/alerts/rules/profile.ts';
import { presetSettings, ruleNames, type RuleName } from '../../src/alerts/rules/rule-settings.ts';
import { DAY_MS } from '../../src/durations.ts';
import { liveHonestly, type Life } from './honest-life.ts';
import { createPerson } from './person.ts';
import { createWorld, type World } from './places.ts';
import { createRandom, type Random } from './random.ts';
import { setScene, takeovers } from './takeovers.ts';

/** People of one company, who share an office and an admin. */
const COMPANY = 12;

/** Most companies of the product are Turkish. */
const COUNTRIES = ['TR', 'TR', 'TR', 'TR', 'TR', 'TR', 'TR', 'DE', 'NL', 'US'];

/**
 * Days in which a person is new, and every second browser and network is too: told apart from the months
 * after.
 */
export const FIRST_DAYS = 60;

/** A kind of takeover counts as found when so many of its tries raise an alert. */
export const FOUND_SHARE = 0.8;

/** The outcome of a simulation. */
interface Outcome {
  people: number;
  months: number;
  alerts: number;
  byRule: Record<RuleName, number>;
  perPersonMonth: number;
  /** The same of the first days. */
  firstPerPersonMonth: number;
  takeovers: { kind: string; tries: number; found: number; isFound: boolean }[];
  foundKinds: number;
}

/**
 * Lets people live for months and thieves take their accounts, and judges both by the product's own rules as
 * they are without a choice. The same seed gives the same outcome.
 */
export function simulate(input: {
  people: number;
  days: number;
  tries: number;
  seed: number;
  /** Addresses that the world is drawn from. */
  addresses: number;
}): Outcome {
  const random = createRandom(input.seed);
  const world = createWorld(random, input.addresses);
  const byRule = Object.fromEntries(ruleNames.map((rule) => [rule, 0])) as Record<RuleName, number>;
  let alerts = 0;
  let firstAlerts = 0;
  for (const life of listLives(random, world, input))
    for (const { event, rules } of judgeHistory(
      { since: life.person.since, events: life.events },
      presetSettings,
    )) {
      if (event.at.getTime() - life.person.since.getTime() < FIRST_DAYS * DAY_MS) {
        firstAlerts += 1;
        continue;
      }
      alerts += 1;
      for (const rule of rules) byRule[rule] += 1;
    }
  const months = (input.days - FIRST_DAYS) / 30;
  const kinds = Object.entries(takeovers).map(([kind, takeOver]) => {
    let found = 0;
    for (const life of listLives(random, world, { people: input.tries, days: input.days })) {
      const scene = setScene(random, world, life);
      if (isNoticed(life, takeOver(scene))) found += 1;
    }
    return { kind, tries: input.tries, found, isFound: found >= FOUND_SHARE * input.tries };
  });
  return {
    people: input.people,
    months,
    alerts,
    byRule,
    perPersonMonth: alerts / (input.people * months),
    firstPerPersonMonth: firstAlerts / (input.people * (FIRST_DAYS / 30)),
    takeovers: kinds,
    foundKinds: kinds.filter(({ isFound }) => isFound).length,
  };
}

function* listLives(
  random: Random,
  world: World,
  { people, days }: { people: number; days: number },
): Generator<Life> {
  let country = random.pick(COUNTRIES);
  let office = world.in(country, random);
  for (let n = 0; n < people; n += 1) {
    if (n % COMPANY === 0) {
      country = random.pick(COUNTRIES);
      office = world.in(country, random);
    }
    const since = new Date(Date.UTC(2026, 0, 5, 9));
    const person = createPerson(random, world, { country, office, since, isAdmin: n % COMPANY === 0 });
    yield liveHonestly(random, world, person, days);
  }
}

/** True when an event of the thief raises an alert. The person's own events before count for nothing. */
function isNoticed({ person, events }: Life, thiefs: Life['events']): boolean {
  const profile = emptyProfile(person.since);
  for (const event of events) judgeEvent(profile, event, presetSettings);
  return thiefs.map((event) => judgeEvent(profile, event, presetSettings)).some((rules) => rules.length > 0);
}
