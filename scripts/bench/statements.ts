import type { Knex } from 'knex';

/** A statement as the product sent it. */
export interface Statement {
  /** Under which a connection keeps it prepared. */
  name: string | undefined;
  text: string;
  values: unknown[];
  /** The rows of the answer; empty for statements that only steer a transaction. */
  rows: Record<string, unknown>[];
}

/** The event of Knex about a statement; `response` is the driver's own answer. */
interface KnexQuery {
  __knexQueryUid?: string;
  sql: string;
  bindings?: unknown[];
  options?: { name?: string };
  response?: { rows?: Record<string, unknown>[] };
}

/** Every statement that `work` sends through `db`, in order, the steering of its transactions included. */
export async function recordStatements(db: Knex, work: () => Promise<unknown>): Promise<Statement[]> {
  const found: (Statement & { uid: string | undefined })[] = [];
  const onQuery = (query: KnexQuery): void => {
    const { __knexQueryUid: uid, sql, bindings, options } = query;
    found.push({ uid, name: options?.name, text: sql, values: bindings ?? [], rows: [] });
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
  return found.map(({ name, text, values, rows }) => ({ name, text, values, rows }));
}
