import { buffer } from 'node:stream/consumers';
import { createDb } from '../src/db/db.ts';
import { readDeliveryReport } from '../src/mail/read-delivery-report.ts';
import { recordDeliveryReport } from '../src/mail/record-delivery-report.ts';
import { findDatabase } from './setup/find-database.ts';
import { readEnvFile } from './setup/read-env-file.ts';

/** EX_TEMPFAIL of sysexits.h: the mail server keeps the message and tries again later. */
const TRY_AGAIN = 75;

/**
 * `npm run mail:bounce < message.eml`, for a mail server's pipe: writes down what a delivery report says of a
 * mail. A message that is no report, or reports on somebody else's mail, is left alone with exit code 0,
 * since a refusal would send another bounce. Without a database the exit code is 75.
 */
async function main(): Promise<void> {
  const report = await readDeliveryReport(await buffer(process.stdin));
  if (report === null) {
    process.stdout.write('not a delivery report: left alone\n');
    return;
  }
  readEnvFile();
  const database = await findDatabase(process.env, (line) => process.stderr.write(`${line}\n`));
  const db = createDb({ url: database.appUrl, poolMax: 1, applicationName: 'youarecoder-mail-bounce' });
  try {
    const state = await recordDeliveryReport(db, { report, at: new Date() });
    process.stdout.write(
      state === undefined
        ? 'a report about a mail that is not ours: left alone\n'
        : `reported as ${report.action}, now ${state}\n`,
    );
  } finally {
    await db.destroy();
    await database.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`mail-bounce: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = TRY_AGAIN;
});
