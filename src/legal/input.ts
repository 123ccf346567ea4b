import { z } from 'zod';
import { locales } from '../web/locales/catalogues.ts';
import { publishedKinds } from './queries.ts';

/** The address of one version, `/legal/:kind/:version`. */
export const documentAddress = z.object({
  kind: z.enum(publishedKinds),
  version: z.string().regex(/^\d{4}-\d{2}-\d{2}[a-z]?$/),
});

/** The address of one text as a file, `/legal/:kind/:version/:locale.txt`. */
export const fileAddress = documentAddress.extend({ locale: z.enum(locales) });

const tick = z
  .literal('on')
  .optional()
  .catch(undefined)
  .transform((value) => value === 'on');

const version = z.string().max(20).optional().catch(undefined);

/** The form of `/legal/accept`: one tick for each text, and the versions that stood beside the ticks. */
export const acceptanceForm = z.object({
  acceptTerms: tick,
  acceptPrivacy: tick,
  termsVersion: version,
  privacyVersion: version,
});

export type AcceptanceForm = z.output<typeof acceptanceForm>;
