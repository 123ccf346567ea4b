import { postgreSplitterOptions, splitQuery } from 'dbgate-query-splitter';
import type { Knex } from 'knex';
import { MigrationError } from './error.ts';
import type { MigrationFile } from '../../src/db/migrations.ts';

interface Statement {
  text: string;
  /** Line of the file on which it begins, from 1. */
  line: number;
}

const TRANSACTION_CONTROL = /^(begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b/i;
const NO_TRANSACTION = /^-- no transaction\n/;
const SHOWN_LINES = 12;

/**
 * False for a file whose first line is `-- no transaction`: its statements commit one by one, as `create
 * index concurrently` wants. It must be safe to run again from the top, since a process that is killed in the
 * middle leaves what it had done.
 */
export function isTransaction({ sql }: MigrationFile): boolean {
  return !NO_TRANSACTION.test(sql);
}

/**
 * The statements of a file, without the comments before them. What the splitter cannot read (nested block
 * comments, `E'\''`, `begin atomic` bodies) ends in pieces that Postgres refuses, so such a file fails and
 * changes nothing. Throws `MigrationError` on transaction control: a file is one transaction or none, and a
 * `commit` would cut it in two.
 */
function splitStatements({ name, sql }: MigrationFile): Statement[] {
  const items = splitQuery(sql, { ...postgreSplitterOptions, returnRichInfo: true, ignoreComments: true });
  const statements = items.map(toStatement);
  const control = statements.find(({ text }) => TRANSACTION_CONTROL.test(text));
  if (control === undefined) return statements;
  throw new MigrationError(
    `${name} line ${String(control.line)}: "${control.text}" is not for a migration: each file is one transaction, or none`,
  );
}

function toStatement(item: ReturnType<typeof splitQuery>[number]): Statement {
  if (typeof item === 'string') throw new Error('the splitter gave no positions');
  return { text: item.text, line: (item.trimStart ?? item.start).line + 1 };
}

interface PostgresFault {
  message: string;
  code?: string;
  /** Character of the statement, from 1. */
  position?: string;
  detail?: string;
  hint?: string;
  where?: string;
}

interface Connection {
  query(text: string): Promise<unknown>;
}

/**
 * Runs one statement after the other on one connection. Throws `MigrationError` that names file, line and
 * statement of the first that fails.
 */
export async function runStatements(db: Knex, file: MigrationFile): Promise<void> {
  // Not db.raw: it takes every ? for a binding, and ? is an operator of jsonb.
  const client = db.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(connection: Connection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    await runOn(connection, file);
  } finally {
    if (db.isTransaction !== true) await client.releaseConnection(connection);
  }
}

async function runOn(connection: Connection, file: MigrationFile): Promise<void> {
  for (const [index, statement] of splitStatements(file).entries()) {
    try {
      await connection.query(statement.text);
    } catch (error) {
      throw new MigrationError(describeFault(file, statement, index + 1, error as PostgresFault), {
        cause: error,
      });
    }
  }
}

function describeFault(
  file: MigrationFile,
  statement: Statement,
  number: number,
  fault: PostgresFault,
): string {
  const { message, code, position, detail, hint, where } = fault;
  // Postgres counts characters, JavaScript's slice counts halves of some.
  const before = Array.from(statement.text)
    .slice(0, Number(position ?? 1) - 1)
    .join('');
  const line = statement.line + before.split('\n').length - 1;
  const notes = Object.entries({ detail, hint, where })
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => `  ${label}: ${text ?? ''}`);
  return [
    `${file.name} line ${String(line)}: ${message}${code === undefined ? '' : ` (SQLSTATE ${code})`}`,
    ...notes,
    `  in statement ${String(number)}, which begins on line ${String(statement.line)}:`,
    ...shorten(statement.text).map((text) => `  | ${text}`),
  ].join('\n');
}

function shorten(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line));
  return lines.length > SHOWN_LINES ? [...lines.slice(0, SHOWN_LINES), '…'] : lines;
}
