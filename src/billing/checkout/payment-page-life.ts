import type { Config } from '../../config/config.ts';
import type { Payment } from '../queries.ts';

/**
 * How long the gateway keeps a payment page open: its own default, sent as `timeout_limit` (PayTR iFrame API,
 * step 1).
 */
export const PAGE_LIFE_MINUTES = 30;

/** A page with fewer minutes left is not offered again: nobody types a card number and a 3-D code faster. */
const LAST_MINUTES = 5;

/** Time that our two database steps may take on a bad day, on top of the gateway's own time limit. */
const OPENING_MARGIN_SECONDS = 30;

type Page = Pick<Payment, 'status' | 'created_at' | 'gateway_token'>;

/** True while the order has a payment page with enough time left to pay on it. */
export function canStillBePaid(payment: Page, at: Date): boolean {
  return isPageOpen(payment, at, PAGE_LIFE_MINUTES - LAST_MINUTES);
}

/** True while the gateway shows the order's payment page. */
export function isPageOpen(payment: Page, at: Date, minutes = PAGE_LIFE_MINUTES): boolean {
  return (
    payment.status === 'pending' && payment.gateway_token !== null && ageSeconds(payment, at) < minutes * 60
  );
}

/**
 * True while the gateway's answer is still being fetched. Later than that, the process that asked has died.
 */
export function isOpening(payment: Page, at: Date, config: Pick<Config, 'paytr'>): boolean {
  const limit = config.paytr.timeoutSeconds + OPENING_MARGIN_SECONDS;
  return payment.status === 'pending' && payment.gateway_token === null && ageSeconds(payment, at) < limit;
}

function ageSeconds(payment: Page, at: Date): number {
  return (at.getTime() - payment.created_at.getTime()) / 1000;
}
