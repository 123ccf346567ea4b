import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { leafTypes } from '../leaves/leaf-types.ts';
import { appendLeaves, hashRecords } from './append-leaves.ts';
import { lockSequencing } from './sequencing-lock.ts';
import { listWithoutLeaf } from './without-leaf.ts';

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
        await lockSequencing(trx);
        const records = await listWithoutLeaf(trx, type, (query) => {
          void query.limit(BATCH_ROWS);
          if (type.isFinal === undefined)
            void query.whereRaw(`${type.table}.id <= (select settled_to from log_cursors where type = ?)`, [
              type.type,
            ]);
          else void query.whereRaw(`${type.finalAt} < ?::timestamptz - ${SETTLED}`, [at]);
        });
        await appendLeaves(trx, at, await hashRecords(trx, at, records));
        return records.length;
      });
      count += found;
      if (found < BATCH_ROWS) break;
    }
  }
  return count;
}
