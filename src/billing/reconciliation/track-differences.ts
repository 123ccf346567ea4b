import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Difference } from './differences.ts';

/** So many rows fit into one statement. */
const CHUNK = 1000;

/** The changes that a look brought: how many differences are new, and how many are gone. */
interface Tracked {
  appeared: number;
  gone: number;
}

/**
 * Writes down what a look found: a new difference gets a row, one that is still there is seen again with its
 * amounts of now, and one that was not found any more is gone. A difference that an operator explained stays
 * explained while it lasts. Looks of several processes at once end as one.
 */
export async function trackDifferences(
  db: Knex,
  context: RequestContext,
  found: Difference[],
): Promise<Tracked> {
  return db.transaction(async (trx) => {
    await trx.raw('lock table finance_differences in share row exclusive mode');
    const known = await trx('finance_differences')
      .whereNull('gone_at')
      .select<{ id: number; kind: string; about: string }[]>('id', 'kind', 'about');
    const nameOf = ({ kind, about }: { kind: string; about: string }): string => `${kind} ${about}`;
    const names = new Set(found.map(nameOf));
    const knownNames = new Set(known.map(nameOf));
    const fresh = found.filter((each) => !knownNames.has(nameOf(each)));
    const over = known.filter((each) => !names.has(nameOf(each))).map(({ id }) => id);
    await seeAgain(
      trx,
      context,
      found.filter((each) => knownNames.has(nameOf(each))),
    );
    if (over.length > 0) await trx('finance_differences').whereIn('id', over).update({ gone_at: context.at });
    await trx.batchInsert(
      'finance_differences',
      fresh.map((each) => ({ ...each, found_at: context.at, last_seen_at: context.at })),
      CHUNK,
    );
    for (const difference of fresh)
      context.log.warn({ difference }, 'the books and the gateway do not agree: see the finance page');
    return { appeared: fresh.length, gone: over.length };
  });
}

/** In one statement, since hundreds may wait for somebody. */
async function seeAgain(trx: Knex.Transaction, context: RequestContext, still: Difference[]): Promise<void> {
  await trx.raw(
    `update finance_differences
     set last_seen_at = ?, ours_minor = seen.ours_minor, theirs_minor = seen.theirs_minor
     from jsonb_to_recordset(?::jsonb) as seen (kind text, about text, ours_minor bigint, theirs_minor bigint)
     where finance_differences.gone_at is null
       and finance_differences.kind = seen.kind and finance_differences.about = seen.about`,
    [context.at, JSON.stringify(still)],
  );
}
