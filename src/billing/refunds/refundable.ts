import type { Currency } from '../../currency.ts';
import type { Payment } from '../queries.ts';
import type { Refund, RefundState } from './queries.ts';

/** The states in which the money of a refund is gone, or may be. */
const TAKEN: readonly RefundState[] = ['sent', 'waiting', 'unknown', 'done'];

/** The states in which a refund is not decided yet. */
const OPEN: readonly RefundState[] = ['requested', 'sent', 'waiting', 'unknown'];

/** How much was charged and how much of it was given back, in minor units. */
export interface RefundSums {
  chargedMinor: number;
  doneMinor: number;
  /** Confirmed, and not known to be done or refused. */
  underWayMinor: number;
  /** The most that may still be given back. */
  remainingMinor: number;
}

/** Adds the refunds of a payment up. A payment without a charge has nothing to give back. */
export function sumRefunds(
  payment: Pick<Payment, 'status' | 'charged_minor' | 'amount_minor'>,
  refunds: readonly Pick<Refund, 'state' | 'amount_minor'>[],
): RefundSums {
  const sum = (states: readonly RefundState[]): number =>
    refunds.filter(({ state }) => states.includes(state)).reduce((total, row) => total + row.amount_minor, 0);
  const chargedMinor = chargedOf(payment);
  const doneMinor = sum(['done']);
  const underWayMinor = sum(TAKEN) - doneMinor;
  return {
    chargedMinor,
    doneMinor,
    underWayMinor,
    remainingMinor: Math.max(0, chargedMinor - doneMinor - underWayMinor),
  };
}

/** The one refund of a payment that is not decided yet. */
export function openRefund<Row extends Pick<Refund, 'state'>>(refunds: readonly Row[]): Row | undefined {
  return refunds.find(({ state }) => OPEN.includes(state));
}

function chargedOf({ status, charged_minor, amount_minor }: Parameters<typeof sumRefunds>[0]): number {
  if (status === 'success') return charged_minor ?? amount_minor;
  return status === 'review' || status === 'refunded' ? (charged_minor ?? 0) : 0;
}

/** The currency in which the money of a payment is given back: that of its charge. */
export function refundCurrency(payment: Pick<Payment, 'currency' | 'charged_currency'>): Currency {
  return payment.charged_currency ?? payment.currency;
}
