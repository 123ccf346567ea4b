import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** How often each pair is measured; an odd number has a middle one. */
  rounds: number;
  /** Rows of the large audit table. */
  rows: number;
  /** Rows of the small audit table it is compared with. */
  smallRows: number;
  /** How long a rate is measured in each round, in seconds. */
  seconds: number;
  /** Small tables and short rounds: shows that the benchmark works, and proves nothing. */
  quick: boolean;
  /** Names of rows; empty is all. */
  only: string[];
  /** Where the figures go as JSON. */
  jsonFile: string;
  /** Folder of everything that the benchmark makes. */
  dataDir: string;
}

/** Wrong words on the command line; the message is fit to print. */
export class UsageError extends Error {}

const USAGE = 'npm run bench -- [--only NAME[,NAME]] [--rounds N] [--rows N] [--quick] [--json FILE]';

/** The large table of the targets, and the one it is compared with. */
const ROWS = 10_000_000;
const SMALL_ROWS = 100_000;

/** The audit table needs a thousand rows of one person and a tenth of another's, spread evenly. */
const ROWS_STEP = 20_000;

/** Reads the command line. Throws `UsageError`. */
export function readOptions(args: string[], env: { DATA_DIR?: string | undefined }, now: Date): BenchOptions {
  const values = parse(args);
  const quick = values.quick;
  const rows = wholeNumber('rows', values.rows, quick ? 100_000 : ROWS);
  if (rows % ROWS_STEP !== 0) throw new UsageError(`--rows must be a multiple of ${String(ROWS_STEP)}`);
  const dataDir = join(env.DATA_DIR ?? '.data', 'bench');
  return {
    rounds: wholeNumber('rounds', values.rounds, quick ? 2 : 5),
    rows,
    smallRows: Math.min(SMALL_ROWS, quick ? ROWS_STEP : rows),
    seconds: quick ? 2 : 4,
    quick,
    only: values.only === undefined ? [] : values.only.split(',').map((name) => name.trim()),
    jsonFile: values.json ?? join(dataDir, `bench-${now.toISOString().replaceAll(/[:.]/g, '-')}.json`),
    dataDir,
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        rows: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} is no number above 0\n${USAGE}`);
  return value;
}
