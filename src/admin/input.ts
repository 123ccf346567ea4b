import { isIP } from 'node:net';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { auditActions, type AuditAction } from '../audit/actions.ts';
import { normaliseAddress } from '../audit/client-address.ts';
import { emailAddress } from '../auth/input.ts';
import type { Cursor } from '../db/keyset.ts';
import { parseTimedId, type TimedCursor } from '../db/timed-cursor.ts';
import { TIME_ZONE } from '../web/format.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { isActionGroup, type ActionGroup } from './audit-action-groups.ts';
import { separatorOf, type CsvSeparator } from '../evidence/csv.ts';

// Messages are text keys.

/** A row's number from a path or query, or null: anything else names nothing. */
export function parseId(value: unknown): number | null {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
}

/**
 * Where a page of a list starts; what cannot be read starts at the top. `prefix` tells apart two lists on one page, as in
 * `review_next`.
 */
export function parseCursor(query: Record<string, unknown>, prefix = ''): Cursor {
  return {
    next: parseId(query[`${prefix}next`]) ?? undefined,
    prev: parseId(query[`${prefix}prev`]) ?? undefined,
  };
}

/** The same for a list ordered by time, whose addresses `timedEnds` makes. */
export function parseTimedCursor(query: Record<string, unknown>): TimedCursor {
  const [next, prev] = [parseTimedId(query['next']), parseTimedId(query['prev'])];
  return { next: next?.id, prev: prev?.id, near: (next ?? prev)?.near };
}

const SEARCH_MAX = 100;

/** What is typed into a search field; null searches for nothing. */
export function parseSearch(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.replaceAll('\0', '').trim().slice(0, SEARCH_MAX);
  return text === '' ? null : text;
}

/** The form that invites somebody. */
export const invitationForm = z.object({
  email: emailAddress,
  role: z.enum(['member', 'admin'], { error: 'admin.roleMissing' }),
});

/** The form that changes a role. */
export const roleForm = invitationForm.pick({ role: true });

/** The three lists of people. */
export const peopleLists = ['active', 'former', 'invited'] as const;
export type PeopleList = (typeof peopleLists)[number];

/** The list asked for; `active` when none is. */
export function parsePeopleList(value: unknown): PeopleList {
  return peopleLists.find((list) => list === value) ?? 'active';
}

/** A day in Istanbul (both ends belong to the period), or an exact ISO 8601 time with its offset. */
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

const period = { from: moment(false), to: moment(true) };

/** `from` is inclusive and `to` exclusive; of a day that is the end of the day in Istanbul. */
export const periodQuery = z.object(period).superRefine(refusePeriodBackwards);

/** What stands between the cells of a CSV: as asked, else as the reader's language has it. Null: there is no such separator. */
export function parseSeparator(value: unknown, locale: Locale): CsvSeparator | null {
  if (value === undefined || value === '') return separatorOf(locale);
  return value === 'comma' || value === 'semicolon' ? value : null;
}

/** The forms in which evidence can be downloaded. */
export const evidenceFormats = ['json', 'ndjson', 'csv'] as const;
export type EvidenceFormat = (typeof evidenceFormats)[number];

/** The form asked for, `json` when none is; null for one that we do not have. */
export function parseEvidenceFormat(value: unknown): EvidenceFormat | null {
  return value === undefined ? 'json' : (evidenceFormats.find((format) => format === value) ?? null);
}

/** The token by which a page asks how far its download is, or null: anything else is none. */
export function parseProgressToken(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9-]{16,64}$/.test(value) ? value : null;
}

function refusePeriodBackwards(
  { from, to }: { from: Date | null; to: Date | null },
  context: z.RefinementCtx,
): void {
  if (from !== null && to !== null && from >= to) {
    context.addIssue({ code: 'custom', message: 'admin.periodBackwards', path: ['to'] });
  }
}

const filterText = (max: number) =>
  z
    .string({ error: 'admin.filterWrong' })
    .trim()
    .max(max, 'admin.filterWrong')
    .regex(/^[^\0]*$/, 'admin.filterWrong')
    .optional()
    .transform((value) => (value === undefined || value === '' ? null : value));

const actions = Object.keys(auditActions) as AuditAction[];

/** The filters of the audit viewer, each null when it is not used. */
export const auditFilterQuery = z
  .object({
    /** An e-mail address, or the number of a person. */
    user: filterText(100),
    /** An action, or a group of them. */
    action: filterText(64).refine(isAction, 'admin.filterWrong'),
    result: filterText(10).refine(
      (value): value is 'success' | 'failure' | null => value === null || /^(success|failure)$/.test(value),
      'admin.filterWrong',
    ),
    resource_type: filterText(64),
    resource_id: filterText(128),
    ip: filterText(60)
      .refine((value) => value === null || isIP(value) !== 0, 'admin.ipWrong')
      .transform(normaliseAddress),
    ...period,
  })
  .superRefine(refusePeriodBackwards);

export type AuditFilterQuery = z.output<typeof auditFilterQuery>;

function isAction(value: string | null): value is AuditAction | ActionGroup | null {
  return value === null || isActionGroup(value) || actions.some((action) => action === value);
}
