import type { Knex } from 'knex';
import { findOrderOfInvoice, isConverted, type Invoice } from '../invoices/queries.ts';
import type { Subscription } from '../queries.ts';
import { withoutPayment } from './paid-time-without.ts';

/**
 * A subscription without the unused part of the time on an invoice (`withoutPayment`). Null when none of it
 * is left, or when a later payment has converted it into days of a larger plan: those end with that payment.
 */
export async function withoutUnusedTime(
  db: Knex,
  { subscription, invoice, at }: { subscription: Subscription; invoice: Invoice; at: Date },
): Promise<Subscription | null> {
  const bought = { start: invoice.period_start, end: invoice.period_end };
  const order = await findOrderOfInvoice(db, invoice);
  const without = withoutPayment(subscription, order, bought, at);
  return without === null || (await isConverted(db, invoice)) ? null : without;
}
