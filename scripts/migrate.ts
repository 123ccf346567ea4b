import type { MigrationState } from '../src/db/migrations.ts';
import { findDatabase } from './setup/find-database.ts';
import { MigrationError } from './migrations/error.ts';
import { readEnvFile } from './setup/read-env-file.ts';
import { describeDrift, migrationStatus, runMigrations } from './migrations/run-migrations.ts';

type Environment = Record<string, string | undefined>;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * `npm run migrate` applies pending migrations. `npm run migrate:status` lists every migration and changes
 * nothing. Both exit with 1 when a recorded file was changed or is missing, and on any error; pending
 * migrations alone are no error.
 */
async function main(command: string | undefined): Promise<void> {
  readEnvFile();
  const env: Environment = process.env;
  if (command === undefined) await migrate(env);
  else if (command === 'status') await showStatus(env);
  else throw new MigrationError(`unknown command "${command}": say nothing or "status"`);
}

async function migrate(env: Environment): Promise<void> {
  const database = await findDatabase(env, say);
  try {
    const appRole = roleOf(database.appUrl);
    await runMigrations({ ownerUrl: database.ownerUrl, ...(appRole !== '' && { appRole }), log: say });
  } finally {
    await database.stop();
  }
}

async function showStatus(env: Environment): Promise<void> {
  const database = await findDatabase(env, say);
  try {
    const states = await migrationStatus({ url: database.ownerUrl });
    for (const state of states) say(describeState(state));
    const faults = states.flatMap(({ name, state }) => describeDrift(name, state));
    if (faults.length > 0) throw new MigrationError(faults.join('\n'));
  } finally {
    await database.stop();
  }
}

function describeState({ name, state, appliedAt }: MigrationState): string {
  return `${state.padEnd(8)} ${name}${appliedAt === undefined ? '' : `  ${appliedAt.toISOString()}`}`;
}

function roleOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).username);
  } catch {
    throw new MigrationError('DATABASE_URL is not a URL like postgres://role:password@host:5432/database');
  }
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`migrate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
