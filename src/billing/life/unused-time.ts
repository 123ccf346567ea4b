import type { Knex } from 'knex';
import {
  findOrderOfInvoice,
  listTimesAround,
  type Invoice,
  type TimeOfInvoice,
} from '../invoices/queries.ts';
import type { Subscription } from '../queries.ts';
import { movedPeriods } from './moved-periods.ts';
import { withoutPayment } from './paid-time-without.ts';

/**
 * A subscription without the unused part of the time on an invoice (`withoutPayment`), as that time lies now
 * (`movedPeriods`). Null when none of it is left, or when a later payment has converted it into days of a
 * larger plan: those end with that payment.
 */
export async function withoutUnusedTime(
  db: Knex,
  { subscription, invoice, at }: { subscription: Subscription; invoice: Invoice; at: Date },
): Promise<Subscription | null> {
  const times = movedPeriods(await listTimesAround(db, invoice));
  const bought = times.find(({ id }) => id === invoice.id);
  if (bought === undefined || times.some((time) => converts(time, bought))) return null;
  const order = await findOrderOfInvoice(db, invoice);
  return withoutPayment(subscription, order, bought, at);
}

/**
 * True when a later payment bought time of another plan that begins within some time: the rest of this was
 * then converted into days of a larger plan. An upgrade converts nothing.
 */
function converts(later: TimeOfInvoice, time: TimeOfInvoice): boolean {
  return later.id > time.id && later.plan !== time.plan && !later.isUpgrade && later.start < time.end;
}
