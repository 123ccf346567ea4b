import { z } from 'zod';
import { line, text } from '../../auth/input.ts';
import { locales } from '../../web/locales/catalogues.ts';
import { readTimeZone } from '../../web/time-zones.ts';

/** The form of `/account/profile`. */
export const profileForm = z.object({
  fullName: line(100, 'auth.fullNameMissing'),
  locale: z.enum(locales, { error: 'account.languageMissing' }),
  timeZone: text('account.timeZoneMissing')
    .max(200, 'account.timeZoneUnknown')
    .transform((name, context) => {
      const zone = readTimeZone(name);
      if (zone !== null) return zone;
      const message = name.trim() === '' ? 'account.timeZoneMissing' : 'account.timeZoneUnknown';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
});
