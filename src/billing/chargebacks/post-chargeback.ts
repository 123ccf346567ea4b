import type { Knex } from 'knex';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { includedTax } from '../tax/included-tax.ts';
import { takeNumber } from '../take-number.ts';
import { findStandingChargeback, type Chargeback } from './queries.ts';

/** The case whose money is posted. */
interface DisputedMoney {
  disputeId: number;
  paymentId: number;
  companyId: number;
  /** The person of the audit row when the system acts. */
  payerId: number;
}

interface PostedPayment {
  plan: string;
  currency: Currency;
  invoice_no: string | null;
  tax_percent: string | null;
  period_start: Date | null;
  period_end: Date | null;
}

/**
 * Posts that a bank took `totalMinor` of a payment: a record of its own series, copied from the receipt, with
 * the tax within the amount. The case may have one that stands: nothing is posted twice. A receipt is not
 * reversed by it: what a chargeback means for a legal invoice is the accountant's to say. Returns the audit
 * entry for the caller's transaction, or null.
 */
export async function postTaken(
  trx: Knex.Transaction,
  context: RequestContext,
  { money, totalMinor, config }: { money: DisputedMoney; totalMinor: number; config: ChargebackConfig },
): Promise<AuditEntry | null> {
  if (totalMinor <= 0) return null;
  if ((await findStandingChargeback(trx, money.disputeId)) !== undefined) return null;
  const payment = await findPostedPayment(trx, money.paymentId);
  const taxMinor = payment.tax_percent === null ? null : includedTax(totalMinor, Number(payment.tax_percent));
  const copied = {
    currency: payment.currency,
    total_minor: totalMinor,
    tax_minor: taxMinor,
    invoice_no: payment.invoice_no,
    plan: payment.plan,
    period_start: payment.period_start,
    period_end: payment.period_end,
  };
  return post(trx, context, { money, kind: 'taken', restores: null, copied, config });
}

/**
 * Posts that a bank gave again what the standing record of the case says it took: the same amounts, under a
 * number of their own. Null when none stands.
 */
export async function postRestored(
  trx: Knex.Transaction,
  context: RequestContext,
  { money, config }: { money: DisputedMoney; config: ChargebackConfig },
): Promise<AuditEntry | null> {
  const taken = await findStandingChargeback(trx, money.disputeId);
  if (taken === undefined) return null;
  const { currency, total_minor, tax_minor, invoice_no, plan, period_start, period_end } = taken;
  const copied = { currency, total_minor, tax_minor, invoice_no, plan, period_start, period_end };
  return post(trx, context, { money, kind: 'restored', restores: taken.id, copied, config });
}

type ChargebackConfig = Pick<Config, 'chargebackPrefix'>;

async function findPostedPayment(trx: Knex.Transaction, paymentId: number): Promise<PostedPayment> {
  const row = await trx('payments')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .where('payments.id', paymentId)
    .first<PostedPayment | undefined>([
      'payments.plan',
      trx.raw('coalesce(payments.charged_currency, payments.currency) as currency'),
      'invoices.invoice_no',
      'invoices.tax_percent',
      'invoices.period_start',
      'invoices.period_end',
    ]);
  if (row === undefined) throw new Error(`Bug! There is no payment ${paymentId}`);
  return row;
}

async function post(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    money: DisputedMoney;
    kind: Chargeback['kind'];
    restores: number | null;
    copied: Pick<
      Chargeback,
      'currency' | 'total_minor' | 'tax_minor' | 'invoice_no' | 'plan' | 'period_start' | 'period_end'
    >;
    config: ChargebackConfig;
  },
): Promise<AuditEntry> {
  const { money, kind, restores, copied, config } = input;
  const { year, number, issued_at: issuedAt } = await takeNumber(trx, 'chargeback_counters', context.at);
  const chargebackNo = `${config.chargebackPrefix}${String(year)}${String(number).padStart(9, '0')}`;
  const [row] = await trx('chargebacks')
    .insert({
      dispute_id: money.disputeId,
      payment_id: money.paymentId,
      company_id: money.companyId,
      kind,
      restores,
      year,
      number,
      chargeback_no: chargebackNo,
      issued_at: issuedAt,
      ...copied,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return {
    action: 'chargeback_posted',
    success: true,
    resourceType: 'dispute',
    resourceId: money.disputeId,
    userId: context.userId ?? money.payerId,
    companyId: money.companyId,
    details: {
      chargeback_no: chargebackNo,
      kind,
      payment_id: money.paymentId,
      total_minor: copied.total_minor,
      tax_minor: copied.tax_minor,
      currency: copied.currency,
      invoice_no: copied.invoice_no,
      plan: copied.plan,
    },
  };
}
