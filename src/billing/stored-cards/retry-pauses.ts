import { DAY_MS, HOUR_MS } from '../../durations.ts';

/** Why a charge was certainly not made, and may be tried again later. */
export type RetryReason = 'busy' | 'unsent' | 'declined';

/**
 * Pauses after which a charge is tried again, by how often it was tried. A card that the bank declined for
 * want of money may be good some days later; another charge of the card, or a gateway that is down, passes
 * sooner.
 */
const PAUSES_MS: Record<RetryReason, readonly number[]> = {
  busy: [HOUR_MS, 4 * HOUR_MS, DAY_MS, DAY_MS],
  unsent: [HOUR_MS, 4 * HOUR_MS, DAY_MS, DAY_MS],
  declined: [DAY_MS, 2 * DAY_MS, 3 * DAY_MS],
};

/** When a charge is tried again after so many tries; null: no more. */
export function nextTryAt(reason: RetryReason, tries: number, at: Date): Date | null {
  const pause = PAUSES_MS[reason][tries - 1];
  return pause === undefined ? null : new Date(at.getTime() + pause);
}

/**
 * True for a refusal after which the same card may be charged again: 0 is the bank's own word, such as too
 * little money. The others want the card's holder, another card or a person's look (PayTR iFrame API, step
 * 2: failed_reason_code), and unknown ones count among them.
 */
export function isWorthRetrying(failedReasonCode: string | null): boolean {
  return failedReasonCode === '0';
}
