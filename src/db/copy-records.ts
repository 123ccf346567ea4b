import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams';
import { limitStatements } from './stream-rows.ts';

/** A piece of the file, and how many records begin in it. A piece may begin and end within a record. */
export interface RecordsPiece {
  bytes: Buffer;
  records: number;
}

/**
 * In `json` a comma stands before each record. In `ndjson` each record has a line of its own and bears its
 * type.
 */
export type RecordForm = 'json' | 'ndjson';

/** A database that gives nothing for so long, while a reader waits, is at fault; in milliseconds. */
const SILENCE_MS = 60_000;

/** JSON text holds no control characters, so this byte in the copy always marks the beginning of a record. */
const RECORD_MARK = 0x01;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;

/**
 * The JSON objects of `query`, whose one column `record` is their text, as a list.
 *
 * 1. Postgres produces the bytes and they are only passed on: handling each row in JavaScript costs as much
 *    as producing it.
 * 2. Postgres works at the reader's pace.
 * 3. Stopping early waits until Postgres notices: abort the snapshot's signal first.
 */
export async function* copyRecords(
  snapshot: Knex.Transaction,
  query: Knex.QueryBuilder,
  form: RecordForm,
  silenceMs = SILENCE_MS,
): AsyncGenerator<RecordsPiece, void> {
  const select = await writeBindings(snapshot, query);
  // The statement lasts as long as its reader takes. `SILENCE_MS` ends it.
  await snapshot.raw('set local statement_timeout = 0');
  const client = await connectionOf(snapshot);
  // A first column of null prints nothing but the mark behind it. Joining texts in Postgres would cost more
  // than producing the JSON.
  const columns = form === 'json' ? 'null, record' : 'record';
  const stream = client.query(
    copyTo(
      `copy (select ${columns} from (${select}) as records) to stdout with (delimiter e'\\x01', null '')`,
    ),
  );
  const unescape = createUnescape();
  const end = { isOver: false };
  for (const event of ['end', 'error']) stream.once(event, () => (end.isOver = true));
  try {
    for await (const escaped of untilSilent(client, stream, silenceMs)) {
      const bytes = unescape(escaped);
      yield { bytes, records: form === 'json' ? putCommas(bytes) : countLines(bytes) };
    }
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

/**
 * Copy doubles backslashes and changes nothing else in JSON. Works on one piece after the other: a pair may
 * lie in two.
 */
function createUnescape(): (bytes: Buffer) => Buffer {
  let isPairOpen = false;
  return (bytes) => {
    const kept: Buffer[] = [];
    let from = isPairOpen ? 1 : 0;
    for (let at = bytes.indexOf(BACKSLASH, from); at !== -1; at = bytes.indexOf(BACKSLASH, from)) {
      kept.push(bytes.subarray(from, at + 1));
      from = at + 2;
    }
    isPairOpen = from > bytes.length;
    kept.push(bytes.subarray(from));
    return kept.length === 1 ? bytes.subarray(from) : Buffer.concat(kept);
  };
}

/** Replaces each mark by a comma. Returns how many there were. */
function putCommas(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(RECORD_MARK); at !== -1; at = bytes.indexOf(RECORD_MARK, at + 1)) {
    bytes[at] = COMMA;
    count += 1;
  }
  return count;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
