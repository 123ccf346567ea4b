import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import { MINUTE_MS } from '../../../durations.ts';

/**
 * Minutes until a legal invoice that lacks something is tried again: the buyer may have told it meanwhile.
 */
const RETRY_MINUTES = 15;
/** Bounded by the table. */
const PROBLEM_MAX = 500;

/** Writes down why a locked legal invoice cannot be issued now, and when to try again. */
export async function postponeIssue(
  trx: Knex.Transaction,
  context: RequestContext,
  { id, problem }: { id: number; problem: string },
): Promise<void> {
  await trx('legal_invoices')
    .where({ id })
    .update({
      problem: problem.slice(0, PROBLEM_MAX),
      ask_again_at: new Date(context.at.getTime() + RETRY_MINUTES * MINUTE_MS),
    });
}
