import type { Response } from 'express';
import type { z } from 'zod';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf } from '../web/page-locals.ts';
import { ApiProblem } from './problems.ts';

/**
 * What was sent, as the schema understands it. Throws the problem `invalid-input` that names the first fault
 * of each field, in the reader's words. `name` is what is read when it is no object.
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

/** Our schemas name a text; what zod says itself, of a list where text belongs, is English and its own. */
function isTextKey(message: string): message is TextKey {
  return /^[a-z]+\.\w+$/i.test(message);
}
