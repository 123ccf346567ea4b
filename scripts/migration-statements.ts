import { postgreSplitterOptions, splitQuery } from 'dbgate-query-splitter';
import type { Knex } from 'knex';
import { MigrationError } from './migration-error.ts';
import type { MigrationFile } from '../src/migrations.ts';

export interface Statement {
  text: string;
  /** Line of the file on which it begins, from 1. */
  line: number;
}

const TRANSACTION_CONTROL = /^(begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction)\b/i;
const SHOWN_LINES = 12;

/**
 * The statements of a file, without the comments before them. What the splitter cannot read (nested block comments,
 * `E'\''`, `begin atomic` bodies) ends in pieces that Postgres refuses, so such a file fails and changes nothing.
 * Throws `MigrationError` on transaction control: the whole file is one transaction, and a `commit` would cut it in two.
 */
export function splitStatements({ name, sql }: MigrationFile): Statement[] {
  const items = splitQuery(sql, { ...postgreSplitterOptions, returnRichInfo: true, ignoreComments: true });
  const statements = items.map(toStatement);
  const control = statements.find(({ text }) => TRANSACTION_CONTROL.test(text));
  if (control === undefined) return statements;
  throw new MigrationError(
    `${name} line ${String(control.line)}: "${control.text}" is not for a migration, each is one transaction already`,
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

/** Runs one statement after the other. Throws `MigrationError` that names file, line and statement of the first that fails. */
export async function runStatements(trx: Knex.Transaction, file: MigrationFile): Promise<void> {
  // Not trx.raw: it takes every ? for a binding, and ? is an operator of jsonb.
  const client = trx.client as { acquireConnection(): Promise<{ query(text: string): Promise<unknown> }> };
  const connection = await client.acquireConnection();
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
