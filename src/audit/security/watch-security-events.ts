import type { Knex } from 'knex';
import type { RequestContext } from '../request-context.ts';
import { MINUTE_MS } from '../../durations.ts';

/** The minutes that a run looks back: as many as lie between two runs (jobs.ts). */
const WINDOW_MINUTES = 5;

/** So many events of one kind are no slip of a person or a program any more. */
const MANY = 100;

/**
 * Warns in the log, at most once in five minutes, when strangers send much that is refused. The metric
 * `security_events_total` also counts what the table had no room for. Returns how many kinds it warned of.
 */
export async function watchSecurityEvents(db: Knex, context: RequestContext): Promise<string> {
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
  return `${String(kinds.length)} kinds with many events`;
}
