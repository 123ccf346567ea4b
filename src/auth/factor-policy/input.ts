import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { TIME_ZONE } from '../../local-calendar.ts';
import { text } from '../input.ts';

/** A day from whose beginning on a second factor is needed; an empty field ends the rule. */
export const policyForm = z.object({
  from: text('factorPolicy.dayWrong')
    .trim()
    .transform((value, check): Date | null => {
      if (value === '') return null;
      try {
        const day = Temporal.PlainDate.from(value, { overflow: 'reject' });
        if (day.year > 2100 || day.year < 2000) throw new RangeError('not in this century');
        return new Date(day.toZonedDateTime(TIME_ZONE).epochMilliseconds);
      } catch {
        check.addIssue({ code: 'custom', message: 'factorPolicy.dayWrong' });
        return z.NEVER;
      }
    }),
});
