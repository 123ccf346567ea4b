import { systemContext } from '../audit/request-context.ts';
import { findRightsToChange } from '../db/evidence-rights.ts';
import { compareHeads } from '../transparency/heads/witness/compare-heads.ts';
import { describeSharing } from '../workspace/sandbox/describe-sharing.ts';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';

/** So long the process waits for the database before it starts without an answer, in milliseconds. */
const RIGHTS_TIMEOUT_MS = 5000;

/** So long the start waits for copies outside, in milliseconds. */
const COMPARE_MS = 10_000;

/** Says in the log what the settings do not give: to whoever starts the process, before it serves anybody. */
export function tellOfSettings(
  { config, log, runtime }: WorkspaceDeps,
  { quotaFault }: { quotaFault: string | null },
): void {
  if (config.production && config.paytr.testMode) {
    log.warn('PAYTR_TEST_MODE is on in production: payments are tests and activate nothing');
  }
  const { headsFile, witness } = config.transparency;
  if (config.production && headsFile === null && witness === null) {
    log.warn(
      'no copy of the log of the evidence is kept outside but in mails: set LOG_HEADS_FILE or WITNESS_URL',
    );
  }
  if (runtime.isManaged) {
    const isApart = config.workspaceRuntime.sandbox === 'bubblewrap';
    log[isApart ? 'info' : 'warn'](describeSharing(config.workspaceRuntime));
    if (quotaFault !== null)
      log.info({ reason: quotaFault }, 'no project quota bounds the disk of workspaces');
  }
}

/**
 * Ends the process in production when the role of DATABASE_URL may change evidence. While the database is
 * away nobody knows: then the process starts, and /readyz asks again.
 */
export async function refuseRightsToChange({ config, db, log }: WorkspaceDeps): Promise<void> {
  let rights: string[];
  try {
    rights = await findRightsToChange(db, RIGHTS_TIMEOUT_MS);
  } catch (error) {
    log.warn({ err: error }, 'nobody knows yet whether the app may change evidence');
    return;
  }
  if (rights.length === 0 || !config.production) return;
  const words = `the role of DATABASE_URL ${rights.join(', ')}`;
  if (config.evidenceRights === null) {
    log.fatal(`${words}: the app could change evidence. See EVIDENCE_RIGHTS in scripts/README.md`);
    process.exit(1);
  }
  log.warn(`${words}, and EVIDENCE_RIGHTS accepts it: ${config.evidenceRights}`);
}

/**
 * Compares the log of the evidence with its copies outside before anything is published. A witness or a
 * database that does not answer is not waited for; the schedule compares with the file again before it
 * publishes.
 */
export async function compareAtStart({ config, db, log }: WorkspaceDeps): Promise<void> {
  const context = systemContext({ name: 'start', at: new Date(), log });
  const comparing = compareHeads(db, context, { config }).catch((error: unknown) => {
    log.warn({ err: error }, 'the log of the evidence was not compared with its copies outside');
  });
  const patience = new Promise((resolve) => setTimeout(resolve, COMPARE_MS).unref());
  await Promise.race([comparing, patience]);
}
