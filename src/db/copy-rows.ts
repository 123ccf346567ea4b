import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams';
import { limitStatements } from './stream-rows.ts';

/** A database that gives nothing for so long, while a reader waits, is at fault; in milliseconds. */
const SILENCE_MS = 60_000;

/** How a copy prints null. */
export const COPIED_NULL = '\\N';

/**
 * The rows of `query` as lines of a copy, in batches. Columns are separated by tabs, and each character is a
 * byte of UTF-8: what is not ASCII can be passed on as it is, by the encoding `latin1`.
 */
export async function* copyRows(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
  silenceMs = SILENCE_MS,
): AsyncGenerator<string[], void> {
  let begun = '';
  for await (const bytes of copyBytes(snapshot, query, silenceMs)) {
    const lines = (begun + bytes.toString('latin1')).split('\n');
    begun = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
}

/**
 * The rows of `query` as a copy prints them, in pieces that may end within a line.
 *
 * 1. COPY is the quickest way out of Postgres: JSON of a row takes it three times as long, and rows of a
 *    cursor cost this process twice as much.
 * 2. Postgres works at the reader's pace.
 * 3. Stopping early waits until Postgres notices: abort the snapshot's signal first.
 */
export async function* copyBytes(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
  silenceMs = SILENCE_MS,
): AsyncGenerator<Buffer, void> {
  const select = await writeBindings(snapshot, query);
  // The statement lasts as long as its reader takes. `SILENCE_MS` ends it.
  await snapshot.raw('set local statement_timeout = 0');
  const client = await connectionOf(snapshot);
  const stream = client.query(copyTo(`copy (${select}) to stdout`));
  const end = { isOver: false };
  for (const event of ['end', 'error']) stream.once(event, () => (end.isOver = true));
  try {
    yield* untilSilent(client, stream, silenceMs);
  } finally {
    if (!end.isOver) await drained(stream);
  }
  await limitStatements(snapshot);
}

/**
 * COPY takes no bindings.
 * 1. Numbers, times and plain words are written into the statement, so that Postgres plans for this person
 *    and not for the average one.
 * 2. Other texts become settings of the transaction and are never part of the statement.
 */
async function writeBindings(snapshot: Knex.Transaction, query: Knex.QueryBuilder): Promise<string> {
  const { sql, bindings } = query.toSQL().toNative();
  const written = bindings.map((value, index) => writeBinding(value, `export.p${index + 1}`));
  const settings = Object.fromEntries(written.flatMap(({ setting }) => setting));
  if (Object.keys(settings).length > 0) {
    await snapshot.raw('select set_config(key, value, true) from jsonb_each_text(?::jsonb)', [
      JSON.stringify(settings),
    ]);
  }
  return sql.replace(/\$(\d+)/g, (_, number: string) => written[Number(number) - 1]?.sql ?? 'null');
}

/**
 * Letters, digits and characters without a meaning in quotes: such a text can stand in a statement as it is.
 */
const PLAIN = /^[\w .:+-]*$/;

/** How a value is written in the statement, and the setting it is read from, if any. */
function writeBinding(value: unknown, name: string): { sql: string; setting: [string, string][] } {
  if (value instanceof Date) return { sql: `'${value.toISOString()}'::timestamptz`, setting: [] };
  if (Number.isSafeInteger(value)) return { sql: `${String(value)}::bigint`, setting: [] };
  const asked = (type: string): string => `(select current_setting('${name}')::${type})`;
  if (typeof value === 'string') {
    return PLAIN.test(value)
      ? { sql: `'${value}'::text`, setting: [] }
      : { sql: asked('text'), setting: [[name, value]] };
  }
  if (Array.isArray(value)) {
    const texts = value.map(String);
    const array = `{${texts.map((text) => JSON.stringify(text)).join(',')}}`;
    return texts.every((text) => PLAIN.test(text))
      ? { sql: `'${array}'::text[]`, setting: [] }
      : { sql: asked('text[]'), setting: [[name, array]] };
  }
  throw new Error(`Bug! a ${typeof value} cannot be bound to a copy`);
}

/** Knex hands out the connection of a transaction and takes it back when the transaction ends. */
async function connectionOf(snapshot: Knex.Transaction): Promise<Client> {
  const { client } = snapshot as unknown as { client: { acquireConnection(): Promise<unknown> } };
  return (await client.acquireConnection()) as Client;
}

/** A silent connection is closed, which ends the statement with that error. */
async function* untilSilent(
  client: Client,
  stream: CopyToStreamQuery,
  silenceMs: number,
): AsyncGenerator<Buffer, void> {
  const { connection } = client as unknown as { connection: { stream: Socket } };
  const pieces = stream.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  try {
    for (;;) {
      const silence = setTimeout(() => {
        connection.stream.destroy(new Error(`Postgres gave nothing for ${silenceMs / 1000} seconds`));
      }, silenceMs);
      const result = await pieces.next().finally(() => {
        clearTimeout(silence);
      });
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    // While this iterator listens, nobody else can read the rest.
    await pieces.return?.();
  }
}

/** A connection does one thing at a time: it is free again when the rest has arrived. */
async function drained(stream: CopyToStreamQuery): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('end', resolve).once('error', () => {
      resolve();
    });
    stream.resume();
  });
}

/** What a backslash and a letter stand for in a copy. Any other character stands for itself. */
const ESCAPED: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The text of a column of a copy that is not null. */
export function unescapeCopied(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter);
}
