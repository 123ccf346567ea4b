import type { Knex } from 'knex';
import { currencies, type Currency } from '../../currency.ts';
import { NEWEST_PAYOUTS } from './newest-payouts.ts';

/** How many, and how much in minor units. */
interface Sum {
  count: number;
  minor: number;
}

/**
 * The money of some time in one currency, tax included. A charge belongs to the time when the gateway first
 * said so, a refund to the time when it was done, a document to the time when it was issued.
 */
export interface MoneyTotals {
  currency: Currency;
  /** All charges, and those of them that count, wait for a person, or were given back without counting. */
  charged: Sum;
  success: Sum;
  review: Sum;
  refunded: Sum;
  /** Orders of this time with a charge in review whose amount or currency we cannot tell. */
  unknown: number;
  /** Orders of this time that were never charged. */
  pending: number;
  failed: number;
  expired: number;
  refused: number;
  /** Money given back. */
  returned: Sum;
  /** Taken by banks in disputes, and what they gave again. */
  charged_back: Sum;
  restored: Sum;
  /** Charged, less returned and charged back, with what was restored. */
  kept_minor: number;
  invoices: Sum & { tax_minor: number };
  reversals: Sum & { tax_minor: number };
  /** By the gateway's own lists, for its days in this time: its commission, and what it transferred to us. */
  fees_minor: number;
  paid_out_minor: number;
}

/** A time from `from` up to, not with, `to`. */
interface Time {
  from: Date;
  to: Date;
}

/**
 * The money of some time, by currency; a currency without any is left out. Reads all companies: for the
 * staff.
 */
export async function readMoneyTotals(db: Knex, time: Time): Promise<MoneyTotals[]> {
  const [charges, uncharged, returned, disputed, invoices, reversals, fees, payouts] = await Promise.all([
    readCharges(db, time),
    readUncharged(db, time),
    readReturned(db, time),
    readChargebacks(db, time),
    readDocuments(db, 'invoices', time),
    readDocuments(db, 'reversals', time),
    readFees(db, time),
    readPayouts(db, time),
  ]);
  const all = currencies.map((currency): MoneyTotals => {
    const of = <Row extends { currency: string }>(rows: Row[]): Row[] =>
      rows.filter((row) => row.currency === currency);
    const byStatus = (status: string): Sum => sumOf(of(charges).filter((row) => row.status === status));
    const orders = (status: string): number =>
      sumOf(of(uncharged).filter((row) => row.status === status)).count;
    const charged = sumOf(of(charges));
    const given = sumOf(of(returned));
    const byKind = (kind: string): Sum => sumOf(of(disputed).filter((row) => row.kind === kind));
    const [taken, restored] = [byKind('taken'), byKind('restored')];
    return {
      currency,
      charged,
      success: byStatus('success'),
      review: byStatus('review'),
      refunded: byStatus('refunded'),
      unknown: orders('review'),
      pending: orders('pending'),
      failed: orders('failed'),
      expired: orders('expired'),
      refused: orders('refused'),
      returned: given,
      charged_back: taken,
      restored,
      kept_minor: charged.minor - given.minor - taken.minor + restored.minor,
      invoices: { ...sumOf(of(invoices)), tax_minor: of(invoices)[0]?.tax_minor ?? 0 },
      reversals: { ...sumOf(of(reversals)), tax_minor: of(reversals)[0]?.tax_minor ?? 0 },
      fees_minor: sumOf(of(fees)).minor,
      paid_out_minor: sumOf(of(payouts)).minor,
    };
  });
  return all.filter(hasAny);
}

function hasAny(totals: MoneyTotals): boolean {
  const { charged, unknown, pending, failed, expired, refused, returned, invoices, reversals } = totals;
  const { charged_back, restored } = totals;
  const orders = charged.count + unknown + pending + failed + expired + refused;
  const others = returned.count + charged_back.count + restored.count + invoices.count + reversals.count;
  return orders + others > 0 || totals.paid_out_minor !== 0;
}

interface SumRow {
  currency: string;
  count: number;
  minor: number;
}

function sumOf(rows: { count: number; minor: number }[]): Sum {
  return rows.reduce((sum, { count, minor }) => ({ count: sum.count + count, minor: sum.minor + minor }), {
    count: 0,
    minor: 0,
  });
}

/** By an index alone, so that a month of a million payments takes the time of that month only. */
async function readCharges(db: Knex, { from, to }: Time): Promise<(SumRow & { status: string })[]> {
  return db('payments')
    .whereNotNull('payments.charged_at')
    .where('payments.charged_at', '>=', from)
    .where('payments.charged_at', '<', to)
    .groupBy('payments.charged_currency', 'payments.status')
    .select<(SumRow & { status: string })[]>(
      'payments.charged_currency as currency',
      'payments.status',
      db.raw('count(*)::bigint as count'),
      db.raw('sum(payments.charged_minor)::bigint as minor'),
    );
}

async function readUncharged(db: Knex, { from, to }: Time): Promise<(SumRow & { status: string })[]> {
  return db('payments')
    .whereNull('payments.charged_at')
    .where('payments.created_at', '>=', from)
    .where('payments.created_at', '<', to)
    .groupBy('payments.currency', 'payments.status')
    .select<(SumRow & { status: string })[]>(
      'payments.currency',
      'payments.status',
      db.raw('count(*)::bigint as count'),
      db.raw('0::bigint as minor'),
    );
}

async function readReturned(db: Knex, { from, to }: Time): Promise<SumRow[]> {
  return db('refunds')
    .where('refunds.state', 'done')
    .where('refunds.decided_at', '>=', from)
    .where('refunds.decided_at', '<', to)
    .groupBy('refunds.currency')
    .select<SumRow[]>(
      'refunds.currency',
      db.raw('count(*)::bigint as count'),
      db.raw('sum(refunds.amount_minor)::bigint as minor'),
    );
}

async function readChargebacks(db: Knex, { from, to }: Time): Promise<(SumRow & { kind: string })[]> {
  return db('chargebacks')
    .where('chargebacks.issued_at', '>=', from)
    .where('chargebacks.issued_at', '<', to)
    .groupBy('chargebacks.currency', 'chargebacks.kind')
    .select<(SumRow & { kind: string })[]>(
      'chargebacks.currency',
      'chargebacks.kind',
      db.raw('count(*)::bigint as count'),
      db.raw('sum(chargebacks.total_minor)::bigint as minor'),
    );
}

async function readDocuments(
  db: Knex,
  table: 'invoices' | 'reversals',
  { from, to }: Time,
): Promise<(SumRow & { tax_minor: number })[]> {
  return db(table)
    .where(`${table}.issued_at`, '>=', from)
    .where(`${table}.issued_at`, '<', to)
    .groupBy(`${table}.currency`)
    .select<(SumRow & { tax_minor: number })[]>(
      `${table}.currency`,
      db.raw('count(*)::bigint as count'),
      db.raw('sum(total_minor)::bigint as minor'),
      db.raw('sum(tax_minor)::bigint as tax_minor'),
    );
}

async function readFees(db: Knex, time: Time): Promise<SumRow[]> {
  return db('gateway_movements')
    .whereRaw(DAY_WITHIN, [time.from, time.to])
    .groupBy('gateway_movements.currency')
    .select<SumRow[]>(
      'gateway_movements.currency',
      db.raw('count(*)::bigint as count'),
      db.raw('coalesce(sum(gateway_movements.fee_minor), 0)::bigint as minor'),
    );
}

/** As the newest report about each day has them: an earlier one may have come before the day was over. */
async function readPayouts(db: Knex, time: Time): Promise<SumRow[]> {
  return db
    .from(db.raw(`(${NEWEST_PAYOUTS}) as paid`))
    .whereRaw(DAY_WITHIN, [time.from, time.to])
    .groupBy('currency')
    .select<SumRow[]>(
      'currency',
      db.raw('count(*)::bigint as count'),
      db.raw('sum(net_minor)::bigint as minor'),
    );
}

const DAY_WITHIN = `day >= (? at time zone 'Europe/Istanbul')::date and day < (? at time zone 'Europe/Istanbul')::date`;
