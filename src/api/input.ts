import { z } from 'zod';
import { parseTimedId } from '../db/timed-cursor.ts';
import { createForm } from '../workspace/input.ts';

/** Rows on a page: the default and the maximum. */
const PAGE_DEFAULT = 25;
const PAGE_MAX = 100;

const limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'api.limitOdd')
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_MAX, 'api.limitOdd'))
  .default(PAGE_DEFAULT)
  .meta({
    description: `Rows on the page, 1 to ${String(PAGE_MAX)}; ${String(PAGE_DEFAULT)} when not given`,
  });

const cursorText = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern, 'api.cursorOdd')
    .optional()
    .meta({ description: '`next_cursor` of the page before' });

/** The query of GET /workspaces. */
export const workspaceListQuery = z.object({
  limit,
  cursor: cursorText(/^[1-9]\d{0,14}$/),
});

/** The query of GET /sessions. */
export const sessionListQuery = z.object({
  limit,
  cursor: cursorText(/^[1-9]\d{0,14}-\d{1,14}$/),
});

/** The cursor with which the page starts. */
export function startOf(cursor: string | undefined): { next?: number; near?: Date | undefined } {
  const start = parseTimedId(cursor);
  return start === undefined ? {} : { next: start.id, near: start.near };
}

/** The body of POST /workspaces: the same name as on the page. */
export const createWorkspaceBody = createForm;

/** The header Idempotency-Key: printable characters without a blank. */
export const idempotencyKey = z
  .string()
  .min(1, 'api.idempotencyKeyOdd')
  .max(200, 'api.idempotencyKeyOdd')
  .regex(/^[\x21-\x7e]*$/, 'api.idempotencyKeyOdd')
  .optional()
  .meta({
    description:
      'A name of your own for this request. Sent again within 24 hours, it is answered the same and creates nothing.',
  });
