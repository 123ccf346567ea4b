import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts';

/** The first and the longest pause before a refund that the gateway refused for now is sent again. */
const SEND_AFTER_MS: Record<string, { first: number; longest: number }> = {
  // Locked during a payout, which is over within the day.
  '000': { first: 15 * MINUTE_MS, longest: 6 * HOUR_MS },
  // Our answer to the notification has not arrived yet.
  '007': { first: 5 * MINUTE_MS, longest: 6 * HOUR_MS },
  // Sales have to fill the gateway's account first.
  '010': { first: HOUR_MS, longest: DAY_MS },
  // The gateway was not reached.
  '': { first: MINUTE_MS, longest: HOUR_MS },
};

/** For so long a refund is sent again; then it counts as refused, and a person may ask for another one. */
const GIVE_UP_AFTER_MS = 7 * DAY_MS;

/**
 * When a refund is sent again that the gateway could not make yet. `code` is the gateway's, empty when it was
 * not reached. Null: it was confirmed too long ago.
 */
export function nextSendAt(at: Date, code: string, timesSent: number, confirmedAt: Date): Date | null {
  if (at.getTime() - confirmedAt.getTime() >= GIVE_UP_AFTER_MS) return null;
  const { first, longest } = SEND_AFTER_MS[code] ?? { first: HOUR_MS, longest: DAY_MS };
  return new Date(at.getTime() + Math.min(longest, first * 2 ** Math.min(timesSent - 1, 20)));
}
