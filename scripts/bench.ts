import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createClosing, type Closing } from './bench/closing.ts';
import { openLab } from './bench/lab.ts';
import { describeMachine } from './bench/machine.ts';
import { readOptions, UsageError, type BenchOptions } from './bench/options.ts';
import type { BenchRow, Outcome } from './bench/outcome.ts';
import { createReport, formatReport } from './bench/report.ts';
import { activity } from './bench/rows/activity.ts';
import { auditLogBulk } from './bench/rows/audit-log-bulk.ts';
import { auditLog } from './bench/rows/audit-log.ts';
import { auditViewer } from './bench/rows/audit-viewer.ts';
import { auditedPost } from './bench/rows/audited-post.ts';
import { callbacks } from './bench/rows/callbacks.ts';
import { disputePackage } from './bench/rows/dispute-package.ts';
import { exportMillion } from './bench/rows/export-million.ts';
import { exportSmall } from './bench/rows/export-small.ts';
import { financeMillion } from './bench/rows/finance-million.ts';
import { forwardAuth } from './bench/rows/forward-auth.ts';
import { gateway } from './bench/rows/gateway.ts';
import { knownAddress } from './bench/rows/known-address.ts';
import { logWriters } from './bench/rows/log-writers.ts';
import { logMillion, proofBytes } from './bench/rows/log-million.ts';
import { orderPage } from './bench/rows/order-page.ts';
import { signInRow } from './bench/rows/sign-in.ts';
import { sockets } from './bench/rows/sockets.ts';
import { workspaceStart } from './bench/rows/workspace-start.ts';

/** In the order of the table in bench/README.md; those that need the large table come last. */
const benchRows: BenchRow[] = [
  auditLog,
  auditLogBulk,
  auditedPost,
  callbacks,
  orderPage,
  activity,
  gateway,
  forwardAuth,
  sockets,
  workspaceStart,
  signInRow,
  knownAddress,
  financeMillion,
  disputePackage,
  logWriters,
  proofBytes,
  logMillion,
  exportSmall,
  auditViewer,
  exportMillion,
];

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * `npm run bench`: measures, prints a table, writes the figures as JSON. A missed target is shown and is no
 * failure.
 */
async function main(): Promise<void> {
  const startedAt = new Date();
  const options = readOptions(process.argv.slice(2), process.env, startedAt);
  const chosen = choose(options);
  const closing = createClosing();
  closeOnSignal(closing);
  try {
    const lab = await openLab(options, closing, say);
    const outcomes: Outcome[] = [];
    for (const row of chosen) {
      say(`--- ${row.name}`);
      outcomes.push(...(await row.run(lab)));
    }
    const report = createReport(
      {
        startedAt: startedAt.toISOString(),
        seconds: (Date.now() - startedAt.getTime()) / 1000,
        rounds: options.rounds,
        rows: options.rows,
        quick: options.quick,
        machine: describeMachine(lab.postgres),
      },
      outcomes,
    );
    mkdirSync(dirname(options.jsonFile), { recursive: true });
    writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${formatReport(report)}\n\nAs JSON: ${options.jsonFile}\n`);
  } finally {
    say('stopping, and deleting the data');
    await closing.close();
  }
}

function choose({ only }: BenchOptions): BenchRow[] {
  const names = benchRows.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`no row is called ${unknown.join(', ')}; there are ${names.join(', ')}`);
  return only.length === 0 ? benchRows : benchRows.filter(({ name }) => only.includes(name));
}

function closeOnSignal(closing: Closing): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      say(`${signal}: stopping, and deleting the data`);
      // The apps under measurement lose their database now, and must not bring down the process that cleans
      // up.
      process.on('uncaughtException', () => undefined);
      void closing.close().finally(() => process.exit(130));
    });
  }
}

main().catch((error: unknown) => {
  say(
    error instanceof UsageError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error),
  );
  process.exitCode = 1;
});
