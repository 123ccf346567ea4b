import type { Format } from '../../web/format.ts';
import {
  ruleNames,
  thresholdsOf,
  type RuleName,
  type RuleSetting,
  type RuleSettings,
} from '../rules/rule-settings.ts';

/** The form of the rules as it was sent: the rules, or the fields that are wrong. */
type ReadForm = { ok: true; settings: RuleSettings } | { ok: false; errors: Record<string, string> };

/** The name of the field of a threshold. */
export function fieldName(rule: string, threshold: string): string {
  return `${rule}.${threshold}`;
}

/** The names of all fields, whose values are shown again. */
export const ruleFields = ruleNames.flatMap((rule) => [
  `${rule}.muted`,
  ...thresholdsOf(rule).map(([threshold]) => fieldName(rule, threshold)),
]);

/** Reads the form. A threshold is a whole number between the bounds of its rule. */
export function readRulesForm(body: Record<string, unknown>, { t }: Format): ReadForm {
  const errors: Record<string, string> = {};
  const settings = ruleNames.map((rule): [string, RuleSetting] => {
    const thresholds = thresholdsOf(rule).map(([name, { min, max }]): [string, number] => {
      const typed = body[fieldName(rule, name)];
      const text = typeof typed === 'string' ? typed.trim() : '';
      const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
      if (!(value >= min && value <= max))
        errors[fieldName(rule, name)] = t('alerts.rulesNumber', { min, max });
      return [name, value];
    });
    return [rule, { isMuted: body[`${rule}.muted`] === 'on', thresholds: Object.fromEntries(thresholds) }];
  });
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, settings: Object.fromEntries(settings) as RuleSettings };
}

/** The rules as values of the form. */
export function formValues(settings: RuleSettings): Record<string, string> {
  const values = ruleNames.flatMap((rule) => [
    ...(settings[rule].isMuted ? [[`${rule}.muted`, 'on'] as const] : []),
    ...Object.entries(settings[rule].thresholds).map(
      ([name, value]) => [fieldName(rule, name), String(value)] as const,
    ),
  ]);
  return Object.fromEntries(values);
}

/** How the form sets a rule, in a few words: muted, its thresholds, or that it is on. */
export function describeRule(rule: RuleName, values: Record<string, string>, { t }: Format): string {
  if (values[`${rule}.muted`] === 'on') return t('alerts.setMuted');
  const thresholds = thresholdsOf(rule).map(([key]) =>
    t(`alerts.set_${key}`, { value: values[fieldName(rule, key)] ?? '' }),
  );
  return thresholds.length === 0 ? t('alerts.setOn') : thresholds.join(', ');
}
