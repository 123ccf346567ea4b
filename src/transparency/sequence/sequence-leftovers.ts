import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { leafRows, leafTypes, toLeafRecord } from '../leaves/leaf-types.ts';
import { appendLeaves } from './append-leaves.ts';
import { withoutLeaf } from './sequence-rows.ts';

const BATCH_ROWS = 5000;

/** A row that is younger may still be on its way to its leaf. */
const SETTLED = "interval '1 hour'";

/**
 * Gives every row of evidence that has no leaf a later index, wherever it is: what the usual look cannot
 * find, since it only looks at newer ids. Returns how many there were; above zero somebody should ask why.
 * For the weekly check, since it reads every table.
 */
export async function sequenceLeftovers(db: Knex, { at }: Pick<RequestContext, 'at'>): Promise<number> {
  let count = 0;
  for (const type of leafTypes) {
    for (;;) {
      const found = await db.transaction(async (trx) => {
        await trx.raw("select pg_advisory_xact_lock(hashtextextended('sequence the logs', 0))");
        const query = withoutLeaf(leafRows(trx, type), type).orderBy(`${type.table}.id`).limit(BATCH_ROWS);
        if (type.isFinal === undefined)
          void query.whereRaw(`${type.table}.id <= (select settled_to from log_cursors where type = ?)`, [
            type.type,
          ]);
        else void query.whereRaw(`${type.finalAt} < ?::timestamptz - ${SETTLED}`, [at]);
        const records = await query.then((rows: Record<string, unknown>[]) =>
          rows.map((row) => toLeafRecord(type, row)),
        );
        await appendLeaves(trx, at, records);
        return records.length;
      });
      count += found;
      if (found < BATCH_ROWS) break;
    }
  }
  return count;
}
