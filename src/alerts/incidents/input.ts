import { z } from 'zod';
import { text } from '../../auth/input.ts';
import { incidentOutcomes } from './work-on-incident.ts';

/** A note of an incident. */
export const noteForm = z.object({
  note: text('alerts.noteMissing').trim().min(1, 'alerts.noteMissing').max(2000, 'errors.tooLong'),
});

/** The form that closes an incident. */
export const closeForm = z.object({ outcome: z.enum(incidentOutcomes, { error: 'alerts.outcomeMissing' }) });

/** The tick beside the button that locks an account. */
export const secureForm = z.object({ confirm: z.literal('on', 'alerts.secureMissing') });
