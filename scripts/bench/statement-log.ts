import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runStatement, type BenchDatabase, type Lab } from './lab.ts';

/**
 * The lines that Postgres writes for each statement, sent as text or prepared; `parse` and `bind` are no
 * statements of their own.
 */
const STATEMENT = /LOG: {2}(statement: |execute [^\n:]*: )/g;

/** Postgres writes its log at once, but another process reads it, in milliseconds. */
const SETTLE_MS = 200;

/** Counts what a database is asked. */
export interface StatementLog {
  countDuring(work: () => Promise<unknown>): Promise<number>;
}

/** Lets Postgres log every statement of that database, from the next connection on. */
export async function logStatements(lab: Lab, database: BenchDatabase): Promise<StatementLog> {
  await runStatement(database.superUrl, `alter database ${database.name} set log_statement = 'all'`);
  return {
    countDuring: async (work) => {
      const from = statSync(lab.postgresLog).size;
      await work();
      await sleep(SETTLE_MS);
      return readFileSync(lab.postgresLog).subarray(from).toString().match(STATEMENT)?.length ?? 0;
    },
  };
}
