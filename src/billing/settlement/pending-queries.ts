import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import { HOUR_MS } from '../../durations.ts';
import { paymentColumns, type Payment } from '../queries.ts';

/**
 * Pending payments that were started before `startedBefore` and are due to be asked about. Payments never
 * asked about come first, then those that were due first.
 */
export async function listOverduePayments(
  db: Knex,
  input: { startedBefore: Date; at: Date; limit: number },
): Promise<Payment[]> {
  return db('payments')
    .where('payments.status', 'pending')
    .where('payments.created_at', '<', input.startedBefore)
    .where((due) => {
      due.whereNull('payments.ask_again_at').orWhere('payments.ask_again_at', '<=', input.at);
    })
    .orderBy([
      { column: 'payments.ask_again_at', nulls: 'first' },
      { column: 'payments.created_at' },
      { column: 'payments.id' },
    ])
    .limit(input.limit)
    .select<Payment[]>(paymentColumns);
}

/** After so many failed attempts somebody should look. */
export const STUCK_AFTER_FAILURES = 3;

/** A payment page lives half an hour, so a payment this old should have ended. */
const STUCK_AFTER_HOURS = 2;

/** A pending payment whose outcome the gateway has neither reported nor answered. */
interface StuckPayment {
  merchant_oid: string;
  company_id: number;
  company_name: string;
  currency: Currency;
  amount_minor: number;
  created_at: Date;
  asks_failed: number;
  asked_at: Date | null;
  ask_again_at: Date | null;
  ask_problem: string | null;
}

/** Payments without any news for too long, of all companies, oldest first. For operators only. */
export async function listStuckPayments(db: Knex, at: Date, limit: number): Promise<StuckPayment[]> {
  return stuckPayments(db, at)
    .join('companies', 'companies.id', 'payments.company_id')
    .orderBy([{ column: 'payments.created_at' }, { column: 'payments.id' }])
    .limit(limit)
    .select<StuckPayment[]>(
      'payments.merchant_oid',
      'payments.company_id',
      'companies.name as company_name',
      'payments.currency',
      'payments.amount_minor',
      'payments.created_at',
      'payments.asks_failed',
      'payments.asked_at',
      'payments.ask_again_at',
      'payments.ask_problem',
    );
}

/**
 * How many payments have been without news for too long, over all companies. Throws when the count takes
 * longer than `timeoutMs`.
 */
export async function countStuckPayments(db: Knex, at: Date, timeoutMs: number): Promise<number> {
  const row = await stuckPayments(db, at)
    .count('* as count')
    .timeout(timeoutMs)
    .first<{ count: number } | undefined>();
  return row?.count ?? 0;
}

function stuckPayments(db: Knex, at: Date): Knex.QueryBuilder {
  const openedBefore = new Date(at.getTime() - STUCK_AFTER_HOURS * HOUR_MS);
  return db('payments')
    .where('payments.status', 'pending')
    .where((stuck) => {
      stuck
        .where('payments.asks_failed', '>=', STUCK_AFTER_FAILURES)
        .orWhere('payments.created_at', '<', openedBefore);
    });
}
