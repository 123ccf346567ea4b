import type { Knex } from 'knex';
import type { MigrationFile } from '../../src/db/migrations.ts';
import { MigrationError } from './error.ts';

const TRANSACTION_CONTROL =
  /(?<=^|;)\s*(begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b/i;
const NO_TRANSACTION = /^-- no transaction\n/;

/** Comments, bodies of functions, and texts: what stands in them is no statement of the file. */
const NO_STATEMENT = /--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|'[^']*'|"[^"]*"/g;

/**
 * False for a file whose first line is `-- no transaction`: a single statement that Postgres runs outside of
 * any transaction, as `create index concurrently` needs. The statement must be safe to run again, since a
 * killed process leaves what it had done.
 */
export function isTransaction({ sql }: MigrationFile): boolean {
  return !NO_TRANSACTION.test(sql);
}

interface PostgresFault {
  message: string;
  code?: string;
  /** Character of the file, from 1. Absent when a statement was understood and failed at its work. */
  position?: string;
  detail?: string;
  hint?: string;
  where?: string;
}

interface Connection {
  query(text: string): Promise<unknown>;
}

/**
 * Runs a file as one query. Throws `MigrationError` that names the file, and the line where Postgres reports
 * one. Transaction control is refused before anything runs, since a `commit` would cut the file in two.
 */
export async function runFile(db: Knex, file: MigrationFile): Promise<void> {
  refuseTransactionControl(file);
  // Not db.raw: it takes every ? for a binding, and ? is an operator of jsonb.
  const client = db.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(connection: Connection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    await connection.query(file.sql);
  } catch (error) {
    throw new MigrationError(describeFault(file, error as PostgresFault), { cause: error });
  } finally {
    if (db.isTransaction !== true) await client.releaseConnection(connection);
  }
}

function refuseTransactionControl({ name, sql }: MigrationFile): void {
  const statements = sql.replace(NO_STATEMENT, (text) => text.replaceAll(/[^\n]/g, ' '));
  const control = TRANSACTION_CONTROL.exec(statements);
  const word = control?.[1];
  if (control === null || word === undefined) return;
  const line = lineOf(sql, control.index + control[0].length);
  throw new MigrationError(
    `${name} line ${String(line)}: "${word}" is not for a migration: each file is one transaction, or none`,
  );
}

function describeFault({ name, sql }: MigrationFile, fault: PostgresFault): string {
  const { message, code, position, detail, hint, where } = fault;
  // Postgres counts characters, JavaScript counts halves of some.
  const line =
    position === undefined
      ? undefined
      : lineOf(
          Array.from(sql)
            .slice(0, Number(position) - 1)
            .join(''),
        );
  const notes = Object.entries({ detail, hint, where })
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => `  ${label}: ${text ?? ''}`);
  return [
    `${name}${line === undefined ? '' : ` line ${String(line)}`}: ${message}${code === undefined ? '' : ` (SQLSTATE ${code})`}`,
    ...notes,
    ...(line === undefined ? [] : [`  | ${sql.split('\n')[line - 1]?.slice(0, 160) ?? ''}`]),
  ].join('\n');
}

/** The line on which a text ends, from 1. */
function lineOf(text: string, end = text.length): number {
  return text.slice(0, end).split('\n').length;
}
