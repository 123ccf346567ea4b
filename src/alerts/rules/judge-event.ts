import { isHit } from './rule-hits.ts';
import { emptyProfile, noteEvent, restKey, type Profile } from './profile.ts';
import { ruleNames, type RuleName, type RuleSettings } from './rule-settings.ts';
import type { WatchedEvent } from './watched-event.ts';
import { DAY_MS } from '../../durations.ts';

/** Rules that raise one alert a day for the same cause, however often it comes. */
const restingRules: readonly RuleName[] = [
  'failure-burst',
  'evidence-downloaded',
  'operator-looked',
  'session-moved',
];

/**
 * The rules that an event breaks, and adds the event to what is known of the person. Pure but for `profile`,
 * which the caller owns: the same history gives the same answer, in the product, in the preview of the rules
 * and in the simulation.
 */
export function judgeEvent(profile: Profile, event: WatchedEvent, settings: RuleSettings): RuleName[] {
  const hits = ruleNames.filter(
    (rule) =>
      !settings[rule].isMuted &&
      isHit[rule](profile, event, settings[rule].thresholds) &&
      !isResting(profile, event, rule),
  );
  for (const rule of hits) profile.raised.set(restKey(rule, event), event.at);
  noteEvent(profile, event);
  return hits;
}

/** The rules that each event of a history breaks, oldest first. Events that break none are left out. */
export function judgeHistory(
  history: { since: Date; events: WatchedEvent[] },
  settings: RuleSettings,
): { event: WatchedEvent; rules: RuleName[] }[] {
  const profile = emptyProfile(history.since);
  return history.events
    .map((event) => ({ event, rules: judgeEvent(profile, event, settings) }))
    .filter(({ rules }) => rules.length > 0);
}

function isResting(profile: Profile, event: WatchedEvent, rule: RuleName): boolean {
  const last = profile.raised.get(restKey(rule, event));
  return restingRules.includes(rule) && last !== undefined && event.at.getTime() - last.getTime() < DAY_MS;
}
