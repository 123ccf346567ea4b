import { z } from 'zod';
import { line } from '../../auth/input.ts';

/** The form by which an operator asks that the second factors of a person end. */
export const factorResetForm = z.object({
  reason: line(500, 'lostFactor.reasonMissing'),
  channel: line(200, 'lostFactor.channelMissing'),
  identityCheck: line(500, 'lostFactor.identityMissing'),
});
