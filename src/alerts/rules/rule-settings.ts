/**
 * Every rule, with its thresholds: what it is without a choice of the company, and between which numbers a
 * company may choose. The names stand in rows, so they never change.
 */
const ruleThresholds = {
  'new-device': { familiarDays: { preset: 180, min: 1, max: 365 } },
  'new-country': { familiarDays: { preset: 365, min: 1, max: 365 } },
  'impossible-travel': { kmPerHour: { preset: 1000, min: 300, max: 5000 } },
  'failure-burst': {
    failures: { preset: 5, min: 3, max: 100 },
    minutes: { preset: 60, min: 5, max: 1440 },
  },
  'success-after-failures': {
    failures: { preset: 4, min: 2, max: 100 },
    minutes: { preset: 60, min: 5, max: 1440 },
  },
  'changed-device': {},
  'session-moved': {},
  'dormant-account': { days: { preset: 60, min: 14, max: 365 } },
  'factor-changed': {},
  'address-changed': {},
  'token-created': { trustedDays: { preset: 14, min: 0, max: 365 } },
  'key-added': { trustedDays: { preset: 14, min: 0, max: 365 } },
  'evidence-downloaded': { trustedDays: { preset: 14, min: 0, max: 365 } },
  'unusual-hour': { knownEvents: { preset: 20, min: 5, max: 500 } },
  'operator-looked': {},
} as const satisfies Record<string, Record<string, Threshold>>;

/** A number that a company may choose, from `min` to `max`. */
interface Threshold {
  preset: number;
  min: number;
  max: number;
}

export type RuleName = keyof typeof ruleThresholds;
/** The names of all thresholds. */
type ThresholdName = { [Rule in RuleName]: keyof (typeof ruleThresholds)[Rule] }[RuleName];
export const ruleNames = Object.keys(ruleThresholds) as RuleName[];

/** A rule as a company has it. A muted rule raises nothing and stays in the list. */
export interface RuleSetting {
  isMuted: boolean;
  thresholds: Record<string, number>;
}
export type RuleSettings = Record<RuleName, RuleSetting>;

/** Rules whose alert means that somebody else may be in the account already. */
export const seriousRules: readonly RuleName[] = [
  'impossible-travel',
  'success-after-failures',
  'changed-device',
  'session-moved',
  'dormant-account',
  'unusual-hour',
];

/** The thresholds of a rule, by name. */
export function thresholdsOf(rule: RuleName): [ThresholdName, Threshold][] {
  const thresholds: Record<string, Threshold> = ruleThresholds[rule];
  return Object.entries(thresholds) as [ThresholdName, Threshold][];
}

/** The rules of a company from what is stored; whatever is missing there is as it is without a choice. */
export function readSettings(stored: Partial<Record<string, Partial<RuleSetting>>>): RuleSettings {
  const settings = ruleNames.map((rule): [RuleName, RuleSetting] => {
    const own = stored[rule];
    const thresholds = thresholdsOf(rule).map(([name, { preset }]) => [
      name,
      own?.thresholds?.[name] ?? preset,
    ]);
    return [
      rule,
      {
        isMuted: own?.isMuted ?? false,
        thresholds: Object.fromEntries(thresholds) as Record<string, number>,
      },
    ];
  });
  return Object.fromEntries(settings) as RuleSettings;
}

/** The rules of a company that has chosen nothing. */
export const presetSettings: RuleSettings = readSettings({});
