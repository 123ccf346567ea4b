import { z } from 'zod';
import { currencies } from '../currency.ts';
import type { Cursor } from '../db/keyset.ts';
import { composeLine, isReadableLine } from '../web/text-line.ts';
import { MERCHANT_OID } from './paytr/token.ts';
import { paidPlans } from '../plan.ts';
import { countryCodes } from '../web/locales/country-name.ts';
import { customerTypes } from './queries.ts';
import { isMistypedTaxNumber, taxNumberKind } from '../tax-number.ts';

/** `/subscribe/:plan` */
export const planAddress = z.object({ plan: z.enum(paidPlans) });

/** The order that `/details` leads on to. */
export const orderQuery = z.object({ plan: z.enum(paidPlans), currency: z.enum(currencies) });

/** The hash of the text that the order page showed; empty when none came back. */
export const shownTerms = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .catch('');

/** `/checkout/:merchantOid` */
export const orderAddress = z.object({ merchantOid: z.string().regex(MERCHANT_OID) });

/** `/invoices/:id`: a positive whole number that both Postgres and JavaScript can represent. */
export const idAddress = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
});

/** A currency that has prices. The configuration decides which of them are on offer. */
export const currencyField = z.enum(currencies);

/** The query that the gateway brings back. Anything else names no order of ours. */
export const returnQuery = z.object({
  order: z.string().regex(MERCHANT_OID),
  sig: z.string().min(1).max(100),
  n: z.coerce.number().int().min(0).max(1000).catch(0),
});

/**
 * The page of a list that was asked for: after the row that `<name>Older` names, or before the row that
 * `<name>Newer` names. Anything unreadable means the newest page.
 */
export function readCursor(query: Record<string, unknown>, name: string): Cursor {
  const older = idAddress.safeParse({ id: query[`${name}Older`] });
  const newer = idAddress.safeParse({ id: query[`${name}Newer`] });
  return { next: older.data?.id, prev: newer.data?.id };
}

/** An address is typed in several lines and printed in one. */
const line = (max: number): z.ZodType<string, string> =>
  z
    .string()
    .transform((text) => composeLine(text.replace(/[\r\n]+/g, ' ')))
    .refine((text) => text.length <= max, { params: { text: 'tooLong', max } })
    .refine((text) => text === '' || isReadableLine(text), { params: { text: 'unreadable' } });

/**
 * The billing details of a company; an empty field means none. Two sources set the bounds:
 * - PayTR: 400 characters for the address, 20 for the phone (iFrame API, step 1).
 * - Tax numbers have 10 digits in Türkiye and a person's identity number has 11; other countries use letters,
 *   too.
 */
export const billingDetailsForm = z
  .object({
    /** Empty: not told yet. */
    customer_type: z.enum(['', ...customerTypes]),
    billing_name: line(120),
    billing_address: line(400),
    billing_district: line(80),
    billing_city: line(80),
    /** Empty: not told yet. */
    billing_country: z.enum(['', ...countryCodes]),
    billing_phone: line(20).refine((text) => text === '' || /^\+?[\d ()-]{7,20}$/.test(text), {
      params: { text: 'phone' },
    }),
    billing_tax_office: line(80),
    billing_tax_number: line(20)
      .refine((text) => text === '' || /^[A-Za-z0-9 ./-]{5,20}$/.test(text), {
        params: { text: 'taxNumber' },
      })
      .refine((text) => !isMistypedTaxNumber(text), { params: { text: 'taxNumberMistyped' } }),
  })
  // A consumer's invoice bears an identity number or none.
  .refine((form) => form.customer_type !== 'consumer' || taxNumberKind(form.billing_tax_number) !== 'vkn', {
    path: ['billing_tax_number'],
    params: { text: 'consumerNumber' },
  });

type BillingDetailsForm = z.output<typeof billingDetailsForm>;
export type BillingField = keyof BillingDetailsForm;
export const billingFields = Object.keys(billingDetailsForm.shape) as BillingField[];
