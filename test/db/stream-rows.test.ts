import { expect, it } from 'vitest';
import { inSnapshot, streamShortList } from '../../src/db/stream-rows.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase({ isUnused: true });

it('has a cursor look rows up that an index finds: for its first row alone Postgres would read the table', async () => {
  await database.db.raw(
    `insert into log_leaves (log_id, leaf_index, type, record_id, leaf_hash)
     select 1, n, 'audit_log', n, sha256('') from generate_series(0, 2999) as n`,
  );
  await database.ownerDb.raw('analyze log_leaves');
  const plans = inSnapshot(database.db, new AbortController().signal, async function* (snapshot) {
    yield await snapshot.raw<{ rows: { 'QUERY PLAN': string }[] }>(
      `explain declare found no scroll cursor for
       select * from log_leaves where record_id = any(array(select n::bigint from generate_series(1, 3) as n))`,
    );
  });
  for await (const { rows } of plans)
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan .*uq_log_leaves_record/);
});

it.each([
  [0, 'nothing', []],
  [500, 'one batch', [500]],
  [501, 'two batches', [500, 1]],
])('gives a list of %d rows whole and in order, as %s', async (count, _as, expected) => {
  const lists = inSnapshot(database.db, new AbortController().signal, (snapshot) =>
    streamShortList<{ n: number }>(
      snapshot,
      snapshot
        .from(snapshot.raw('generate_series(1, ?) as n', [count]))
        .select('n')
        .orderBy('n'),
    ),
  );
  const batches: number[][] = [];
  for await (const rows of lists) batches.push(rows.map(({ n }) => n));
  expect(batches.map((rows) => rows.length)).toEqual(expected);
  expect(batches.flat()).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});
