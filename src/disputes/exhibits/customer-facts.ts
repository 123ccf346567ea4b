import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { readDelivery, type Delivery } from '../delivery/read-delivery.ts';

/** The facts of a case that a mail to its customer names, from the records. */
export interface CustomerFacts {
  dispute_id: number;
  company_id: number;
  company_name: string;
  payment_id: number;
  merchant_oid: string;
  reference: string | null;
  /** Disputed, in minor units; null while nobody has told. */
  amount_minor: number | null;
  currency: Currency | null;
  charged_minor: number | null;
  charged_currency: Currency | null;
  plan: PaidPlan;
  paid_at: Date | null;
  ordered_at: Date;
  invoice_no: string | null;
  payer_id: number;
  payer_name: string;
  payer_email: string;
  payer_locale: Locale;
  delivery: Pick<Delivery, 'period' | 'sessions' | 'person_proven_minutes' | 'last_use_at'>;
}

/** The facts of a case for its customer: the person who paid. */
export async function findCustomerFacts(db: Knex, disputeId: number): Promise<CustomerFacts> {
  const row = await db('disputes')
    .join('payments', 'payments.id', 'disputes.payment_id')
    .join('companies', 'companies.id', 'disputes.company_id')
    .join('users', 'users.id', 'disputes.user_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .where('disputes.id', disputeId)
    .first<Omit<CustomerFacts, 'delivery'> | undefined>([
      'disputes.id as dispute_id',
      'disputes.company_id',
      'companies.name as company_name',
      'disputes.payment_id',
      'payments.merchant_oid',
      'disputes.reference',
      'disputes.amount_minor',
      'disputes.currency',
      'payments.charged_minor',
      'payments.charged_currency',
      'payments.plan',
      'payments.paid_at',
      'payments.created_at as ordered_at',
      'invoices.invoice_no',
      'users.id as payer_id',
      'users.full_name as payer_name',
      'users.email as payer_email',
      'users.locale as payer_locale',
    ]);
  if (row === undefined) throw new Error('Bug! The case of a mail is not there');
  return { ...row, delivery: await readDelivery(db, { paymentId: row.payment_id }) };
}
