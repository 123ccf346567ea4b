import type { Knex } from 'knex';
import { isReused } from '../database.ts';

/** A node of a plan from `explain (format json)`. */
export interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/**
 * The nodes of the plan of every query that `work` makes, in order of the queries. A query may read a whole
 * table, or sort without `maySort`, only where there is no other way: the tables of tests are too small for
 * Postgres to avoid it. With `ties` only rows of the same moment may be sorted;
 * with `mayCombine` Postgres may combine what it finds in indexes, as an "or" needs it. Rejects for
 * a database that another file has used.
 */
export async function plansOf(
  db: Knex,
  work: (trx: Knex) => Promise<unknown>,
  { maySort = false, mayCombine = false }: { maySort?: boolean | 'ties'; mayCombine?: boolean } = {},
): Promise<PlanNode[][]> {
  if (isReused({ db })) throw new Error('a test of plans needs useTestDatabase({ isUnused: true })');
  return db.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off');
    if (!mayCombine) await trx.raw('set local enable_bitmapscan = off');
    if (maySort !== true) await trx.raw('set local enable_sort = off');
    if (maySort === false) await trx.raw('set local enable_incremental_sort = off');
    const queries: { sql: string; bindings: readonly Knex.RawBinding[] }[] = [];
    trx.on('query', (query: (typeof queries)[number]) => queries.push(query));
    await work(trx);
    trx.removeAllListeners('query');
    const plans: PlanNode[][] = [];
    for (const { sql, bindings } of queries) plans.push(await explain(trx, sql, bindings));
    return plans;
  });
}

async function explain(trx: Knex, sql: string, bindings: readonly Knex.RawBinding[]): Promise<PlanNode[]> {
  const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] }>(
    `explain (format json) ${sql.replaceAll('\\?', '?').replaceAll(/\$\d+/g, '?')}`,
    bindings,
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  return plan === undefined ? [] : flatten(plan);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** The parent of each partition and of each of its indexes, by name. */
export async function findParents(db: Knex): Promise<Map<string, string>> {
  const { rows } = await db.raw<{ rows: { child: string; parent: string }[] }>(
    'select inhrelid::regclass::text as child, inhparent::regclass::text as parent from pg_inherits',
  );
  return new Map(rows.map(({ child, parent }) => [child, parent]));
}
