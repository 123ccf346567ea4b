import { z } from 'zod';
import { parseTimedId, type TimedCursor } from '../db/timed-cursor.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { PORT_MAX, PORT_MIN } from './port-label.ts';
import { composeLine, isReadableLine } from '../web/text-line.ts';

/** Same as the column's bound. */
const NAME_MAX = 60;

const nameErrors = {
  missing: 'workspace.nameMissing',
  tooLong: 'workspace.nameTooLong',
  odd: 'workspace.nameOdd',
} satisfies Record<string, TextKey>;

/** The form of POST /workspace. Messages are keys of the catalogue. */
export const createForm = z.object({
  name: z
    .string(nameErrors.missing)
    .transform(composeLine)
    .pipe(
      z
        .string()
        .min(1, nameErrors.missing)
        .max(NAME_MAX, nameErrors.tooLong)
        // The bounds stand in the pattern as well, since the API's document shows only patterns.
        .regex(/[\p{L}\p{N}]/u, nameErrors.odd)
        .refine(isReadableLine, nameErrors.odd),
    ),
});

/** The form of POST /workspace/:id/restore. Without a name in the form the workspace keeps its own. */
export const restoreForm = z.object({ name: createForm.shape.name.optional() });

const id = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);

/** `:id` in an address; anything else is an address that does not exist. */
export const addressWithId = z.object({ id });

/** `:label` in an address: a workspace's name at WORKSPACE_DOMAIN. */
export const addressWithLabel = z.object({ label: z.string().regex(/^[a-z0-9-]{1,63}$/) });

/**
 * The port in the form of POST /workspace/:id/enter, and in the address of a workspace's page. Without one it
 * is the workspace itself.
 */
export const portForm = z.object({
  port: z
    .string('workspace.portInvalid' satisfies TextKey)
    .trim()
    .regex(/^\d{1,5}$/, 'workspace.portInvalid' satisfies TextKey)
    .transform(Number)
    .refine((port) => port >= PORT_MIN && port <= PORT_MAX, 'workspace.portInvalid' satisfies TextKey)
    .optional(),
});

/**
 * The query with which a browser comes back from a workspace's host: its entry, and the hash of its cookie
 * there. The hash is null when the text cannot be a hash.
 */
export const entryQuery = z.object({
  entry: z.unknown().optional(),
  state: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .catch(null),
});

/** The form of POST /workspace/:id/activity. Without an id the report is for the session that is open. */
export const activityForm = z.object({ sessionId: id.optional() });

const timedId = z.unknown().optional().transform(parseTimedId);

/**
 * The place in a list, newest first, where a page starts: `before` one row (older rows) or `after` it. A
 * value that cannot be read means the first page.
 */
export const pageQuery = z
  .object({ before: timedId, after: timedId })
  .transform(({ before, after }): TimedCursor =>
    after === undefined ? { next: before?.id, near: before?.near } : { prev: after.id, near: after.near },
  );
