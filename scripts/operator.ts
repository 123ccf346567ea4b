import { text } from 'node:stream/consumers';
import { systemContext, type RequestContext } from '../src/audit/request-context.ts';
import { createDb } from '../src/db/db.ts';
import { createLog } from '../src/log.ts';
import { findDatabase } from './setup/find-database.ts';
import { readOperatorCall, runOperatorCommand, USAGE, type Terminal } from './operator/operator-command.ts';
import { CommandError } from './command-error.ts';
import { readEnvFile } from './setup/read-env-file.ts';

const terminal: Omit<Terminal, 'baseUrl'> = {
  say: (line) => {
    process.stdout.write(`${line}\n`);
  },
  readInput: () => text(process.stdin),
};

/** As config.ts has it; of the whole configuration the command needs no more. */
function baseUrl(): string {
  const { BASE_URL, PORT } = process.env;
  return (BASE_URL ?? `http://localhost:${PORT ?? '3000'}`).replace(/\/+$/, '');
}

/** `npm run operator -- …`: the only way to create an operator, one of the platform's own staff. */
async function main(): Promise<void> {
  const call = readOperatorCall(process.argv.slice(2));
  if (call.command === 'help') {
    terminal.say(USAGE);
    return;
  }
  readEnvFile();
  const database = await findDatabase(process.env, (line) => process.stderr.write(`${line}\n`));
  const db = createDb({ url: database.appUrl, poolMax: 2, applicationName: 'youarecoder-operator' });
  try {
    await runOperatorCommand(db, commandContext(), call, { ...terminal, baseUrl: baseUrl() });
  } finally {
    await db.destroy();
    await database.stop();
  }
}

function commandContext(): RequestContext {
  const log = createLog({ level: 'warn' });
  return systemContext({ name: 'operator-command', at: new Date(), log });
}

/** A refused connection is an AggregateError without a message of its own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
});
