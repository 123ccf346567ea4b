import type { Knex } from 'knex';
import type { RequestContext } from '../request-context.ts';
import { MINUTE_MS } from '../../durations.ts';

/** The minutes that a run looks back, the same as between two runs (jobs.ts). */
const WINDOW_MINUTES = 5;

/** Number of events of one kind that no slip of a person or a program explains. */
const MANY = 100;

/**
 * Warns in the log, at most once in five minutes, when many requests of strangers are refused. The metric
 * `security_events_total` also counts the events that the table had no room for. Returns the number of kinds
 * it warned of.
 */
export async function watchSecurityEvents(db: Knex, context: RequestContext): Promise<{ busyKinds: number }> {
  const since = new Date(context.at.getTime() - WINDOW_MINUTES * MINUTE_MS);
  const kinds = await db('security_events')
    .where('at', '>', since)
    .groupBy('kind')
    .havingRaw('count(*) >= ?', [MANY])
    .orderBy('kind')
    .select<{ kind: string; events: number; addresses: number }[]>([
      'kind',
      db.raw('count(*) as events'),
      db.raw('count(distinct ip_address) as addresses'),
    ]);
  if (kinds.length > 0) {
    context.log.warn({ kinds, minutes: WINDOW_MINUTES }, 'many requests were refused: see /admin/security');
  }
  return { busyKinds: kinds.length };
}
