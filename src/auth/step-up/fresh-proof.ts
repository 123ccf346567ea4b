import { MINUTE_MS } from '../../durations.ts';
import type { Proof } from '../../web/sessions/browser-session.ts';

/** Minutes for which a proof lets a person do what is sensitive, without being asked again. */
const PROOF_MINUTES = 10;

/**
 * True while a proof of a person is fresh. Once they have a second factor, a password alone is no proof. A
 * proof from the future is none: the clock was wrong when it was given.
 */
export function isFresh(
  proof: Proof | undefined,
  { second_factor_at }: { second_factor_at: Date | null },
  at: Date,
): boolean {
  if (proof === undefined || (second_factor_at !== null && proof.by === 'password')) return false;
  const age = at.getTime() - proof.at;
  return age >= 0 && age < PROOF_MINUTES * MINUTE_MS;
}
