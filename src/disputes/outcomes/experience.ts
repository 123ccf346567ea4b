import { families, type ReasonFamily } from '../reasons/reason-families.ts';
import { CHANCE_FROM, chanceOf, groupOutcomes } from './group-outcomes.ts';
import type { OutcomeRow } from './queries.ts';

/** Our own cases of one kind of claim. */
interface FamilyExperience {
  /** How often it is made, compared with the others: 1 is as often as each other. */
  weight: number;
  /** Share of its decided cases that were won, 0 to 1; null while there are too few. */
  chance: number | null;
}

export type Experience = Record<ReasonFamily, FamilyExperience>;

/**
 * Our own ended cases, by kind of claim. Until `CHANCE_FROM` have ended all kinds weigh the same; after that
 * each weighs as often as it was made, and none weighs nothing (each counts as if it had come once more).
 */
export function experienceOf(rows: readonly OutcomeRow[]): Experience {
  const groups = groupOutcomes(rows, 'reason');
  const counts = new Map(
    groups.map(({ key, won, lost, accepted, expired }) => [key, won + lost + accepted + expired] as const),
  );
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const weightOf = (family: ReasonFamily): number =>
    total < CHANCE_FROM ? 1 : (((counts.get(family) ?? 0) + 1) / (total + families.length)) * families.length;
  const entries = families.map(
    (family) => [family, { weight: weightOf(family), chance: chanceOf(rows, family) }] as const,
  );
  return Object.fromEntries(entries) as Experience;
}
