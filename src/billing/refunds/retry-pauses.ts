import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts';

/**
 * After these pauses the gateway is asked what became of a refund: 5 minutes, an hour, then daily for five
 * days. Then a person has to look.
 */
const ASK_AFTER_MS = [5 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

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

/** When the gateway is asked next, after it was asked `asks` times. Null: not any more. */
export function nextAskAt(at: Date, asks: number): Date | null {
  const pause = ASK_AFTER_MS[asks];
  return pause === undefined ? null : new Date(at.getTime() + pause);
}

/**
 * When a refund is sent again that the gateway could not make yet. `code` is the gateway's, empty when it was
 * not reached. Null: it was confirmed too long ago.
 */
export function nextSendAt(at: Date, code: string, timesSent: number, confirmedAt: Date): Date | null {
  if (at.getTime() - confirmedAt.getTime() >= GIVE_UP_AFTER_MS) return null;
  const { first, longest } = SEND_AFTER_MS[code] ?? { first: HOUR_MS, longest: DAY_MS };
  return new Date(at.getTime() + Math.min(longest, first * 2 ** Math.min(timesSent - 1, 20)));
}
