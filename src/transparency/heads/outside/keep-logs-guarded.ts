import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { findLog, findNewestCheckpoint } from '../../queries.ts';
import { keepLogs } from '../../sequence/keep-logs.ts';
import { logSigner } from '../../sequence/log-signer.ts';
import { compareFile } from './compare-file.ts';
import { appendHead, readNewestHead } from './heads-file.ts';
import { listOpenHalts } from './queries.ts';

type Outcome = { sequenced: number; published: number } & ({ halted: true } | object);

/**
 * The scheduled work of the log: brings every log up to date. Before that it compares the file of heads, so
 * that a restored database publishes nothing that contradicts it, and afterwards the platform's newest
 * checkpoint goes into the file.
 */
export async function keepLogsGuarded(
  db: Knex,
  context: RequestContext,
  { config }: { config: Pick<Config, 'transparency'> },
): Promise<Outcome> {
  const signer = logSigner(config);
  const { publishSeconds, headsFile: path } = config.transparency;
  const isHaltedBefore = (await listOpenHalts(db)).length > 0;
  const isHalted = isHaltedBefore || (path !== null && (await compareFile(db, context, { path, signer })));
  const done = await keepLogs(db, context, { signer, publishSeconds });
  if (isHalted) return { ...done, halted: true };
  if (path !== null) await noteNewestHead(db, path);
  return done;
}

async function noteNewestHead(db: Knex, path: string): Promise<void> {
  const log = await findLog(db, null);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(db, log.id);
  if (newest !== undefined && (await readNewestHead(path)) !== newest.note)
    await appendHead(path, newest.note);
}
