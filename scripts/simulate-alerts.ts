import { parseArgs } from 'node:util';
import { ruleNames } from '../src/alerts/rules/rule-settings.ts';
import { FIRST_DAYS, FOUND_SHARE, simulate } from './simulation/simulate.ts';

/** Most alerts that an honest person may get in a month, on average. */
const ALERTS_MAX = 0.1;
/** Least kinds of takeovers, of twelve, that must be found. */
const KINDS_MIN = 11;

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '10000' },
    days: { type: 'string', default: '240' },
    tries: { type: 'string', default: '300' },
    seed: { type: 'string', default: '20261130' },
  },
});
const outcome = simulate({
  people: Number(values.people),
  days: Number(values.days),
  tries: Number(values.tries),
  seed: Number(values.seed),
  addresses: 300_000,
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(
  `${String(outcome.people)} honest people, ${String(outcome.months)} months each after the first ${String(FIRST_DAYS)} days, seed ${values.seed}`,
);
say('');
for (const rule of ruleNames) say(`  ${rule.padEnd(26)}${String(outcome.byRule[rule]).padStart(8)}`);
say(`  ${'events with an alert'.padEnd(26)}${String(outcome.alerts).padStart(8)}`);
say(
  `  ${'a person and month'.padEnd(26)}${outcome.perPersonMonth.toFixed(4).padStart(8)}  (at most ${String(ALERTS_MAX)})`,
);
say(
  `  ${`in the first ${String(FIRST_DAYS)} days`.padEnd(26)}${outcome.firstPerPersonMonth.toFixed(4).padStart(8)}  (everybody is new then: shown, not judged)`,
);
say('');
for (const { kind, tries, found, isFound } of outcome.takeovers)
  say(
    `  ${kind.padEnd(56)}${((100 * found) / tries).toFixed(1).padStart(6)} %  ${isFound ? 'found' : 'missed'}`,
  );
say('');
say(
  `  ${String(outcome.foundKinds)} of 12 kinds found in at least ${String(100 * FOUND_SHARE)} % of tries (at least ${String(KINDS_MIN)})`,
);
if (outcome.perPersonMonth > ALERTS_MAX || outcome.foundKinds < KINDS_MIN) process.exitCode = 1;
