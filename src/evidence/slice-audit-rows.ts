import type { Knex } from 'knex';
import type { EvidenceScope } from './scope.ts';

/**
 * A slice with fewer rows is followed by one of twice as many months, so that a quiet person costs few
 * queries.
 */
const FEW_ROWS = 5000;

/**
 * Calls `read` for one stretch of time after the other, newest first, and yields the results; together they
 * are all of `scope`, without a gap. `countOf` says how many rows a piece holds.
 *
 * 1. A slice covers whole months, by which the table is partitioned: one, and after a slice of few rows twice
 *    as many as before.
 * 2. Postgres then plans few partitions at once and sorts in memory, and the first row comes after one month.
 *    A million rows would be sorted through files first.
 */
export async function* sliceAuditRows<Piece>(
  snapshot: Knex.Transaction,
  scope: EvidenceScope,
  read: (slice: EvidenceScope) => AsyncIterable<Piece>,
  countOf: (piece: Piece) => number,
): AsyncGenerator<Piece, void> {
  const edges = await listEdges(snapshot, scope);
  let to = scope.to;
  let months = 1;
  for (let next = months - 1; ; next += months) {
    const from = edges[next] ?? null;
    let rows = 0;
    for await (const piece of read({ ...scope, from: from ?? scope.from, to })) {
      rows += countOf(piece);
      yield piece;
    }
    if (from === null) return;
    to = from;
    months = rows < FEW_ROWS ? 2 * months : 1;
  }
}

/** The borders of months within the scope, none in the future; newest first. */
async function listEdges(snapshot: Knex.Transaction, { from, to, download }: EvidenceScope): Promise<Date[]> {
  const { rows } = await snapshot.raw<{ rows: { starts_at: Date }[] }>(
    `select starts_at from list_partitions('audit_logs')
     where starts_at > coalesce(?::timestamptz, '-infinity') and starts_at < coalesce(?::timestamptz, ?::timestamptz)
     order by starts_at desc`,
    [from, to, download.at],
  );
  return rows.map(({ starts_at }) => starts_at);
}
