import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { ReportedMovement, ReportedPayout, ReportedPayoutLine } from '../paytr/paytr.ts';
import type { Days } from './report-days.ts';

/** A report as it came: its bytes, how many rows could be read, and the faults of the others. */
interface Report extends Days {
  kind: 'transactions' | 'payouts' | 'payout_lines';
  body: string;
  rowCount: number;
  problems: string[];
}

/** Keeps a transaction list and its lines; returns how many lines are new. */
export async function storeTransactions(
  db: Knex,
  context: RequestContext,
  report: Days & { rows: ReportedMovement[]; body: string; problems: string[] },
): Promise<number> {
  const { rows, ...kept } = report;
  return db.transaction(async (trx) => {
    const reportId = await storeReport(trx, context, {
      ...kept,
      kind: 'transactions',
      rowCount: rows.length,
    });
    const lines = await withPayments(
      trx,
      numbered(rows, ({ kind, merchant_oid, day, paid_minor, currency }) =>
        [kind, merchant_oid, day, paid_minor, currency].join(' '),
      ),
    );
    return insertNew(trx, 'gateway_movements', reportId, lines);
  });
}

/** Keeps the payouts of some days, those of each report; returns how many rows are new. */
export async function storePayouts(
  db: Knex,
  context: RequestContext,
  report: Days & { rows: ReportedPayout[]; body: string; problems: string[] },
): Promise<number> {
  const { rows, ...kept } = report;
  return db.transaction(async (trx) => {
    const reportId = await storeReport(trx, context, { ...kept, kind: 'payouts', rowCount: rows.length });
    const payouts = numbered(rows, ({ day, currency, iban, sales_minor, returns_minor, net_minor }) =>
      [day, currency, iban, sales_minor, returns_minor, net_minor].join(' '),
    );
    return insertNew(trx, 'gateway_payouts', reportId, payouts);
  });
}

/** Keeps the orders in the payouts of one day, those of each report; returns how many lines are new. */
export async function storePayoutLines(
  db: Knex,
  context: RequestContext,
  report: { day: string; rows: ReportedPayoutLine[]; body: string; problems: string[] },
): Promise<number> {
  const { rows, day, ...kept } = report;
  return db.transaction(async (trx) => {
    const days = { from: day, to: day };
    const reportId = await storeReport(trx, context, {
      ...kept,
      ...days,
      kind: 'payout_lines',
      rowCount: rows.length,
    });
    const lines = await withPayments(
      trx,
      numbered(
        rows.map((row) => ({ ...row, day })),
        ({ merchant_oid, amount_minor, currency }) => [merchant_oid, amount_minor, currency].join(' '),
      ),
    );
    return insertNew(trx, 'gateway_payout_lines', reportId, lines);
  });
}

async function storeReport(trx: Knex.Transaction, context: RequestContext, report: Report): Promise<number> {
  const { kind, from, to, body, rowCount, problems } = report;
  const bytes = Buffer.from(body, 'utf8');
  const row = { kind, from_day: from, to_day: to, body: bytes, row_count: rowCount };
  const times = { fetched_at: context.at, last_fetched_at: context.at };
  const [stored] = await trx('gateway_reports')
    .insert({ ...row, ...times, problems: JSON.stringify(problems) })
    .onConflict(['kind', 'from_day', 'to_day', 'body_sha256'])
    .merge({
      last_fetched_at: context.at,
      fetched_count: trx.raw('gateway_reports.fetched_count + 1'),
    })
    .returning<{ id: number }[]>('id');
  if (stored === undefined) throw new Error('Bug! A report was neither stored nor counted');
  return stored.id;
}

/**
 * Equal rows are numbered: the gateway gives its rows no id, and two refunds of a day may be equal, and two
 * payouts.
 */
function numbered<Row extends object>(
  rows: Row[],
  keyOf: (row: Row) => string,
): (Row & { ordinal: number })[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const key = keyOf(row);
    const ordinal = (seen.get(key) ?? 0) + 1;
    seen.set(key, ordinal);
    return { ...row, ordinal };
  });
}

/** So many order numbers fit into one question. */
const CHUNK = 1000;

async function withPayments<Row extends { merchant_oid: string }>(
  trx: Knex.Transaction,
  rows: Row[],
): Promise<(Row & { payment_id: number | null })[]> {
  const ids = new Map<string, number>();
  const numbers = [...new Set(rows.map(({ merchant_oid }) => merchant_oid))];
  for (let at = 0; at < numbers.length; at += CHUNK) {
    const found = await trx('payments')
      .whereIn('payments.merchant_oid', numbers.slice(at, at + CHUNK))
      .select<{ id: number; merchant_oid: string }[]>('payments.id', 'payments.merchant_oid');
    for (const { id, merchant_oid } of found) ids.set(merchant_oid, id);
  }
  return rows.map((row) => ({ ...row, payment_id: ids.get(row.merchant_oid) ?? null }));
}

async function insertNew(
  trx: Knex.Transaction,
  table: 'gateway_movements' | 'gateway_payouts' | 'gateway_payout_lines',
  reportId: number,
  rows: object[],
): Promise<number> {
  let added = 0;
  for (let at = 0; at < rows.length; at += CHUNK) {
    const inserted = await trx(table)
      .insert(rows.slice(at, at + CHUNK).map((row) => ({ ...row, report_id: reportId })))
      .onConflict()
      .ignore()
      .returning<{ id: number }[]>('id');
    added += inserted.length;
  }
  return added;
}
