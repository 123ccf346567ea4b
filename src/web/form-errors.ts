import type { z } from 'zod';
import type { Format } from './format.ts';
import type { TextKey } from './locales/catalogues.ts';

/** The first fault of each field in the reader's words. Messages of the schemas are text keys. */
export function formErrors(error: z.ZodError, { t }: Format): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? 'form');
    errors[field] ??= t(issue.message as TextKey, placeholdersOf(issue));
  }
  return errors;
}

function placeholdersOf(issue: z.core.$ZodIssue): Record<string, number> {
  if (issue.code === 'too_big') return { max: Number(issue.maximum) };
  if (issue.code === 'too_small') return { min: Number(issue.minimum) };
  return issue.code === 'custom' ? ((issue.params ?? {}) as Record<string, number>) : {};
}

/** Longest text that is shown again in a field, in characters: more than any field accepts. */
const SHOWN_AGAIN_MAX = 4000;

/** The typed values of the named fields, to be shown again. Passwords are never among them. */
export function keptValues(body: unknown, names: readonly string[]): Record<string, string> {
  const fields = (body ?? {}) as Record<string, unknown>;
  const kept = names.flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' ? [[name, value.slice(0, SHOWN_AGAIN_MAX)] as const] : [];
  });
  return Object.fromEntries(kept);
}
