import { z } from 'zod';
import { composeLine, isReadableLine } from '../../web/text-line.ts';
import { REASON_MAX } from './end-legal-invoice.ts';
import { deliveryWays, saleTypes } from './legal-invoice.ts';

/** The form of an entry. Messages are text keys. */
export const entryForm = z
  .object({
    type: z.enum(saleTypes, 'legalInvoices.error_type'),
    number: z
      .string('legalInvoices.error_number')
      .transform((text) => text.replaceAll(/\s/g, '').toUpperCase())
      .refine((text) => /^[A-Z0-9]{3}20\d{11}$/.test(text), 'legalInvoices.error_number'),
    ettn: z
      .string('legalInvoices.error_ettn')
      .transform((text) => text.trim().toLowerCase())
      .refine((text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text), 'legalInvoices.error_ettn'),
    issuedOn: z.iso.date('legalInvoices.error_issuedOn'),
  })
  .refine(({ number, issuedOn }) => number.slice(3, 7) === issuedOn.slice(0, 4), {
    path: ['issuedOn'],
    message: 'legalInvoices.error_year',
  });

export const deliveryForm = z.object({ how: z.enum(deliveryWays, 'legalInvoices.error_how') });

/** The form that ends one. An unchecked box is not sent. */
export const closingForm = z.object({
  as: z.enum(['cancelled', 'withdrawn'], 'legalInvoices.error_as'),
  reason: z
    .string('legalInvoices.error_reason')
    .transform((text) => composeLine(text.replace(/[\r\n]+/g, ' ')))
    .refine((text) => text.length <= REASON_MAX && isReadableLine(text), 'legalInvoices.error_reason'),
  again: z.literal('on').optional(),
});
