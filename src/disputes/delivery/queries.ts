import type { Knex } from 'knex';
import type { PaidPlan } from '../../plan.ts';

/** The time on an invoice as it was bought, with what may have become of it. */
export interface InvoicedTime {
  /** The invoice. */
  id: number;
  payment_id: number;
  plan: PaidPlan;
  isUpgrade: boolean;
  start: Date;
  end: Date;
  issuedAt: Date;
  /** When what was unused of it was taken back, and later time came forward; null where it never was. */
  takenAt: Date | null;
  /** When a refund ended it. An upgrade's refund moves no end of time, so that `takenAt` lacks it. */
  endedAt: Date | null;
}

/** The time on every invoice of a company, oldest first. */
export async function listInvoicedTimes(db: Knex, companyId: number): Promise<InvoicedTime[]> {
  return db('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .where('invoices.company_id', companyId)
    .orderBy('invoices.id')
    .select<InvoicedTime[]>([
      'invoices.id',
      'invoices.payment_id',
      'invoices.plan',
      db.raw(`payments.price_facts -> 'upgrade' is not null as "isUpgrade"`),
      'invoices.period_start as start',
      'invoices.period_end as end',
      'invoices.issued_at as issuedAt',
      'payments.time_taken_at as takenAt',
      db('refunds')
        .where({ 'refunds.state': 'done', 'refunds.ends_paid_time': true })
        .where('refunds.payment_id', db.ref('payments.id'))
        .min('refunds.decided_at')
        .as('endedAt'),
    ]);
}

/** How far sessions and changes of periods were posted. */
interface DeliveryProgress {
  sessions_to: Date;
  periods_to: Date;
}

/** How far the ledger goes; its table has one row. */
export async function findDeliveryProgress(db: Knex): Promise<DeliveryProgress> {
  const progress = await db('delivery_progress').first<DeliveryProgress | undefined>(
    'sessions_to',
    'periods_to',
  );
  if (progress === undefined) throw new Error('Bug! delivery_progress has no row');
  return progress;
}

/**
 * The companies whose periods may lie elsewhere since some time: an invoice, or time that was taken back.
 * Those without any period come first.
 */
export async function listMovedCompanies(db: Knex, since: Date): Promise<number[]> {
  const { rows } = await db.raw<{ rows: { company_id: number }[] }>(
    `select company_id from (
       select company_id from invoices where issued_at >= :since
       union select company_id from payments where time_taken_at >= :since
       union select company_id from refunds where decided_at >= :since and ends_paid_time and state = 'done'
     ) as moved
     order by exists (select 1 from delivery_periods as p where p.company_id = moved.company_id), company_id`,
    { since },
  );
  return rows.map(({ company_id }) => company_id);
}
