import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import { DAY_MS } from '../../../durations.ts';
import { obtainStamp, type StampConfig } from './obtain-stamp.ts';
import { listUnstampedPackages } from './queries.ts';
import { isDue } from './retry-pauses.ts';

/** For so long a package without a stamp is asked about: later its stamp would say little. */
const GIVE_UP_AFTER_MS = 30 * DAY_MS;

/** Asks again for the stamps of packages that got none, with longer and longer pauses. */
export async function retryStamps(
  db: Knex,
  context: RequestContext,
  { config }: { config: StampConfig },
): Promise<{ stamped: number; failed: number }> {
  const done = { stamped: 0, failed: 0 };
  const waiting = await listUnstampedPackages(db, new Date(context.at.getTime() - GIVE_UP_AFTER_MS));
  for (const { digest, ...tries } of waiting) {
    if (!isDue(tries, context.at)) continue;
    const outcome = await obtainStamp(db, context, { subject: 'package', checkpoint: null, digest, config });
    done[outcome] += 1;
  }
  return done;
}
