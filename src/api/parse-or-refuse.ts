import type { Response } from 'express';
import type { z } from 'zod';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf } from '../web/page-locals.ts';
import { ApiProblem } from './problems.ts';

/**
 * Parses `value` with the schema. Throws the problem `invalid-input`, which names the first fault of each
 * field in the reader's words. `name` is the field's name when the value is no object.
 */
export function parseOrRefuse<T extends z.ZodType>(
  schema: T,
  sent: unknown,
  where: { in: 'body' | 'query' | 'header'; res: Response; name?: string },
): z.output<T> {
  const parsed = schema.safeParse(sent);
  if (parsed.success) return parsed.data;
  const { t } = formatOf(where.res);
  const firstOfEach = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = where.name ?? issue.path.map(String).join('.');
    const detail = isTextKey(issue.message) ? t(issue.message) : t('api.fieldOdd');
    if (!firstOfEach.has(name)) firstOfEach.set(name, detail);
  }
  const errors = [...firstOfEach].map(([name, detail]) => ({ in: where.in, name, detail }));
  throw new ApiProblem('invalid-input', { errors });
}

/** Our schemas name a text key. zod's own messages, as for a list where text belongs, are in English. */
function isTextKey(message: string): message is TextKey {
  return /^[a-z]+\.\w+$/i.test(message);
}
