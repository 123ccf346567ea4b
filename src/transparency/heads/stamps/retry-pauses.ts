import { HOUR_MS, MINUTE_MS } from '../../../durations.ts';
import type { Tries } from './queries.ts';

/** Pauses after a round in which no authority gave a stamp. The last one holds for every later round. */
const PAUSES_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS] as const;

/** Whether the next round of questions is due after so many without a stamp. */
export function isDue({ rounds, last_asked_at: last }: Tries, at: Date): boolean {
  if (last === null) return true;
  const pauseMs = PAUSES_MS[Math.min(rounds, PAUSES_MS.length) - 1] ?? HOUR_MS;
  return at.getTime() - last.getTime() >= pauseMs;
}
