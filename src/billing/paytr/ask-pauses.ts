import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts';

/**
 * After these pauses the gateway is asked again about an unknown outcome: 5 minutes, an hour, then daily for
 * five days. Then a person has to look.
 */
export const ASK_AFTER_MS = [5 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

/** When the gateway is asked next, after it was asked `asks` times. Null: a person has to look. */
export function nextAskAt(at: Date, asks: number): Date | null {
  const pause = ASK_AFTER_MS[asks];
  return pause === undefined ? null : new Date(at.getTime() + pause);
}
