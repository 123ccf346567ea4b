import { z } from 'zod';

/** The longest explanation of a difference, in characters. */
export const NOTE_MAX = 500;

/** The form that explains a difference. Messages are text keys. */
export const closeForm = z.object({
  note: z
    .string('finance.error_note')
    .trim()
    .min(1, 'finance.error_note')
    .max(NOTE_MAX, 'finance.error_noteLong'),
});
