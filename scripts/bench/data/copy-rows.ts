import { spawn, spawnSync } from 'node:child_process';
import type { Connection } from 'pg';
import pg from 'pg';

/** The quickest way rows leave Postgres as JSON text, and the reader of that text. */
interface CopyReader {
  /** Which program reads, for the report. */
  name: string;
  /** Runs `copy (…) to stdout` and throws the text away. Milliseconds, the start of the program included. */
  run(url: string, statement: string): Promise<number>;
}

/** psql when this machine has it, else a bare pg client. */
export function findCopyReader(): CopyReader {
  const asked = spawnSync('psql', ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) return { name: 'a bare pg client (no psql on this machine)', run: readWithClient };
  return { name: asked.stdout.trim(), run: readWithPsql };
}

async function readWithPsql(url: string, statement: string): Promise<number> {
  const startedAt = performance.now();
  // Output to nowhere straight from psql: passing it through this process would slow it down.
  const psql = spawn('psql', ['--no-psqlrc', '--quiet', '--output=/dev/null', '--command', statement, url], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    psql.once('error', reject).once('exit', resolve);
  });
  if (code !== 0) throw new Error(`psql ended with ${String(code)}`);
  return performance.now() - startedAt;
}

async function readWithClient(url: string, statement: string): Promise<number> {
  const startedAt = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await new Promise<void>((resolve, reject) => {
      client.query(createCopyQuery(statement, resolve, reject));
    });
  } finally {
    await client.end();
  }
  return performance.now() - startedAt;
}

/**
 * The methods that pg's client calls on a query of its own kind. The messages of a copy carry nothing that we
 * keep.
 */
function createCopyQuery(statement: string, resolve: () => void, reject: (error: Error) => void) {
  const nothing = (): void => undefined;
  return {
    submit: (connection: Connection) => {
      connection.query(statement);
    },
    handleCopyData: nothing,
    handleCommandComplete: nothing,
    handleReadyForQuery: resolve,
    handleError: reject,
  };
}
