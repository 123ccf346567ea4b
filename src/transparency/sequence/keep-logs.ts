import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { findLog } from '../queries.ts';
import { integrateLeaves } from './integrate-leaves.ts';
import type { LogSigner } from './log-signer.ts';
import { publishCheckpoints } from './publish-checkpoints.ts';
import { sequenceRows } from './sequence-rows.ts';

type At = Pick<RequestContext, 'at'>;

/** Rounds after which the platform's log has the company's checkpoints of the first one as leaves. */
const ROUNDS = 2;

/** Bounds of one call. */
interface AtMost {
  rows: number;
  checkpoints: number;
}

/** Rows for which somebody who downloads evidence waits, less than a second. */
const MOST_AT_ONCE = 10_000;

/**
 * Brings every log up to date: sequence, integrate, publish. Each step may be repeated, or be cut off at any
 * point, on any number of processes. A log is published at most every `publishSeconds`. With `atMost`, stops
 * after so many rows and checkpoints, and the next call goes on.
 */
export async function keepLogs(
  db: Knex,
  context: At,
  { signer, publishSeconds, atMost }: { signer: LogSigner; publishSeconds: number; atMost?: AtMost },
): Promise<{ sequenced: number; published: number }> {
  const done = { sequenced: 0, published: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    done.sequenced += await sequenceRows(db, context, { atMost: atMost?.rows });
    await integrateLeaves(db);
    done.published += await publishCheckpoints(db, context, {
      signer,
      everySeconds: publishSeconds,
      atMost: atMost?.checkpoints,
    });
  }
  return done;
}

/**
 * Brings the log of one company up to date at once, before its evidence is handed out, so that what was
 * committed before is in it and signed. The platform's log, too, so that it has the company's checkpoint.
 * Where very many rows wait, as right after an upgrade, only the first of them: a reader does not wait for
 * the rest.
 */
export async function publishCompanyLog(
  db: Knex,
  context: At,
  { signer, companyId }: { signer: LogSigner; companyId: number },
): Promise<void> {
  for (const company_id of [companyId, null]) {
    await sequenceRows(db, context, { atMost: MOST_AT_ONCE });
    const log = await findLog(db, company_id);
    if (log === undefined) continue;
    await integrateLeaves(db, log.id);
    await publishCheckpoints(db, context, { signer, everySeconds: 0, logId: log.id });
  }
}
