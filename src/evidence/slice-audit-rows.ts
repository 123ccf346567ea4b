import type { Knex } from 'knex';
import { inTime, type EvidenceScope } from './scope.ts';

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
  let above: Date | null = null;
  let months = 1;
  for (let next = months - 1; ; next += months) {
    const from = edges[next] ?? null;
    let rows = 0;
    const slice = await withRowNumbers(
      snapshot,
      { ...scope, from: from ?? scope.from, to },
      { from, to: above },
    );
    for await (const piece of read(slice)) {
      rows += countOf(piece);
      yield piece;
    }
    if (from === null) return;
    to = from;
    above = from;
    months = rows < FEW_ROWS ? 2 * months : 1;
  }
}

/**
 * With a log the slice knows which numbers its rows have, so that Postgres can choose between looking up each
 * leaf and reading all of a month's: for a person with most of the rows the latter takes half of the time.
 * `months` are the borders of months around the slice; null is open.
 */
async function withRowNumbers(
  snapshot: Knex.Transaction,
  slice: EvidenceScope,
  months: { from: Date | null; to: Date | null },
): Promise<EvidenceScope> {
  if (slice.log === undefined) return slice;
  const { least, most } = await inTime(snapshot('audit_logs'), 'audit_logs.timestamp', months)
    .min('id as least')
    .max('id as most')
    .first<{ least: number | null; most: number | null }>();
  return least === null || most === null ? slice : { ...slice, rowNumbers: { least, most } };
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
