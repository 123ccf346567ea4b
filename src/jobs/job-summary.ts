import type { Format } from '../web/format.ts';
import { catalogues, type TextKey } from '../web/locales/catalogues.ts';

/**
 * The outcome of a run of scheduled work, by the names of texts (`jobs.done_…`): how often, which ones, or
 * `true` for a remark. Each reader has it in their own language.
 */
export type JobSummary = Record<string, number | string | true>;

/** Longest list of names that is kept, in characters: the rest is in the log and the audit trail. */
const NAMES_MAX = 150;

/** The form in which a summary is kept: JSON. */
export function storeSummary(summary: JobSummary): string {
  return JSON.stringify(summary, (_key, value: unknown) =>
    typeof value === 'string' && value.length > NAMES_MAX ? `${value.slice(0, NAMES_MAX)} …` : value,
  );
}

/** A kept summary in a reader's words. Anything but a summary, as an error, stays as it is. */
export function describeSummary(kept: string | null, { t }: Pick<Format, 't'>): string | null {
  const summary = kept === null ? null : readSummary(kept);
  if (summary === null) return kept;
  return Object.entries(summary)
    .map(([name, value]) => {
      const key = `done_${name}`;
      if (!Object.hasOwn(catalogues.en.jobs, key)) return `${name}: ${String(value)}`;
      return t(`jobs.${key}` as TextKey, { count: value, names: value });
    })
    .join(', ');
}

function readSummary(kept: string): JobSummary | null {
  if (!kept.startsWith('{')) return null;
  try {
    return JSON.parse(kept) as JobSummary;
  } catch {
    return null;
  }
}

/** The name of a job in a reader's words; null for one that is no longer part of the product. */
export function jobTitle(name: string, { t }: Pick<Format, 't'>): string | null {
  return Object.hasOwn(catalogues.en.jobs, `name_${name}`) ? t(`jobs.name_${name}` as TextKey) : null;
}
