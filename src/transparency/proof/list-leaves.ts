import type { Knex } from 'knex';
import { streamRows } from '../../db/stream-rows.ts';
import { disclosuresOf, leafText, type LeafRecord } from '../leaves/leaf.ts';
import { joinLeaf } from '../leaves/join-leaf.ts';
import { leafRows, toLeafRecord } from '../leaves/leaf-rows.ts';
import { leafType } from '../leaves/leaf-types.ts';
import { readSalts } from '../leaves/read-salts.ts';
import type { ShownLog } from './find-shown-log.ts';

/** A leaf that a proof has as text, with those of its personal fields that are shown. */
export interface ShownLeaf {
  index: number;
  leaf: string;
  disclosures: string[];
}

/** The rows whose leaves are to be shown as text. */
export interface LeafChoice {
  type: string;
  narrow: (query: Knex.QueryBuilder) => void;
  /** Further columns, for `isShown`. */
  columns?: Knex.Raw[];
  isShown: (field: string, record: LeafRecord, row: Record<string, unknown>) => boolean;
}

type Row = Record<string, unknown> & { leaf_index: number; kept_leaf: string | null };

/**
 * The leaves of some rows of one kind, in no order, in batches. The text of an erased row was kept, and shows
 * none of its personal fields.
 */
export async function* listLeaves(
  snapshot: Knex.Transaction,
  log: ShownLog,
  { type: name, narrow, columns = [], isShown }: LeafChoice,
): AsyncGenerator<ShownLeaf[], void> {
  const type = leafType(name);
  const query = joinLeaf(leafRows(snapshot, type), type)
    .where('leaf.log_id', log.id)
    .where('leaf.leaf_index', '<', log.size)
    .joinRaw(
      `left join log_kept_leaves as kept
       on kept.log_id = leaf.log_id and kept.leaf_index = leaf.leaf_index`,
    )
    .select(['leaf.leaf_index', 'kept.leaf as kept_leaf', ...columns])
    .modify(narrow);
  for await (const rows of streamRows<Row>(snapshot, query)) {
    const records = rows.map((row) => ({ row, record: toLeafRecord(type, row) }));
    const saltsOf = await readSalts(
      snapshot,
      records.map(({ record }) => record),
    );
    yield records.map(({ row, record }): ShownLeaf => {
      const index = row.leaf_index;
      if (row.kept_leaf !== null) return { index, leaf: row.kept_leaf, disclosures: [] };
      const salts = saltsOf(record);
      if (salts === undefined)
        throw new Error(`the key of ${name} ${String(record.id)} is gone, and its leaf was not kept`);
      return {
        index,
        leaf: leafText(record, salts),
        disclosures: disclosuresOf(record, salts, (field) => isShown(field, record, row)),
      };
    });
  }
}
