import { z } from 'zod';
import { currencies } from '../currency.ts';
import type { Cursor } from '../db/keyset.ts';
import { composeLine, isReadableLine } from '../web/text-line.ts';
import { MERCHANT_OID } from './paytr/token.ts';
import { paidPlans } from '../plan.ts';

/** `/subscribe/:plan` */
export const planAddress = z.object({ plan: z.enum(paidPlans) });

/** `/checkout/:merchantOid` */
export const orderAddress = z.object({ merchantOid: z.string().regex(MERCHANT_OID) });

/** `/invoices/:id`: a whole number that Postgres can hold and JavaScript can count. */
export const idAddress = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
});

/** A currency we price in; whether it is on offer is for the configuration to say. */
export const currencyField = z.enum(currencies);

/** The query the gateway brings back; anything else is no order of ours. */
export const returnQuery = z.object({
  order: z.string().regex(MERCHANT_OID),
  sig: z.string().min(1).max(100),
  n: z.coerce.number().int().min(0).max(1000).catch(0),
});

/**
 * Which page of a list: after the row `<name>Older` names or before `<name>Newer`; anything unreadable is the
 * newest page.
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
 * The billing details of a company. Empty means none. Bounds are PayTR's (address 400, phone 20 characters;
 * iFrame API, step 1); a tax number has 10 digits in Türkiye, a person's identity number 11, other countries
 * use letters too.
 */
export const billingDetailsForm = z.object({
  billing_name: line(120),
  billing_address: line(400),
  billing_phone: line(20).refine((text) => text === '' || /^\+?[\d ()-]{7,20}$/.test(text), {
    params: { text: 'phone' },
  }),
  billing_tax_office: line(80),
  billing_tax_number: line(20).refine((text) => text === '' || /^[A-Za-z0-9 ./-]{5,20}$/.test(text), {
    params: { text: 'taxNumber' },
  }),
});

type BillingDetailsForm = z.output<typeof billingDetailsForm>;
export type BillingField = keyof BillingDetailsForm;
export const billingFields = Object.keys(billingDetailsForm.shape) as BillingField[];
