import { systemContext } from '../src/audit/request-context.ts';
import { loadMaintenanceConfig } from '../src/config/config.ts';
import { createDb } from '../src/db/db.ts';
import { createLog } from '../src/log.ts';
import { applyRetention, describeRetention } from '../src/jobs/apply-retention.ts';
import { describePartitions, makePartitions } from '../src/jobs/make-partitions.ts';
import { planMaintenance } from '../src/jobs/plan-maintenance.ts';
import { findDatabase } from './setup/find-database.ts';
import { readEnvFile } from './setup/read-env-file.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * `npm run maintain`: creates missing monthly partitions and applies retention, as the app does by itself.
 * With `--dry-run` it only prints the next steps. On a failure the exit code is 1, with one line on standard
 * error.
 */
async function main(args: string[]): Promise<void> {
  const wrong = args.find((arg) => arg !== '--dry-run');
  if (wrong !== undefined) throw new Error(`unknown argument "${wrong}": say nothing or --dry-run`);
  readEnvFile();
  const input = loadMaintenanceConfig(process.env);
  const database = await findDatabase(process.env, (line) => process.stderr.write(`${line}\n`));
  const db = createDb({ url: database.appUrl, poolMax: 2, applicationName: 'youarecoder-maintain' });
  const log = createLog({ level: 'warn' });
  const context = systemContext({ name: 'maintain', at: new Date(), log });
  try {
    if (args.length > 0) {
      for (const line of await planMaintenance(db, input)) say(line);
    } else {
      const made = await makePartitions(db, context, { monthsAhead: input.partitionMonthsAhead });
      say(`partitions: ${describePartitions(made)}`);
      say(`retention: ${describeRetention(await applyRetention(db, context, input))}`);
    }
  } finally {
    await db.destroy();
    await database.stop();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`maintain: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
