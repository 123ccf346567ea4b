import type { Knex } from 'knex';

/** One statement as the product sent it. */
export interface Statement {
  text: string;
  values: unknown[];
  /** What it answered; none for those that only steer a transaction. */
  rows: Record<string, unknown>[];
}

/** What Knex tells of a statement; `response` is the driver's own answer. */
interface KnexQuery {
  __knexQueryUid?: string;
  sql: string;
  bindings?: unknown[];
  response?: { rows?: Record<string, unknown>[] };
}

/** Every statement that `work` sends through `db`, in order, the steering of its transactions included. */
export async function recordStatements(db: Knex, work: () => Promise<unknown>): Promise<Statement[]> {
  const found: (Statement & { uid: string | undefined })[] = [];
  const onQuery = (query: KnexQuery): void => {
    found.push({ uid: query.__knexQueryUid, text: query.sql, values: query.bindings ?? [], rows: [] });
  };
  const onResponse = (_response: unknown, query: KnexQuery): void => {
    const statement = found.findLast(({ uid }) => uid !== undefined && uid === query.__knexQueryUid);
    if (statement !== undefined) statement.rows = query.response?.rows ?? [];
  };
  db.on('query', onQuery).on('query-response', onResponse);
  try {
    await work();
  } finally {
    db.removeListener('query', onQuery).removeListener('query-response', onResponse);
  }
  return found.map(({ text, values, rows }) => ({ text, values, rows }));
}
