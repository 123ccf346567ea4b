import type { Knex } from 'knex';
import { TooManyAttempts } from '../../errors.ts';
import { createRateLimit, type RateLimit } from '../../web/rate-limit.ts';

/**
 * Each opening writes rows of evidence and starts one of our processes. A copy of many files is one opening,
 * and so is a push.
 */
const OPENINGS_PER_MINUTE = 60;

/** Counts what each person opens by SSH, with whichever key, and refused or not. */
export function createSshOpeningsLimit(db: Knex): RateLimit {
  return createRateLimit(db, { name: 'ssh-open', points: OPENINGS_PER_MINUTE, durationSeconds: 60 });
}

/** Takes one opening of the person's; false when none is left. */
export async function mayOpen(openings: RateLimit, person: { user_id: number }): Promise<boolean> {
  try {
    await openings.consume(String(person.user_id));
    return true;
  } catch (error) {
    if (!(error instanceof TooManyAttempts)) throw error;
    return false;
  }
}
