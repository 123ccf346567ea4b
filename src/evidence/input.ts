import { Temporal } from 'temporal-polyfill';
import { TIME_ZONE } from '../local-calendar.ts';
import { z } from 'zod';
import { withheldKinds, type WithheldKind } from './schemas/proof-schema.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { type CsvSeparator, separatorOf } from './csv.ts';

/** A day in Istanbul (a period includes both its days), or an exact ISO 8601 time with its offset. */
const DAY = /^(?:19|20|21)\d{2}-\d{2}-\d{2}$/;
const moment = (isEnd: boolean) =>
  z
    .string({ error: 'admin.dateWrong' })
    .trim()
    .transform((text, context): Date | null => {
      const read = text === '' ? null : readMoment(text, isEnd);
      if (read === undefined) context.addIssue({ code: 'custom', message: 'admin.dateWrong' });
      return read ?? null;
    })
    .optional()
    .transform((value) => value ?? null);

function readMoment(text: string, isEnd: boolean): Date | undefined {
  if (!DAY.test(text)) {
    const exact = z.iso.datetime({ offset: true }).max(40).safeParse(text);
    return exact.success && /^(?:19|20|21)/.test(text) ? new Date(exact.data) : undefined;
  }
  try {
    const day = Temporal.PlainDate.from(text, { overflow: 'reject' });
    const start = (isEnd ? day.add({ days: 1 }) : day).toZonedDateTime(TIME_ZONE);
    return new Date(start.epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const period = { from: moment(false), to: moment(true) };
export function refusePeriodBackwards(
  { from, to }: { from: Date | null; to: Date | null },
  context: z.RefinementCtx,
): void {
  if (from !== null && to !== null && from >= to) {
    context.addIssue({ code: 'custom', message: 'admin.periodBackwards', path: ['to'] });
  }
}

/** `from` is inclusive and `to` exclusive. A day as `to` means the end of that day in Istanbul. */
export const periodQuery = z.object(period).superRefine(refusePeriodBackwards);

/**
 * The separator between the cells of a CSV: the one asked for, else the one of the reader's language. Null
 * when the separator asked for does not exist.
 */
export function parseSeparator(value: unknown, locale: Locale): CsvSeparator | null {
  if (value === undefined || value === '') return separatorOf(locale);
  return value === 'comma' || value === 'semicolon' ? value : null;
}

/** The forms in which evidence can be downloaded. */
export const evidenceFormats = ['json', 'ndjson', 'csv'] as const;
export type EvidenceFormat = (typeof evidenceFormats)[number];

/** The form asked for, `json` when none is. Null for an unknown form. */
export function parseEvidenceFormat(value: unknown): EvidenceFormat | null {
  return value === undefined ? 'json' : (evidenceFormats.find((format) => format === value) ?? null);
}

/** The kinds that the form asks to leave out, by a checkbox each. */
export function parseWithheld(query: Record<string, unknown>): WithheldKind[] {
  return withheldKinds.filter((kind) => query[`without_${kind}`] === 'on');
}

/** The token with which a page asks for the progress of its download. Null for anything else. */
export function parseProgressToken(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9-]{16,64}$/.test(value) ? value : null;
}
