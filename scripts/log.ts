import { buffer } from 'node:stream/consumers';
import { systemContext, type RequestContext } from '../src/audit/request-context.ts';
import { createDb } from '../src/db/db.ts';
import { createLog } from '../src/log.ts';
import { newSigningKey } from '../src/config/signing-keys.ts';
import { loadLogConfig } from './log/log-config.ts';
import { runLogCommand } from './log/log-command.ts';
import { readLogCall, USAGE } from './log/read-log-call.ts';
import { CommandError } from './command-error.ts';
import { findDatabase } from './setup/find-database.ts';
import { readEnvFile } from './setup/read-env-file.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `npm run log -- …`: what a person does with the transparency log. */
async function main(): Promise<void> {
  const call = readLogCall(process.argv.slice(2));
  if (call.command === 'help') {
    say(USAGE);
    return;
  }
  if (call.command === 'new-key') {
    say(newSigningKey());
    return;
  }
  readEnvFile();
  const config = await loadLogConfig(process.env);
  const database = await findDatabase(process.env, (line) => process.stderr.write(`${line}\n`));
  const db = createDb({ url: database.appUrl, poolMax: 2, applicationName: 'youarecoder-log' });
  try {
    const terminal = { say, readInput: () => buffer(process.stdin), showProgress };
    process.exitCode = await runLogCommand(db, commandContext(), call, { ...terminal, config });
  } finally {
    await db.destroy();
    await database.stop();
  }
}

/** A bar on a terminal; nothing where the output goes to a file. */
function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const filled = total === 0 ? 40 : Math.round((40 * done) / total);
  process.stderr.write(
    `\r[${'#'.repeat(filled)}${'.'.repeat(40 - filled)}] ${String(done)} of ${String(total)}`,
  );
  if (done >= total) process.stderr.write('\n');
}

function commandContext(): RequestContext {
  return systemContext({ name: 'log-command', at: new Date(), log: createLog({ level: 'silent' }) });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
});
