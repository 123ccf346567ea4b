import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Difference } from './differences.ts';

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
    for (const each of found.filter((one) => knownNames.has(nameOf(one)))) {
      const { kind, about, ours_minor, theirs_minor } = each;
      await trx('finance_differences')
        .where({ kind, about })
        .whereNull('gone_at')
        .update({ last_seen_at: context.at, ours_minor, theirs_minor });
    }
    if (over.length > 0) await trx('finance_differences').whereIn('id', over).update({ gone_at: context.at });
    for (const each of fresh) {
      await trx('finance_differences').insert({ ...each, found_at: context.at, last_seen_at: context.at });
      context.log.warn({ difference: each }, 'the books and the gateway do not agree: see the finance page');
    }
    return { appeared: fresh.length, gone: over.length };
  });
}
